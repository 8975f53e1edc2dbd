import { Box, DocPoint, segmentDistance } from "./geometry";

/** Absolute points of a stroke from the steps that the schema keeps. */
export function pointsOf(steps: readonly number[], at: DocPoint): DocPoint[] {
  const points: DocPoint[] = [];
  let { x, y } = at;
  for (let i = 0; i + 1 < steps.length; i += 2) {
    x += steps[i] ?? 0;
    y += steps[i + 1] ?? 0;
    points.push({ x, y });
  }
  return points;
}

/** Steps to append so that a stroke, whose end is `from`, goes on through `points`. */
export function stepsTo(from: DocPoint, points: readonly DocPoint[]): number[] {
  const steps: number[] = [];
  let { x, y } = from;
  for (const point of points) {
    const nextX = Math.round(point.x);
    const nextY = Math.round(point.y);
    steps.push(nextX - x, nextY - y);
    x = nextX;
    y = nextY;
  }
  return steps;
}

/** The box around the points themselves, without the width of the stroke. */
export function strokeBox(points: readonly DocPoint[]): Box {
  const first = points[0] ?? { x: 0, y: 0 };
  let left = first.x;
  let right = first.x;
  let top = first.y;
  let bottom = first.y;
  for (const p of points) {
    left = Math.min(left, p.x);
    right = Math.max(right, p.x);
    top = Math.min(top, p.y);
    bottom = Math.max(bottom, p.y);
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}

export function strokeDistance(p: DocPoint, points: readonly DocPoint[]): number {
  const first = points[0];
  if (!first) return Infinity;
  let nearest = Math.hypot(p.x - first.x, p.y - first.y);
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1];
    const b = points[i];
    if (a && b) nearest = Math.min(nearest, segmentDistance(p, a, b));
  }
  return nearest;
}

export interface Path {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void;
}

/** Curves through the middles between points: smooth, and the drawn part never changes later. */
export function traceStroke(path: Path, points: readonly DocPoint[]): void {
  const first = points[0];
  if (!first) return;
  path.moveTo(first.x, first.y);
  if (points.length === 1) path.lineTo(first.x, first.y);
  for (let i = 1; i < points.length - 1; i++) {
    const p = points[i];
    const next = points[i + 1];
    if (p && next) path.quadraticCurveTo(p.x, p.y, (p.x + next.x) / 2, (p.y + next.y) / 2);
  }
  const last = points[points.length - 1];
  if (last && points.length > 1) path.lineTo(last.x, last.y);
}
