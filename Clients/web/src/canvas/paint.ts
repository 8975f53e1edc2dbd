import type { Shape } from "../board";
import { Camera, Size, viewBox } from "./camera";
import { grown, overlaps, UNITS } from "./geometry";
import { boundsOf } from "./hit";
import { drawOverlay, Overlay } from "./overlay";
import { drawGrid } from "./grid";
import { BOARD } from "./palette";
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
  drawGrid(ctx, camera, size, ratio);
  const scale = (ratio * camera.zoom) / UNITS;
  ctx.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale);
  const view = grown(viewBox(camera, size), REACH);
  const style = { measure: frame.measure, zoom: camera.zoom, editing: frame.editing };
  for (const shape of frame.shapes) {
    if (!overlaps(boundsOf(shape), view)) continue;
    ctx.save();
    try {
      drawShape(ctx, shape, style);
    } catch (error) {
      report(error); // one shape that cannot be drawn must not take the others with it
    }
    ctx.restore();
  }
}

let reported = false;

/** Once: a shape that cannot be drawn cannot be drawn in any frame. */
function report(error: unknown): void {
  if (!reported) console.error("a shape cannot be drawn:", error);
  reported = true;
}
