import { hasText, penPoints, shapeBounds } from "../board";
import type { Shape } from "../board";
import type { Handle, Placed } from "../tools/tool";
import { Camera, toScreen } from "./camera";
import { around, Box, boxOf, DocPoint, inside, overlaps, ScreenPoint } from "./geometry";
import { strokeDistance } from "./stroke";

const boundsKept = new WeakMap<Shape, Box>();
const pointsKept = new WeakMap<Shape, Float64Array>();

export function boundsOf(shape: Shape): Box {
  let bounds = boundsKept.get(shape);
  if (!bounds) boundsKept.set(shape, (bounds = shapeBounds(shape)));
  return bounds;
}

export function placedOf(shape: Shape): Placed {
  return { id: shape.id, ...boundsOf(shape) };
}

export function strokeOf(shape: Shape & { readonly type: "pen" }): Float64Array {
  let points = pointsKept.get(shape);
  if (!points) pointsKept.set(shape, (points = penPoints(shape)));
  return points;
}

/** What of a shape is under a point: enough to catch it, or only its empty inside. */
export type Catch = "caught" | "within" | "missed";

/**
 * Notes catch everywhere; outlines on their border and, with a text, in the middle. `margin` is
 * how far beside a line a finger or pointer may be, in document units.
 */
export function catches(shape: Shape, p: DocPoint, margin: number): Catch {
  const box = boundsOf(shape);
  if (shape.type === "pen") {
    if (!inside(p, box, margin + shape.size)) return "missed";
    const reach = margin + shape.size / 2;
    return strokeDistance(p, strokeOf(shape), reach) <= reach ? "caught" : "missed";
  }
  if (!inside(p, box, margin)) return "missed";
  if (shape.type === "note") return inside(p, box) ? "caught" : "missed";
  const edge = shape.type === "rect" ? rectEdge(p, box) : ellipseEdge(p, box);
  if (Math.abs(edge) <= margin) return "caught";
  if (edge > 0) return "missed";
  const label = { x: box.x + box.w / 4, y: box.y + box.h / 4, w: box.w / 2, h: box.h / 2 };
  return hasText(shape) && shape.text !== "" && inside(p, label) ? "caught" : "within";
}

/** Signed distance to the outline: negative inside. */
function rectEdge(p: DocPoint, box: Box): number {
  const beside = Math.max(box.x - p.x, p.x - box.x - box.w);
  const above = Math.max(box.y - p.y, p.y - box.y - box.h);
  return Math.max(beside, above);
}

/** Measured along the ray from the middle: near enough for catching. */
function ellipseEdge(p: DocPoint, box: Box): number {
  const dx = p.x - box.x - box.w / 2;
  const dy = p.y - box.y - box.h / 2;
  const ratio = Math.hypot(dx / (box.w / 2), dy / (box.h / 2));
  const far = Math.hypot(dx, dy);
  return ratio === 0 ? -Math.min(box.w, box.h) / 2 : far - far / ratio;
}

export interface Hit {
  /** The topmost shape that catches. */
  readonly shape: Shape | null;
  /** Else the topmost whose empty inside is there. */
  readonly within: Shape | null;
}

/** `shapes` bottom first. */
export function hitTest(shapes: readonly Shape[], p: DocPoint, margin: number): Hit {
  let within: Shape | null = null;
  for (let i = shapes.length - 1; i >= 0; i--) {
    const shape = shapes[i];
    if (!shape) continue;
    const caught = catches(shape, p, margin);
    if (caught === "caught") return { shape, within: shape };
    if (caught === "within") within ??= shape;
  }
  return { shape: null, within };
}

