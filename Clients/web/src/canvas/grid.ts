import type { Camera, Size } from "./camera";
import { UNITS } from "./geometry";
import { GRID } from "./palette";

const DOT = 1.5;

/** Dots that show how far a pan went, without drawing attention. */
export function drawGrid(
  ctx: CanvasRenderingContext2D,
  camera: Camera,
  size: Size,
  ratio: number,
): void {
  const step = gridStep(camera.zoom);
  const side = Math.round(step * ratio);
  const pattern = patternOf(ctx, side, ratio);
  if (!pattern) return;
  // the tile has whole pixels, so it is scaled a little; its dot lies in its middle
  const scale = step / side;
  const [x, y] = [camera.x, camera.y].map((origin) => offset(origin, camera.zoom, step) - step / 2);
  pattern.setTransform(new DOMMatrix([scale, 0, 0, scale, x ?? 0, y ?? 0]));
  ctx.fillStyle = pattern;
  ctx.fillRect(0, 0, size.width, size.height);
}

/** CSS pixels between dots: near 24, whatever the zoom. */
export function gridStep(zoom: number): number {
  let step = 24 * zoom;
  while (step < 16) step *= 4;
  while (step > 96) step /= 4;
  return step;
}

/** Where the first dot lies, from 0 to below `step`. */
function offset(origin: number, zoom: number, step: number): number {
  const shift = ((-origin * zoom) / UNITS) % step;
  return shift < 0 ? shift + step : shift;
}

let tile: { readonly side: number; readonly ratio: number; readonly pattern: CanvasPattern } | null =
  null;

/** One cell as a picture: thousands of dots one by one take longer than all shapes together. */
function patternOf(
  ctx: CanvasRenderingContext2D,
  side: number,
  ratio: number,
): CanvasPattern | null {
  if (tile?.side === side && tile.ratio === ratio) return tile.pattern;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const cell = canvas.getContext("2d");
  if (!cell) return null;
  const dot = DOT * ratio;
  cell.fillStyle = GRID;
  cell.fillRect((side - dot) / 2, (side - dot) / 2, dot, dot);
  const pattern = ctx.createPattern(canvas, "repeat");
  if (pattern) tile = { side, ratio, pattern };
  return pattern;
}
