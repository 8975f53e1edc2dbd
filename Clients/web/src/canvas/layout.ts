import type { TextShape } from "../board";
import { Box, UNITS } from "./geometry";
import { fitText, Measure, TextLayout } from "./text";

/** Where the text of a shape may be, in document units. */
export function textBox(shape: TextShape): Box {
  if (shape.type === "note") {
    const pad = Math.min(14 * UNITS, shape.w / 8, shape.h / 8);
    const foot = Math.min(AUTHOR_FOOT, shape.h / 5);
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

interface Kept {
  readonly shape: TextShape;
  readonly layout: TextLayout;
}

/** By id: a shape that moves is another object in every frame, with the same text. */
const layouts = new Map<string, Kept>();
const MOST_KEPT = 20_000;

/** The text of a shape, laid out once for as long as neither it nor its box changes. */
export function layoutOf(shape: TextShape, measure: Measure): TextLayout {
  const kept = keptLayout(shape);
  if (kept) return kept;
  const box = textBox(shape);
  const largest = shape.type === "note" ? 26 : 20;
  const layout = fitText(shape.text, box.w / UNITS, box.h / UNITS, measure, largest);
  keep(shape, layout);
  return layout;
}

/** Undefined if the text has still to be laid out, which may take a while. */
export function keptLayout(shape: TextShape): TextLayout | undefined {
  const kept = layouts.get(shape.id);
  if (!kept) return undefined;
  if (kept.shape === shape) return kept.layout;
  const { type, w, h, text } = kept.shape;
  const isSame = type === shape.type && w === shape.w && h === shape.h && text === shape.text;
  if (!isSame) return undefined;
  keep(shape, kept.layout);
  return kept.layout;
}

function keep(shape: TextShape, layout: TextLayout): void {
  if (layouts.size >= MOST_KEPT) layouts.clear();
  layouts.set(shape.id, { shape, layout });
}
