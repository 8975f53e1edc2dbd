import { Camera, toDoc, zoomAt } from "./camera";
import { ScreenPoint } from "./geometry";

/** Two fingers on the board, and the camera as it was when the second came. */
export interface Pinch {
  readonly a: number;
  readonly b: number;
  readonly from: readonly [ScreenPoint, ScreenPoint];
  readonly now: readonly [ScreenPoint, ScreenPoint];
  readonly camera: Camera;
}

export function startPinch(
  camera: Camera,
  first: { readonly pointer: number; readonly at: ScreenPoint },
  second: { readonly pointer: number; readonly at: ScreenPoint },
): Pinch {
  const at = [first.at, second.at] as const;
  return { a: first.pointer, b: second.pointer, from: at, now: at, camera };
}

export function movePinch(pinch: Pinch, pointer: number, at: ScreenPoint): Pinch {
  if (pointer === pinch.a) return { ...pinch, now: [at, pinch.now[1]] };
  if (pointer === pinch.b) return { ...pinch, now: [pinch.now[0], at] };
  return pinch;
}

/** What lay under the middle of the fingers stays there; their distance is the zoom. */
export function pinchCamera(pinch: Pinch): Camera {
  const start = middle(pinch.from);
  const end = middle(pinch.now);
  const factor = Math.max(1, distance(pinch.now)) / Math.max(1, distance(pinch.from));
  const zoomed = zoomAt(pinch.camera, start, pinch.camera.zoom * factor);
  const fixed = toDoc(zoomed, start);
  const there = toDoc(zoomed, end);
  return { ...zoomed, x: zoomed.x + fixed.x - there.x, y: zoomed.y + fixed.y - there.y };
}

function middle([a, b]: readonly [ScreenPoint, ScreenPoint]): ScreenPoint {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance([a, b]: readonly [ScreenPoint, ScreenPoint]): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
