import type { Shape } from "../board";
import { Camera, Size, viewBox } from "./camera";
import { grown, overlaps, UNITS } from "./geometry";
import { boundsOf } from "./hit";
import { drawOverlay, Overlay } from "./overlay";
import { BOARD, GRID } from "./palette";
import { drawShape } from "./shapes";
import type { Measure } from "./text";

/** One picture of the board. */
export interface Frame {
  readonly camera: Camera;
  readonly size: Size;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  /** Bottom first. */
  readonly shapes: readonly Shape[];
  readonly editing: string | null;
  readonly overlay: Overlay;
  readonly measure: Measure;
}

/** Shadows and round ends of strokes reach over the box of a shape. */
const REACH = 40 * UNITS;

export type Painter = (ctx: CanvasRenderingContext2D, frame: Frame) => void;

/**
 * Draws all that can be seen. The shapes are kept as a picture: while only cursors move, which in
 * a full room is always, they are not drawn again.
 */
export function createPainter(): Painter {
  const kept = document.createElement("canvas");
  const keptCtx = kept.getContext("2d", { alpha: false });
  let last: Frame | null = null;
  return (ctx, frame) => {
    const { width, height } = ctx.canvas;
    const stale =
      kept.width !== width ||
      kept.height !== height ||
      last?.camera !== frame.camera ||
      last.shapes !== frame.shapes ||
      last.editing !== frame.editing;
    last = frame;
    if (stale) {
      if (kept.width !== width) kept.width = width;
      if (kept.height !== height) kept.height = height;
      paintShapes(keptCtx ?? ctx, frame);
    }
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    if (keptCtx) ctx.drawImage(kept, 0, 0);
    ctx.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
    drawOverlay(ctx, frame.camera, frame.size, frame.overlay);
  };
}

function paintShapes(ctx: CanvasRenderingContext2D, frame: Frame): void {
  const { camera, size, ratio } = frame;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.fillStyle = BOARD;
  ctx.fillRect(0, 0, size.width, size.height);
  drawGrid(ctx, camera, size);
  const scale = (ratio * camera.zoom) / UNITS;
  ctx.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale);
  const view = grown(viewBox(camera, size), REACH);
  const style = { measure: frame.measure, zoom: camera.zoom, editing: frame.editing };
  for (const shape of frame.shapes) {
    if (overlaps(boundsOf(shape), view)) drawShape(ctx, shape, style);
  }
}

/** Dots that show how far a pan went, without drawing attention. */
function drawGrid(ctx: CanvasRenderingContext2D, camera: Camera, size: Size): void {
  let step = 24 * camera.zoom;
  while (step < 16) step *= 4;
  while (step > 96) step /= 4;
  const scale = camera.zoom / UNITS;
  const start = (origin: number): number => {
    const shift = (-origin * scale) % step;
    return shift < 0 ? shift + step : shift;
  };
  ctx.fillStyle = GRID;
  const side = 1.5;
  for (let y = start(camera.y); y < size.height; y += step) {
    for (let x = start(camera.x); x < size.width; x += step) {
      ctx.fillRect(x - side / 2, y - side / 2, side, side);
    }
  }
}
