import type { Pen } from "../board";
import { Box, grown, overlaps, UNITS } from "./geometry";
import { strokeOf } from "./hit";
import { palette } from "./palette";
import type { Steps } from "./slices";
import { thinned, traceStroke } from "./stroke";

/** How strokes are drawn: see `ShapeStyle`. */
export interface PenStyle {
  readonly zoom: number;
  readonly view: Box;
  readonly scale: number;
  readonly thinning: number;
}

interface Section {
  readonly path: Path2D;
  readonly box: Box;
  readonly points: number;
}

/** The sections of a stroke as they were drawn last. */
const traced = new WeakMap<Pen, { readonly gap: number; readonly sections: readonly Section[] }>();

/** Points of a section: what is drawn at once. */
const SECTION = 200;

/** Rough costs in ms: of a point to trace, to draw, and to draw for each pixel of width. */
const COST = { trace: 0.0003, point: 0.0005, width: 0.00006 };

/** So many points in view are drawn as they are. */
const MOST_POINTS = 50_000;
const MOST_THINNING = 8;

/** How much coarser strokes are drawn if there are so many points in view: from 1 to 8. */
export function thinningFor(points: number): number {
  return Math.max(1, Math.min(MOST_THINNING, points / MOST_POINTS));
}

/**
 * How far apart points are at least, in document units: half a pixel on the screen, or what cannot
 * be seen in a line of that width. A power of two, so that paths live through small zooms.
 */
export function gapFor(size: number, zoom: number, thinning: number): number {
  const pixels = zoom < 0.3 ? 1.5 : 0.5;
  return 2 ** Math.floor(Math.log2(Math.max((pixels * UNITS) / zoom, (size / 16) * thinning)));
}

export function* drawPen(ctx: CanvasRenderingContext2D, pen: Pen, style: PenStyle): Steps {
  const gap = gapFor(pen.size, style.zoom, style.thinning);
  let kept = traced.get(pen);
  if (kept?.gap !== gap) {
    yield COST.trace * pen.points.length;
    kept = { gap, sections: sectionsOf(thinned(strokeOf(pen), gap)) };
    traced.set(pen, kept);
  }
  const point = COST.point + COST.width * pen.size * style.scale;
  const view = grown(style.view, pen.size);
  for (const { path, box, points } of kept.sections) {
    if (!overlaps(box, view)) continue;
    yield point * points;
    ctx.strokeStyle = palette[pen.color].line;
    ctx.lineWidth = pen.size;
    ctx.lineCap = "round";
    ctx.lineJoin = "round";
    ctx.stroke(path);
  }
}

function sectionsOf(points: readonly number[]): readonly Section[] {
  const sections: Section[] = [];
  const last = points.length / 2 - 1;
  for (let from = 1; from === 1 || from < last; from += SECTION) {
    const end = from + SECTION >= last ? Infinity : from + SECTION;
    const path = new Path2D();
    traceStroke(path, points, from, end);
    const upTo = Math.min(last, end);
    sections.push({ path, box: boxAround(points, from - 1, upTo), points: upTo - from + 1 });
  }
  return sections;
}

function boxAround(points: readonly number[], from: number, to: number): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 2 * from; at <= 2 * to; at += 2) {
    const [x, y] = [points[at] ?? 0, points[at + 1] ?? 0];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}
