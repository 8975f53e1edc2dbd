import type { TextShape } from "../board";
import { Box, UNITS } from "./geometry";
import type { Pieces } from "./pieces";
import { fitPieces, Measure, piecesFor, TextLayout } from "./text";

/** Where the text of a shape may be, in document units. */
export function textBox(shape: TextShape): Box {
  if (shape.type === "note") {
    const pad = Math.min(14 * UNITS, shape.w / 8, shape.h / 8);
    const foot = Math.min(AUTHOR_FOOT, 0.26 * shape.h);
    return { x: shape.x + pad, y: shape.y + pad, w: shape.w - 2 * pad, h: shape.h - pad - foot };
  }
  if (shape.type === "rect") {
    const pad = Math.min(10 * UNITS, shape.w / 8, shape.h / 8);
    return { x: shape.x + pad, y: shape.y + pad, w: shape.w - 2 * pad, h: shape.h - 2 * pad };
  }
  // the largest box inside an ellipse has sides of 1/sqrt(2)
  const [w, h] = [shape.w * Math.SQRT1_2, shape.h * Math.SQRT1_2];
  return { x: shape.x + (shape.w - w) / 2, y: shape.y + (shape.h - h) / 2, w, h };
}

/** Room for the name of the author at the foot of a note. */
export const AUTHOR_FOOT = 26 * UNITS;

/** The size of a text for which there is room enough, in CSS pixels at 100 %. */
export const largestSize = (shape: TextShape): number => (shape.type === "note" ? 26 : 20);

interface Kept {
  readonly shape: TextShape;
  readonly layout: TextLayout;
}

/** By id: a shape that moves is another object in every frame, with the same text. */
const layouts = new Map<string, Kept>();
const MOST_KEPT = 20_000;

/** The text of a shape, laid out once for as long as neither it nor its box changes. */
export function layoutOf(shape: TextShape, measure: Measure): TextLayout {
  for (;;) {
    const layout = layoutWithin(shape, measure, Infinity);
    if (layout) return layout;
  }
}

/** Undefined if the text has still to be laid out, which may take a while. */
export function keptLayout(shape: TextShape): TextLayout | undefined {
  const kept = layouts.get(shape.id);
  if (!kept || !isSame(kept.shape, shape)) return undefined;
  if (kept.shape !== shape) keep(shape, kept.layout);
  return kept.layout;
}

/** What has been measured of the text that was not ready in time. */
let unfinished: { readonly shape: TextShape; readonly pieces: Pieces } | null = null;

const PAUSED = Symbol("laying out is to go on later");
let deadline = Infinity;
let checks = 0;

/** So much is done each time, or a slow machine would never get any further. */
const LEAST_CHECKS = 64;

function check(): void {
  if (++checks > LEAST_CHECKS && performance.now() > deadline) throw PAUSED;
}

/** The layout; undefined if it takes longer than `most` ms: then the next call goes on. */
export function layoutWithin(
  shape: TextShape,
  measure: Measure,
  most: number,
): TextLayout | undefined {
  const kept = keptLayout(shape);
  if (kept) return kept;
  const box = textBox(shape);
  const [width, height] = [box.w / UNITS, box.h / UNITS];
  if (!unfinished || !isSame(unfinished.shape, shape)) {
    unfinished = { shape, pieces: piecesFor(shape.text, width, measure, check) };
  }
  deadline = performance.now() + most;
  checks = 0;
  try {
    const layout = fitPieces(unfinished.pieces, width, height, largestSize(shape));
    unfinished = null;
    keep(shape, layout);
    return layout;
  } catch (error) {
    if (error === PAUSED) return undefined;
    unfinished = null;
    throw error;
  }
}

function isSame(one: TextShape, two: TextShape): boolean {
  return (
    one === two ||
    (one.type === two.type && one.w === two.w && one.h === two.h && one.text === two.text)
  );
}

function keep(shape: TextShape, layout: TextLayout): void {
  if (layouts.size >= MOST_KEPT) layouts.clear();
  layouts.set(shape.id, { shape, layout });
}
