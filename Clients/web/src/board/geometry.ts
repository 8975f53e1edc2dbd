/** Where shapes lie, in 1/8 px. */
import type { Bounds, Pen, Shape } from "./schema";

/** Left, top, right and bottom of a stroke's points, from its (x, y), before stretching. */
function extent(points: readonly number[]): [number, number, number, number] {
  let [left, top, right, bottom] = [0, 0, 0, 0];
  for (let at = 0; at + 1 < points.length; at += 2) {
    const x = points[at] ?? 0;
    const y = points[at + 1] ?? 0;
    if (at === 0) [left, top, right, bottom] = [x, y, x, y];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return [left, top, right, bottom];
}

/** How far w and h stretch a stroke. What has no width is not stretched in x, nor height in y. */
function stretch(pen: Pen, width: number, height: number): [number, number] {
  const across = pen.w === undefined || width === 0 ? 1 : pen.w / width;
  const down = pen.h === undefined || height === 0 ? 1 : pen.h / height;
  return [across, down];
}

/** The points of a stroke in document coordinates, stretched: x, y, x, y … (not rounded). */
export function penPoints(pen: Pen): Float64Array {
  const [left, top, right, bottom] = extent(pen.points);
  const [across, down] = stretch(pen, right - left, bottom - top);
  const placed = new Float64Array(pen.points.length);
  for (let at = 0; at + 1 < placed.length; at += 2) {
    placed[at] = pen.x + (pen.points[at] ?? 0) * across;
    placed[at + 1] = pen.y + (pen.points[at + 1] ?? 0) * down;
  }
  return placed;
}

/** The box around a shape; around a stroke the box of its points, without the line's width. */
export function shapeBounds(shape: Shape): Bounds {
  if (shape.type !== "pen") return { x: shape.x, y: shape.y, w: shape.w, h: shape.h };
  const [left, top, right, bottom] = extent(shape.points);
  const [across, down] = stretch(shape, right - left, bottom - top);
  return {
    x: shape.x + left * across,
    y: shape.y + top * down,
    w: (right - left) * across,
    h: (bottom - top) * down,
  };
}
