import type { Shape } from "../board";
import { Camera, Size, toDoc, toScreen } from "../canvas/camera";
import { Box, overlaps } from "../canvas/geometry";
import { boundsOf } from "../canvas/hit";
import { nextPlace } from "../editing/next";
import { NOTE_SIDE, noteAround } from "../tools/note/note";
import type { ToolEvent } from "../tools/tool";

/** Around what is so large in both directions people gather other things. */
const FRAME = 2 * NOTE_SIDE;

/** Where a shape is made by key: in the middle of the window, or in the next free place. */
export function freePlace(shapes: readonly Shape[], camera: Camera, size: Size): Box {
  const wanted = noteAround(toDoc(camera, { x: size.width / 2, y: size.height / 2 }));
  const taken = shapes
    .filter(({ type }) => type !== "pen")
    .map(boundsOf)
    .filter((box) => Math.min(box.w, box.h) <= FRAME);
  return taken.some((box) => overlaps(box, wanted)) ? nextPlace(wanted, taken) : wanted;
}

/** A click in the middle of a place, for keys. */
export function clickIn(place: Box, camera: Camera): readonly ToolEvent[] {
  const at = { x: place.x + place.w / 2, y: place.y + place.h / 2 };
  const press = {
    pointer: -1, at, screen: toScreen(camera, at), keys: { shift: false, alt: false },
  };
  return [
    { on: "down", ...press, target: { on: "board" }, selection: [], touch: false },
    { on: "up", ...press },
  ];
}