/** Whether a marquee touches what is drawn of a shape; the empty inside of an outline does not. */
export function touches(shape: Shape, box: Box): boolean {
  const bounds = boundsOf(shape);
  if (!overlaps(bounds, box)) return false;
  if (shape.type === "note") return true;
  if (shape.type === "pen") return strokeTouches(strokeOf(shape), box);
  const corners = [
    { x: box.x, y: box.y },
    { x: box.x + box.w, y: box.y },
    { x: box.x, y: box.y + box.h },
    { x: box.x + box.w, y: box.y + box.h },
  ];
  if (shape.text !== "" && inside(middleOf(bounds), box)) return true;
  const edge = shape.type === "rect" ? rectEdge : ellipseEdge;
  return !corners.every((corner) => edge(corner, bounds) < 0);
}

/** Whether there are shapes, but none in the box. */
export function areOutside(shapes: readonly Shape[], box: Box): boolean {
  return shapes.length > 0 && !shapes.some((one) => overlaps(boundsOf(one), box));
}

function middleOf(box: Box): DocPoint {
  return { x: box.x + box.w / 2, y: box.y + box.h / 2 };
}

function strokeTouches(points: Float64Array, box: Box): boolean {
  const [right, bottom] = [box.x + box.w, box.y + box.h];
  let [ax, ay] = [points[0] ?? 0, points[1] ?? 0];
  for (let at = 0; at + 1 < points.length; at += 2) {
    const bx = points[at] ?? 0;
    const by = points[at + 1] ?? 0;
    const isApart =
      Math.max(ax, bx) < box.x ||
      Math.min(ax, bx) > right ||
      Math.max(ay, by) < box.y ||
      Math.min(ay, by) > bottom;
    if (!isApart) {
      const [a, b] = [{ x: ax, y: ay }, { x: bx, y: by }];
      if (inside(a, box) || inside(b, box) || crosses(a, b, box)) return true;
    }
    ax = bx;
    ay = by;
  }
  return false;
}

/** A segment with both ends outside crosses a box that has corners on both sides of it. */
function crosses(a: DocPoint, b: DocPoint, box: Box): boolean {
  if (!overlaps(boxOf(a, b), box)) return false;
  const side = (x: number, y: number): number =>
    Math.sign((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x));
  const sides = [
    side(box.x, box.y),
    side(box.x + box.w, box.y),
    side(box.x, box.y + box.h),
    side(box.x + box.w, box.y + box.h),
  ];
  return new Set(sides).size > 1;
}

const HANDLES: readonly [Handle, number, number][] = [
  ["nw", 0, 0], ["n", 0.5, 0], ["ne", 1, 0], ["e", 1, 0.5],
  ["se", 1, 1], ["s", 0.5, 1], ["sw", 0, 1], ["w", 0, 0.5],
];

/** Gap between a selection and the frame around it, in CSS pixels. */
export const FRAME_GAP = 5;

export interface HandlePlace {
  readonly handle: Handle;
  readonly at: ScreenPoint;
}

/** Where handles are on the screen; edges have none on a selection too small to tell apart. */
export function handlePlaces(camera: Camera, boxes: readonly Box[]): readonly HandlePlace[] {
  const box = around(boxes);
  if (!box) return [];
  const from = toScreen(camera, box);
  const to = toScreen(camera, { x: box.x + box.w, y: box.y + box.h });
  const [w, h] = [to.x - from.x + 2 * FRAME_GAP, to.y - from.y + 2 * FRAME_GAP];
  return HANDLES.filter(
    ([, x, y]) => (x !== 0.5 || w > 64) && (y !== 0.5 || h > 64),
  ).map(([handle, x, y]) => ({
    handle,
    at: { x: from.x - FRAME_GAP + w * x, y: from.y - FRAME_GAP + h * y },
  }));
}

export function handleAt(
  places: readonly HandlePlace[],
  p: ScreenPoint,
  reach: number,
): Handle | null {
  let nearest: Handle | null = null;
  let best = reach;
  for (const { handle, at } of places) {
    const far = Math.hypot(at.x - p.x, at.y - p.y);
    if (far <= best) [nearest, best] = [handle, far];
  }
  return nearest;
}
