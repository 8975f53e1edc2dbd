import { DocPoint, segmentDistance } from "./geometry";

/** x, y, x, y … in document units: what `penPoints` of the board gives. */
export type Points = ArrayLike<number>;

/** How far a point is from a stroke; Infinity if it is farther than `most`. */
export function strokeDistance(p: DocPoint, points: Points, most = Infinity): number {
  let nearest = Infinity;
  let reach = most;
  let [ax, ay] = [points[0] ?? 0, points[1] ?? 0];
  for (let at = 0; at + 1 < points.length; at += 2) {
    const bx = points[at] ?? 0;
    const by = points[at + 1] ?? 0;
    // boards may have a million segments, and a pointer asks for all of them in each frame
    const isNear =
      p.x >= Math.min(ax, bx) - reach &&
      p.x <= Math.max(ax, bx) + reach &&
      p.y >= Math.min(ay, by) - reach &&
      p.y <= Math.max(ay, by) + reach;
    if (isNear) {
      const distance = segmentDistance(p, { x: ax, y: ay }, { x: bx, y: by });
      if (distance <= reach) nearest = reach = distance;
    }
    ax = bx;
    ay = by;
  }
  return nearest;
}

/** The part of Path2D that is used, so that tests need no canvas. */
export interface Path {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void;
}

/**
 * Curves through the middles between points: smooth, and what is drawn never changes later. Of a
 * long stroke only the curves around the points `from` up to `to`, to be drawn on their own.
 */
export function traceStroke(path: Path, points: Points, from = 1, to = Infinity): void {
  const last = Math.floor(points.length / 2) - 1;
  if (last < 0) return;
  const x = (at: number): number => points[2 * at] ?? 0;
  const y = (at: number): number => points[2 * at + 1] ?? 0;
  if (from <= 1) path.moveTo(x(0), y(0));
  else path.moveTo((x(from - 1) + x(from)) / 2, (y(from - 1) + y(from)) / 2);
  for (let at = from; at < Math.min(last, to); at++) {
    path.quadraticCurveTo(x(at), y(at), (x(at) + x(at + 1)) / 2, (y(at) + y(at + 1)) / 2);
  }
  if (to >= last) path.lineTo(x(last), y(last));
}

/** Fewer points, each at least `gap` from the one before in x or y; both ends stay. */
export function thinned(points: Points, gap: number): readonly number[] {
  const end = points.length - (points.length % 2);
  const kept: number[] = [];
  let [lastX, lastY] = [Infinity, Infinity];
  for (let at = 0; at < end; at += 2) {
    const [x, y] = [points[at] ?? 0, points[at + 1] ?? 0];
    const isFar = Math.abs(x - lastX) >= gap || Math.abs(y - lastY) >= gap;
    if (!isFar && at !== end - 2) continue;
    kept.push(x, y);
    [lastX, lastY] = [x, y];
  }
  return kept;
}
