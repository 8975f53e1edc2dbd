import { Box, overlaps } from "../canvas/geometry";
import { UNITS } from "../canvas/geometry";

const GAP = 16 * UNITS;
const ROW = 6;

/** A free place for the note after `box`: to the right, then in rows below; never on another. */
export function nextPlace(box: Box, taken: readonly Box[]): Box {
  for (let step = 1; step <= 200; step++) {
    const column = step % ROW;
    const row = Math.floor(step / ROW);
    const place = {
      ...box,
      x: box.x + column * (box.w + GAP),
      y: box.y + row * (box.h + GAP),
    };
    if (!taken.some((other) => overlaps(other, place))) return place;
  }
  return { ...box, x: box.x + GAP, y: box.y + GAP };
}
