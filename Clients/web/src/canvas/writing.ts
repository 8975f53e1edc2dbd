import type { TextShape } from "../board";
import { barsOf, Lines, roughLines } from "./bars";
import { baselineBelowMiddle, FONT } from "./font";
import { Box, UNITS } from "./geometry";
import { keptLayout, largestSize, layoutWithin, textBox } from "./layout";
import { palette } from "./palette";
import type { Steps } from "./slices";
import { LINE, Measure, TextLayout, TextLine } from "./text";

/** How texts are drawn: see `ShapeStyle`. */
export interface TextStyle {
  readonly measure: Measure;
  readonly zoom: number;
  readonly view: Box;
  readonly scale: number;
}

/** Letters smaller than this on the screen are only noise, in CSS and in device pixels. */
const READABLE = { css: 2.5, device: 4 };

/** How dark the bars are that stand for letters. */
const BAR_ALPHA = 0.32;

/** Rough costs in ms on a slow machine. */
const COST = { line: 0.01, letter: 0.0006, layout: 0.002, bar: 0.001 };

/** How long a text is laid out at a time, in ms. */
const LAYOUT = 6;

/** The size of the font that is drawn with: the one that texts are measured with. */
const REFERENCE = 100;

/** The colour of a shape's text. */
export function inkOf(shape: TextShape): string {
  return shape.type === "note" ? palette[shape.color].ink : "#23262d";
}

/** Whether letters of that size, in CSS pixels at 100 %, can be read on the screen. */
export function isReadable(size: number, zoom: number, scale: number): boolean {
  return size * zoom >= READABLE.css && size * scale * UNITS >= READABLE.device;
}

/** Draws the text of a shape, in steps: letters, or bars where nobody could read them. */
export function* drawText(
  ctx: CanvasRenderingContext2D,
  shape: TextShape,
  style: TextStyle,
): Steps {
  const box = textBox(shape);
  let layout = keptLayout(shape);
  if (!layout && !isReadable(largestSize(shape), style.zoom, style.scale)) {
    const [width, height] = [box.w / UNITS, box.h / UNITS];
    const lines = roughLines(shape.text, width, height, largestSize(shape), LINE);
    yield COST.bar * drawBars(ctx, box, inkOf(shape), lines, style);
    return;
  }
  while (!layout) {
    yield Math.min(LAYOUT, COST.layout * shape.text.length);
    layout = layoutWithin(shape, style.measure, LAYOUT);
  }
  const { lines, lineHeight } = layout;
  if (!isReadable(layout.size, style.zoom, style.scale)) {
    const width = (index: number): number => lines[index]?.width ?? 0;
    const all = { lineHeight, count: lines.length, width };
    yield COST.bar * drawBars(ctx, box, inkOf(shape), all, style);
    return;
  }
  // not even one line, or one letter, fits into a box so small
  if (layout.height * UNITS > box.h + 1 || layout.width * UNITS > box.w + 1) {
    ctx.beginPath();
    ctx.rect(box.x, box.y, box.w, box.h);
    ctx.clip();
  }
  yield* drawLetters(ctx, shape, layout, style);
}

/** Where the text begins, and which of its lines can be seen. */
function placeOf(box: Box, count: number, lineHeight: number, view: Box): [number, number, number] {
  const height = lineHeight * UNITS;
  const top = box.y + Math.max(0, (box.h - count * height) / 2);
  const bottom = Math.min(box.y + box.h, view.y + view.h);
  const first = Math.max(0, Math.floor((view.y - top) / height) - 1);
  return [top, first, Math.min(count, Math.ceil((bottom - top) / height) + 1)];
}

/** The number of bars. A plain function: a board seen from far away has thousands of texts. */
function drawBars(
  ctx: CanvasRenderingContext2D,
  box: Box,
  ink: string,
  lines: Lines,
  { view, scale }: TextStyle,
): number {
  const [top, first, end] = placeOf(box, lines.count, lines.lineHeight, view);
  const middle = box.x + box.w / 2;
  const bars = barsOf(lines, scale * UNITS, first, end);
  ctx.fillStyle = ink;
  ctx.globalAlpha = BAR_ALPHA;
  for (const { y, width, height } of bars) {
    const w = Math.min(width * UNITS, box.w);
    ctx.fillRect(middle - w / 2, top + y * UNITS, w, height * UNITS);
  }
  ctx.globalAlpha = 1;
  return bars.length;
}

function* drawLetters(
  ctx: CanvasRenderingContext2D,
  shape: TextShape,
  layout: TextLayout,
  { view }: TextStyle,
): Steps {
  const box = textBox(shape);
  const [top, first, end] = placeOf(box, layout.lines.length, layout.lineHeight, view);
  const middle = box.x + box.w / 2;
  // at a small size of the font itself, browsers round the widths of letters
  const unit = (layout.size * UNITS) / REFERENCE;
  ctx.translate(middle, top);
  ctx.scale(unit, unit);
  ctx.fillStyle = inkOf(shape);
  ctx.font = `${REFERENCE}px ${FONT}`;
  ctx.textBaseline = "alphabetic";
  const left = (view.x - middle) / unit;
  const seen: Range = { from: left, to: left + view.w / unit };
  const base = baselineBelowMiddle() * REFERENCE;
  for (let index = first; index < end; index++) {
    const line = layout.lines[index];
    if (!line || line.text === "") continue;
    yield COST.line + COST.letter * Math.min(LONG, line.text.length);
    const y = base + (index + 0.5) * LINE * REFERENCE;
    drawLine(ctx, line, REFERENCE / layout.size, y, seen);
  }
}

/** Of a line in parts not more letters than this are in the window at a legible size. */
const LONG = 1000;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** `enlarged`: how much larger the font is than the layout's. */
function drawLine(
  ctx: CanvasRenderingContext2D,
  line: TextLine,
  enlarged: number,
  y: number,
  seen: Range,
): void {
  ctx.textAlign = line.parts ? "left" : "center";
  if (!line.parts) return ctx.fillText(line.text, 0, y);
  const left = -line.width / 2;
  line.parts.forEach(({ text, x }, index) => {
    const from = (left + x) * enlarged;
    const to = (left + (line.parts?.[index + 1]?.x ?? line.width)) * enlarged;
    if (to >= seen.from && from <= seen.to) ctx.fillText(text, from, y);
  });
}
