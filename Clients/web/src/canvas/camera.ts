import { around, Box, DocPoint, LIMIT, ScreenPoint, UNITS } from "./geometry";

/** What part of the board the window shows: the document point in its upper left corner. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const MIN_ZOOM = 0.05;
export const MAX_ZOOM = 30;

/** The origin lies somewhat inside the window, so that the first note is not in a corner. */
export const HOME: Camera = { x: -80 * UNITS, y: -96 * UNITS, zoom: 1 };

export function toDoc(camera: Camera, p: ScreenPoint): DocPoint {
  const scale = UNITS / camera.zoom;
  return { x: camera.x + p.x * scale, y: camera.y + p.y * scale };
}

export function toScreen(camera: Camera, p: DocPoint): ScreenPoint {
  const scale = camera.zoom / UNITS;
  return { x: (p.x - camera.x) * scale, y: (p.y - camera.y) * scale };
}

export function clampZoom(zoom: number): number {
  return Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, zoom));
}

/** Moves the board under the window by a distance on the screen. */
export function panBy(camera: Camera, dx: number, dy: number): Camera {
  const scale = UNITS / camera.zoom;
  return bounded({ ...camera, x: camera.x - dx * scale, y: camera.y - dy * scale });
}

/** Zooms so that what lies under `at` stays there. */
export function zoomAt(camera: Camera, at: ScreenPoint, zoom: number): Camera {
  const next = clampZoom(zoom);
  const fixed = toDoc(camera, at);
  const scale = UNITS / next;
  return bounded({ x: fixed.x - at.x * scale, y: fixed.y - at.y * scale, zoom: next });
}

/** The next step up or down of a button or key: 10 %, 25 %, 50 %, 100 %, … */
export function zoomStep(zoom: number, up: boolean): number {
  const steps = [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 30];
  const near = 1.001;
  if (up) return steps.find((step) => step > zoom * near) ?? MAX_ZOOM;
  return [...steps].reverse().find((step) => step < zoom / near) ?? MIN_ZOOM;
}

/** Shows all of `box` in the middle of `size`; never larger than `most`. */
export function fit(box: Box, size: Size, margin: number, most = 2): Camera {
  const width = Math.max(1, size.width - 2 * margin);
  const height = Math.max(1, size.height - 2 * margin);
  const across = (width * UNITS) / Math.max(1, box.w);
  const down = (height * UNITS) / Math.max(1, box.h);
  const zoom = clampZoom(Math.min(across, down, most));
  const scale = UNITS / zoom;
  return {
    x: box.x + box.w / 2 - (size.width * scale) / 2,
    y: box.y + box.h / 2 - (size.height * scale) / 2,
    zoom,
  };
}

/**
 * As `fit`, for all of them. What the smallest zoom cannot show together is shown in part, around
 * what lies in the middle of most: one shape far away leaves nobody with an empty window.
 */
export function fitMost(
  boxes: readonly Box[],
  size: Size,
  margin: number,
  most = 2,
): Camera | undefined {
  const all = around(boxes);
  const width = ((size.width - 2 * margin) * UNITS) / MIN_ZOOM;
  const height = ((size.height - 2 * margin) * UNITS) / MIN_ZOOM;
  if (!all) return undefined;
  if (all.w <= width && all.h <= height) return fit(all, size, margin, most);
  const x = median(boxes.map((box) => box.x + box.w / 2));
  const y = median(boxes.map((box) => box.y + box.h / 2));
  const reach = (box: Box): number =>
    Math.max(x - box.x, box.x + box.w - x, y - box.y, box.y + box.h - y);
  const [first = all, ...others] = [...boxes].sort((a, b) => reach(a) - reach(b));
  const shown = others.reduce((before, box) => {
    const both = around([before, box]) ?? before;
    return both.w <= width && both.h <= height ? both : before;
  }, first);
  return fit(shown, size, margin, most);
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Moves the camera as little as it takes to bring `box` into view; zoom stays. */
export function reveal(camera: Camera, box: Box, size: Size, margin: number): Camera {
  const from = toScreen(camera, box);
  const to = toScreen(camera, { x: box.x + box.w, y: box.y + box.h });
  const dx = shift(from.x, to.x, margin, size.width - margin);
  const dy = shift(from.y, to.y, margin, size.height - margin);
  return dx === 0 && dy === 0 ? camera : panBy(camera, dx, dy);
}

function shift(from: number, to: number, low: number, high: number): number {
  if (from >= low && to <= high) return 0;
  if (to - from > high - low || from < low) return low - from;
  return high - to;
}

/** How much of each edge of the window is covered. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Below this, a box too large for the window is shown in part rather than made smaller. */
const LEGIBLE = 0.6;

/**
 * Brings all of `box` into what is not covered, as little as it takes: a box too large for that is
 * made smaller, and one that is smaller than at zoom `least` larger, as far as there is room.
 */
export function showWithin(
  camera: Camera,
  box: Box,
  size: Size,
  insets: Insets,
  least: number,
): Camera {
  const width = Math.max(60, size.width - insets.left - insets.right);
  const height = Math.max(60, size.height - insets.top - insets.bottom);
  const most = Math.min(width / box.w, height / box.h) * UNITS;
  const wanted = Math.max(camera.zoom, Math.min(least, most));
  const zoom = clampZoom(wanted > most ? Math.max(most, Math.min(wanted, LEGIBLE)) : wanted);
  const middle = toScreen(camera, { x: box.x + box.w / 2, y: box.y + box.h / 2 });
  const zoomed = zoom === camera.zoom ? camera : zoomAt(camera, middle, zoom);
  const from = toScreen(zoomed, box);
  const to = toScreen(zoomed, { x: box.x + box.w, y: box.y + box.h });
  const dx = into(from.x, to.x, insets.left, insets.left + width);
  const dy = into(from.y, to.y, insets.top, insets.top + height);
  return Math.abs(dx) < 0.5 && Math.abs(dy) < 0.5 ? zoomed : panBy(zoomed, dx, dy);
}

/** What is too long is put in the middle, where its text is. */
function into(from: number, to: number, low: number, high: number): number {
  if (to - from > high - low + 1) return (low + high - from - to) / 2;
  return shift(from, to, low, high);
}

export function viewBox(camera: Camera, size: Size): Box {
  const scale = UNITS / camera.zoom;
  return { x: camera.x, y: camera.y, w: size.width * scale, h: size.height * scale };
}

function bounded(camera: Camera): Camera {
  const hold = (value: number): number => Math.max(-2 * LIMIT, Math.min(2 * LIMIT, value));
  return { ...camera, x: hold(camera.x), y: hold(camera.y) };
}
