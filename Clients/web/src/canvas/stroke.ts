import { DocPoint, segmentDistance } from "./geometry";

/** x, y, x, y … in document units: what `penPoints` of the board gives. */
export type Points = ArrayLike<number>;

export function strokeDistance(p: DocPoint, points: Points): number {
  let before: DocPoint | null = null;
  let nearest = Infinity;
  for (let at = 0; at + 1 < points.length; at += 2) {
    const here = { x: points[at] ?? 0, y: points[at + 1] ?? 0 };
    nearest = Math.min(nearest, segmentDistance(p, before ?? here, here));
    before = here;
  }
  return nearest;
}

/** The part of Path2D that is used, so that tests need no canvas. */
export interface Path {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void;
}

/** Curves through the middles between points: smooth, and what is drawn never changes later. */
export function traceStroke(path: Path, points: Points): void {
  const end = points.length - (points.length % 2);
  if (end < 2) return;
  const value = (at: number): number => points[at] ?? 0;
  path.moveTo(value(0), value(1));
  for (let at = 2; at + 3 < end; at += 2) {
    const [x, y] = [value(at), value(at + 1)];
    path.quadraticCurveTo(x, y, (x + value(at + 2)) / 2, (y + value(at + 3)) / 2);
  }
  path.lineTo(value(end - 2), value(end - 1));
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
