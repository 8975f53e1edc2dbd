import type { Shape } from "../board";
import { Camera, Size, toDoc } from "../canvas/camera";
import { ScreenPoint, UNITS } from "../canvas/geometry";
import { boundsOf } from "../canvas/hit";
import type { ToolEvent } from "../tools/tool";

/** Shapes whose middles are nearer than this would hide each other. */
const NEAR = 16 * UNITS;
const STEP = 28;

/** A click in the middle of the window, for keys; beside what was made there before. */
export function clickInTheMiddle(
  shapes: readonly Shape[],
  camera: Camera,
  size: Size,
): readonly ToolEvent[] {
  const middles = shapes.map((shape) => {
    const { x, y, w, h } = boundsOf(shape);
    return { x: x + w / 2, y: y + h / 2 };
  });
  let screen: ScreenPoint = { x: size.width / 2, y: size.height / 2 };
  let at = toDoc(camera, screen);
  while (middles.some(({ x, y }) => Math.hypot(x - at.x, y - at.y) < NEAR)) {
    screen = { x: screen.x + STEP, y: screen.y + STEP };
    at = toDoc(camera, screen);
  }
  const press = { pointer: -1, at, screen, keys: { shift: false, alt: false } };
  return [
    { on: "down", ...press, target: { on: "board" }, selection: [], touch: false },
    { on: "up", ...press },
  ];
}
