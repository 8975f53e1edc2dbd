import type { Shape, TextShape } from "../board";
import { Box, UNITS } from "./geometry";
import { FONT } from "./font";
import { boundsOf } from "./hit";
import { AUTHOR_FOOT } from "./layout";
import { palette } from "./palette";
import { drawPen } from "./pen";
import type { Steps } from "./slices";
import type { Measure } from "./text";
import { drawText } from "./writing";

export interface ShapeStyle {
  readonly measure: Measure;
  /** CSS pixels per pixel at 100 %. */
  readonly zoom: number;
  /** The shape whose text is in a field over the board. */
  readonly editing: string | null;
  /** What can be seen, in document units. */
  readonly view: Box;
  /** Device pixels per document unit. */
  readonly scale: number;
  /** 1, or more where so many strokes are in view that they are drawn with fewer points. */
  readonly thinning: number;
}

/** Below this side on the screen, in CSS pixels, nobody sees shadows and round corners. */
const DETAIL = 32;

/** Rough costs in ms on a slow machine, for what a browser draws only after the frame's script. */
const COST = { shape: 0.004, pixel: 1e-6 };

/** Draws one shape, in steps; the context is in document units. */
export function* drawShape(ctx: CanvasRenderingContext2D, shape: Shape, style: ShapeStyle): Steps {
  if (shape.type === "pen") return yield* drawPen(ctx, shape, style);
  yield COST.shape + COST.pixel * pixelsOf(shape, style);
  if (shape.type === "note") drawNote(ctx, shape, style);
  else drawOutline(ctx, shape, style.zoom);
  if (shape.text !== "" && style.editing !== shape.id) yield* drawText(ctx, shape, style);
}

/** How many device pixels of a shape can be seen. */
function pixelsOf(shape: Shape, { view, scale }: ShapeStyle): number {
  const { x, y, w, h } = boundsOf(shape);
  const across = Math.min(x + w, view.x + view.w) - Math.max(x, view.x);
  const down = Math.min(y + h, view.y + view.h) - Math.max(y, view.y);
  return Math.max(0, across) * Math.max(0, down) * scale * scale;
}

function drawNote(ctx: CanvasRenderingContext2D, shape: TextShape, style: ShapeStyle): void {
  const { x, y, w, h } = shape;
  ctx.fillStyle = palette[shape.color].fill;
  if (isSmall(shape, style.zoom)) return ctx.fillRect(x, y, w, h);
  const sprite = shadow();
  if (sprite) {
    const edge = SHADOW_EDGE / SHADOW_INNER;
    ctx.drawImage(sprite, x - w * edge, y - h * edge, w * (1 + 2 * edge), h * (1 + 2 * edge));
  }
  ctx.beginPath();
  roundedRect(ctx, x, y, w, h, Math.min(4 * UNITS, w / 4, h / 4));
  ctx.fill();
  if (shape.name !== "" && style.zoom > 0.45 && h >= 3 * AUTHOR_FOOT) drawAuthor(ctx, shape, style);
}

const isSmall = ({ w, h }: TextShape, zoom: number): boolean =>
  Math.max(w, h) * zoom < DETAIL * UNITS;

function drawAuthor(ctx: CanvasRenderingContext2D, shape: TextShape, style: ShapeStyle): void {
  const size = 11.5;
  const room = shape.w / UNITS - 28;
  const name = shortened(shape.name, room / (size / 100), style.measure);
  ctx.fillStyle = palette[shape.color].ink;
  ctx.globalAlpha = 0.72;
  ctx.font = `${size * UNITS}px ${FONT}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(name, shape.x + 14 * UNITS, shape.y + shape.h - 14 * UNITS);
  ctx.globalAlpha = 1;
}

function shortened(name: string, room: number, measure: Measure): string {
  if (measure(name) <= room) return name;
  let width = measure("…");
  let start = "";
  for (const letter of name) {
    width += measure(letter);
    if (width > room) break;
    start += letter;
  }
  return `${start}…`;
}

function drawOutline(ctx: CanvasRenderingContext2D, shape: TextShape, zoom: number): void {
  const paint = palette[shape.color];
  ctx.beginPath();
  if (shape.type === "rect") {
    const { x, y, w, h } = shape;
    if (isSmall(shape, zoom)) ctx.rect(x, y, w, h);
    else roundedRect(ctx, x, y, w, h, Math.min(6 * UNITS, w / 4, h / 4));
  } else {
    const [rx, ry] = [shape.w / 2, shape.h / 2];
    ctx.ellipse(shape.x + rx, shape.y + ry, rx, ry, 0, 0, 2 * Math.PI);
  }
  ctx.globalAlpha = shape.color === "white" ? 0.8 : 0.08;
  ctx.fillStyle = shape.color === "white" ? paint.fill : paint.line;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 2 * UNITS;
  ctx.strokeStyle = paint.line;
  ctx.stroke();
}

/** `roundRect` of the canvas is newer than some browsers in use. */
export function roundedRect(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  w: number,
  h: number,
  r: number,
): void {
  ctx.moveTo(x + r, y);
  ctx.arcTo(x + w, y, x + w, y + h, r);
  ctx.arcTo(x + w, y + h, x, y + h, r);
  ctx.arcTo(x, y + h, x, y, r);
  ctx.arcTo(x, y, x + w, y, r);
  ctx.closePath();
}

const SHADOW_INNER = 160;
const SHADOW_EDGE = 20;
let sprite: HTMLCanvasElement | null = null;

/** Drawn once: a blurred shadow for every note in every frame would be far too slow. */
function shadow(): HTMLCanvasElement | null {
  if (sprite) return sprite;
  const canvas = document.createElement("canvas");
  const side = SHADOW_INNER + 2 * SHADOW_EDGE;
  canvas.width = canvas.height = side;
  const ctx = canvas.getContext("2d");
  if (!ctx) return null;
  // only the shadow is wanted, so what casts it lies outside of the picture
  const away = 2 * side;
  const cast = (blur: number, offset: number, color: string, inset: number): void => {
    ctx.shadowColor = color;
    ctx.shadowBlur = blur;
    ctx.shadowOffsetX = away;
    ctx.shadowOffsetY = offset;
    const [start, length] = [SHADOW_EDGE + inset, SHADOW_INNER - 2 * inset];
    ctx.fillRect(start - away, start, length, length);
  };
  cast(12, 7, "rgba(32, 34, 48, 0.20)", 4);
  cast(3, 1, "rgba(32, 34, 48, 0.18)", 1);
  sprite = canvas;
  return sprite;
}
