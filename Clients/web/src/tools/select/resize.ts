import { Box, coordinate, side, UNITS } from "../../canvas/geometry";
import { Handle, Keys, Placed } from "../tool";

/** Nothing is made smaller than this by dragging: it could not be caught again. */
const SMALLEST = 4 * UNITS;

/**
 * The box around a selection after one of its handles was dragged by (dx, dy). Shift keeps the
 * ratio of the sides, Alt keeps the middle. A handle stops at the opposite side.
 */
export function resizedBox(box: Box, handle: Handle, dx: number, dy: number, keys: Keys): Box {
  const alongX = handle.includes("w") ? -1 : handle.includes("e") ? 1 : 0;
  const alongY = handle.includes("n") ? -1 : handle.includes("s") ? 1 : 0;
  const factor = keys.alt ? 2 : 1;
  let w = Math.max(SMALLEST, box.w + alongX * dx * factor);
  let h = Math.max(SMALLEST, box.h + alongY * dy * factor);
  if (keys.shift && box.w > 0 && box.h > 0) {
    const scale =
      alongY === 0 ? w / box.w : alongX === 0 ? h / box.h : Math.max(w / box.w, h / box.h);
    w = Math.max(SMALLEST, box.w * scale);
    h = Math.max(SMALLEST, box.h * scale);
  }
  return {
    x: anchored(box.x, box.w, w, keys.alt ? 0 : alongX),
    y: anchored(box.y, box.h, h, keys.alt ? 0 : alongY),
    w,
    h,
  };
}

function anchored(start: number, before: number, after: number, along: number): number {
  if (along === 1) return start;
  if (along === -1) return start + before - after;
  return start + (before - after) / 2;
}

/** Every shape of a selection, as the box around them goes from `from` to `to`. */
export function scaled(shapes: readonly Placed[], from: Box, to: Box): Placed[] {
  const scaleX = from.w > 0 ? to.w / from.w : 1;
  const scaleY = from.h > 0 ? to.h / from.h : 1;
  return shapes.map((shape) => ({
    id: shape.id,
    x: coordinate(to.x + (shape.x - from.x) * scaleX),
    y: coordinate(to.y + (shape.y - from.y) * scaleY),
    w: side(shape.w * scaleX),
    h: side(shape.h * scaleY),
  }));
}
