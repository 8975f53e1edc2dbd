/**
 * Points and boxes. A document unit is 1/8 CSS pixel at 100 %; a screen unit is one CSS pixel.
 * The phantom `unit` keeps the two apart: a point of one kind is no point of the other.
 */
export interface DocPoint {
  readonly x: number;
  readonly y: number;
  readonly unit?: "doc";
}

export interface ScreenPoint {
  readonly x: number;
  readonly y: number;
  readonly unit?: "screen";
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Document units in one CSS pixel at 100 %. */
export const UNITS = 8;

/** The furthest coordinate and the longest side that the schema takes. */
export const LIMIT = 2 ** 27;

export function boxOf(a: DocPoint, b: DocPoint): Box {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    w: Math.abs(a.x - b.x),
    h: Math.abs(a.y - b.y),
  };
}

export function overlaps(a: Box, b: Box): boolean {
  return a.x <= b.x + b.w && b.x <= a.x + a.w && a.y <= b.y + b.h && b.y <= a.y + a.h;
}

export function inside(p: DocPoint, box: Box, margin = 0): boolean {
  return (
    p.x >= box.x - margin &&
    p.x <= box.x + box.w + margin &&
    p.y >= box.y - margin &&
    p.y <= box.y + box.h + margin
  );
}

/** Whether all of `inner` lies in `outer`. */
export function holds(outer: Box, inner: Box): boolean {
  return inside(inner, outer) && inside({ x: inner.x + inner.w, y: inner.y + inner.h }, outer);
}

export function grown(box: Box, by: number): Box {
  return { x: box.x - by, y: box.y - by, w: box.w + 2 * by, h: box.h + 2 * by };
}

/** The smallest box around all of them; null for none. */
export function around(boxes: readonly Box[]): Box | null {
  const first = boxes[0];
  if (!first) return null;
  let { x, y } = first;
  let right = x + first.w;
  let bottom = y + first.h;
  for (const box of boxes) {
    x = Math.min(x, box.x);
    y = Math.min(y, box.y);
    right = Math.max(right, box.x + box.w);
    bottom = Math.max(bottom, box.y + box.h);
  }
  return { x, y, w: right - x, h: bottom - y };
}

/** As the schema stores it: a whole number within the limits. */
export function coordinate(value: number): number {
  return Math.max(-LIMIT, Math.min(LIMIT, Math.round(value))) || 0;
}

/** A side as the schema stores it: never below 1. */
export function side(value: number): number {
  return Math.max(1, Math.min(LIMIT, Math.round(value)));
}

export function segmentDistance(p: DocPoint, a: DocPoint, b: DocPoint): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((p.x - a.x) * dx + (p.y - a.y) * dy) / length;
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}
