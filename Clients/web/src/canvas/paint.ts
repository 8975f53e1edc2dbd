import type { Shape } from "../board";
import { Camera, Size, viewBox } from "./camera";
import { grown, overlaps, UNITS } from "./geometry";
import { boundsOf } from "./hit";
import { drawOverlay, Overlay } from "./overlay";
import { drawGrid } from "./grid";
import { BOARD } from "./palette";
import { thinningFor } from "./pen";
import { drawShape } from "./shapes";
import { createPace, runSlice, Steps } from "./slices";
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

/** True when there is more to draw in the next frame. */
export type Painter = (ctx: CanvasRenderingContext2D, frame: Frame, now: number) => boolean;

/** A canvas that nobody sees, and what is on it. */
interface Picture {
  readonly ctx: CanvasRenderingContext2D;
  frame: Frame | null;
}

/**
 * Draws all that can be seen. The shapes are kept as a picture: while only cursors move, which in
 * a full room is always, they are not drawn again. A board that takes longer than a frame may is
 * drawn over several ones into a second picture; until that is done, the first is shown, moved
 * and enlarged to where the camera is now.
 */
export function createPainter(): Painter {
  let shown = createPicture();
  let next = createPicture();
  let steps: Steps | null = null;
  const pace = createPace();

  function begin(frame: Frame, width: number, height: number): void {
    if (!next) return;
    const { canvas } = next.ctx;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    next.frame = frame;
    steps = drawShapes(next.ctx, frame);
  }

  function drop(): void {
    steps = null;
    if (next) next.ctx.canvas.width = 0; // forgets what a step had set as well
  }

  return (ctx, frame, now) => {
    const { width, height } = ctx.canvas;
    pace.frame(now, steps !== null);
    const start = performance.now();
    const left = (): number => pace.limit - (performance.now() - start);
    if (steps && next?.frame?.size !== frame.size) drop();
    // what is being drawn is brought to its end even if it is old: else nothing ever would be
    // while somebody keeps moving
    for (let round = 0; round < 2 && left() > 0; round++) {
      if (!steps && isStale(shown?.frame, frame)) begin(frame, width, height);
      if (!steps || !runSlice(steps, left(), () => performance.now())) break;
      steps = null;
      [shown, next] = [next, shown];
    }
    // browsers put off drawing on a canvas until it is looked at: then it would be all at once
    if (steps && next) ctx.drawImage(next.ctx.canvas, 0, 0, 1, 1, 0, 0, 1, 1);
    const isOld = isStale(shown?.frame, frame);
    // of a board just opened, and of a window just enlarged, as much as there is
    const partly = shown?.frame ? shown : next;
    if (partly?.frame) copy(ctx, partly.ctx.canvas, partly.frame, frame);
    ctx.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
    drawOverlay(ctx, frame.camera, frame.size, frame.overlay);
    return isOld && next !== null;
  };
}

function createPicture(): Picture | null {
  const ctx = document.createElement("canvas").getContext("2d", { alpha: false });
  return ctx && { ctx, frame: null };
}

function isStale(kept: Frame | null | undefined, frame: Frame): boolean {
  return (
    kept?.camera !== frame.camera ||
    kept.shapes !== frame.shapes ||
    kept.editing !== frame.editing ||
    kept.size !== frame.size ||
    kept.ratio !== frame.ratio
  );
}

/** Puts a picture where it belongs on the screen, also one of another camera. */
function copy(
  ctx: CanvasRenderingContext2D,
  picture: HTMLCanvasElement,
  kept: Frame,
  frame: Frame,
): void {
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  if (kept.camera === frame.camera && kept.ratio === frame.ratio) {
    if (kept.size !== frame.size) clear(ctx);
    return ctx.drawImage(picture, 0, 0);
  }
  clear(ctx);
  const scale = (frame.camera.zoom * frame.ratio) / UNITS;
  const enlarged = scale / ((kept.camera.zoom * kept.ratio) / UNITS);
  const [x, y] = [kept.camera.x - frame.camera.x, kept.camera.y - frame.camera.y];
  ctx.setTransform(enlarged, 0, 0, enlarged, x * scale, y * scale);
  ctx.drawImage(picture, 0, 0);
}

function clear(ctx: CanvasRenderingContext2D): void {
  ctx.fillStyle = BOARD;
  ctx.fillRect(0, 0, ctx.canvas.width, ctx.canvas.height);
}

function* drawShapes(ctx: CanvasRenderingContext2D, frame: Frame): Steps {
  const { camera, size, ratio } = frame;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.fillStyle = BOARD;
  ctx.fillRect(0, 0, size.width, size.height);
  drawGrid(ctx, camera, size, ratio);
  const scale = (ratio * camera.zoom) / UNITS;
  ctx.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale);
  const view = grown(viewBox(camera, size), REACH);
  const seen = frame.shapes.filter((shape) => overlaps(boundsOf(shape), view));
  const style = {
    measure: frame.measure,
    zoom: camera.zoom,
    editing: frame.editing,
    view,
    scale,
    thinning: thinningFor(pointsIn(seen)),
  };
  for (const shape of seen) {
    ctx.save();
    try {
      yield* drawShape(ctx, shape, style);
    } catch (error) {
      report(error); // one shape that cannot be drawn must not take the others with it
    }
    ctx.restore();
  }
}

function pointsIn(shapes: readonly Shape[]): number {
  return shapes.reduce((sum, one) => sum + (one.type === "pen" ? one.points.length / 2 : 0), 0);
}

let reported = false;

/** Once: a shape that cannot be drawn cannot be drawn in any frame. */
function report(error: unknown): void {
  if (!reported) console.error("a shape cannot be drawn:", error);
  reported = true;
}
