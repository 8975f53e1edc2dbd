import { Camera, Size, toScreen, viewBox } from "./camera";
import { around, Box, overlaps, ScreenPoint } from "./geometry";
import { FONT } from "./font";
import { FRAME_GAP, handlePlaces } from "./hit";
import { ACCENT } from "./palette";
import { roundedRect } from "./shapes";
import { placeTags, shortName, TAG } from "./tags";

/** Somebody else's pointer, where it is drawn now. */
export interface Cursor {
  readonly name: string;
  readonly color: string;
  readonly at: ScreenPoint;
}

/** What others have selected. */
export interface Outline {
  readonly color: string;
  readonly name: string;
  readonly boxes: readonly Box[];
}

export interface Overlay {
  readonly selection: readonly Box[];
  /** Handles are left out while something is dragged or when nothing may be changed. */
  readonly handles: boolean;
  readonly marquee: Box | null;
  readonly outlines: readonly Outline[];
  readonly cursors: readonly Cursor[];
}

/** Draws what belongs to nobody's board; the context is in CSS pixels. */
export function drawOverlay(
  ctx: CanvasRenderingContext2D,
  camera: Camera,
  size: Size,
  overlay: Overlay,
): void {
  for (const outline of overlay.outlines) {
    for (const box of outline.boxes) frame(ctx, camera, box, outline.color, 3, 2);
  }
  drawTags(ctx, camera, size, overlay.outlines);
  drawSelection(ctx, camera, overlay);
  if (overlay.marquee) drawMarquee(ctx, camera, overlay.marquee);
  for (const cursor of overlay.cursors) drawCursor(ctx, cursor, size);
}

function drawSelection(ctx: CanvasRenderingContext2D, camera: Camera, overlay: Overlay): void {
  const { selection } = overlay;
  if (selection.length > 1) for (const box of selection) frame(ctx, camera, box, ACCENT, 2, 1);
  const all = around(selection);
  if (!all) return;
  frame(ctx, camera, all, ACCENT, FRAME_GAP, 1.5);
  if (!overlay.handles) return;
  ctx.fillStyle = "#ffffff";
  ctx.strokeStyle = ACCENT;
  ctx.lineWidth = 1.5;
  for (const { handle, at } of handlePlaces(camera, selection)) {
    const side = handle.length === 2 ? 10 : 8;
    ctx.beginPath();
    roundedRect(ctx, at.x - side / 2, at.y - side / 2, side, side, handle.length === 2 ? 3 : 4);
    ctx.fill();
    ctx.stroke();
  }
}

function frame(
  ctx: CanvasRenderingContext2D,
  camera: Camera,
  box: Box,
  color: string,
  gap: number,
  width: number,
): void {
  const from = toScreen(camera, box);
  const to = toScreen(camera, { x: box.x + box.w, y: box.y + box.h });
  ctx.beginPath();
  const [w, h] = [to.x - from.x + 2 * gap, to.y - from.y + 2 * gap];
  roundedRect(ctx, from.x - gap, from.y - gap, w, h, Math.min(4, w / 2, h / 2));
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.stroke();
}

function drawMarquee(ctx: CanvasRenderingContext2D, camera: Camera, box: Box): void {
  const from = toScreen(camera, box);
  const to = toScreen(camera, { x: box.x + box.w, y: box.y + box.h });
  ctx.globalAlpha = 0.1;
  ctx.fillStyle = ACCENT;
  ctx.fillRect(from.x, from.y, to.x - from.x, to.y - from.y);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = ACCENT;
  ctx.lineWidth = 1;
  ctx.strokeRect(from.x, from.y, to.x - from.x, to.y - from.y);
}

function drawCursor(
  ctx: CanvasRenderingContext2D,
  { name, color, at }: Cursor,
  size: Size,
): void {
  const { x, y } = at;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + 4.6, y + 16);
  ctx.lineTo(x + 7.8, y + 9.2);
  ctx.lineTo(x + 15, y + 6.6);
  ctx.closePath();
  ctx.lineJoin = "round";
  ctx.lineWidth = 3;
  ctx.strokeStyle = "#ffffff";
  ctx.stroke();
  ctx.fillStyle = color;
  ctx.fill();
  if (name === "") return;
  const width = tagWidth(ctx, name);
  // near an edge of the window the name goes to the other side of the arrow
  const left = x + 12 + width > size.width ? x - 4 - width : x + 12;
  const top = y + 35 > size.height ? y - 26 : y + 14;
  drawTag(ctx, name, color, { x: left, y: top, w: width });
}

function drawTags(
  ctx: CanvasRenderingContext2D,
  camera: Camera,
  size: Size,
  outlines: readonly Outline[],
): void {
  const view = viewBox(camera, size);
  const wanted = outlines.flatMap(({ name, color, boxes }) => {
    const first = boxes.find((box) => overlaps(box, view));
    if (!first || name === "") return [];
    const from = toScreen(camera, first);
    const to = toScreen(camera, { x: first.x + first.w, y: first.y + first.h });
    return [{ name, color, from, to, width: tagWidth(ctx, name) }];
  });
  for (const { of, ...place } of placeTags(wanted, size)) drawTag(ctx, of.name, of.color, place);
}

function tagWidth(ctx: CanvasRenderingContext2D, name: string): number {
  ctx.font = `600 12px ${FONT}`;
  return ctx.measureText(shortName(name)).width + 14;
}

function drawTag(
  ctx: CanvasRenderingContext2D,
  name: string,
  color: string,
  { x, y, w }: { readonly x: number; readonly y: number; readonly w: number },
): void {
  ctx.beginPath();
  roundedRect(ctx, x, y, w, TAG, 7);
  ctx.fillStyle = color;
  ctx.fill();
  ctx.fillStyle = "#ffffff";
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(shortName(name), x + 7, y + TAG / 2 + 0.5);
}
