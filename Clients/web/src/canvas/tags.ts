/** Where names stand at what others have selected: whoever types or touches has no cursor. */
import type { Size } from "./camera";
import type { ScreenPoint } from "./geometry";

/** The height of a name's tag, in CSS pixels. */
export const TAG = 21;
/** Between a frame and its tag. */
const GAP = 6;
/** What the bar at the top hides. */
const BAR = 68;
const MOST_TAGS = 20;
/** So many of one shape lie over each other. */
const MOST_ROWS = 3;
const LONGEST_NAME = 24;

/** At most 24 letters. */
export function shortName(name: string): string {
  const letters = Array.from(name);
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME).join("")}…` : name;
}

interface Wanted {
  readonly name: string;
  /** Of what is selected: the corners, on the screen. */
  readonly from: ScreenPoint;
  readonly to: ScreenPoint;
  readonly width: number;
}

export interface Tag<T> {
  readonly of: T;
  readonly x: number;
  readonly y: number;
  readonly w: number;
}

/**
 * Above what it belongs to, below it where the bar would hide it, and beside no other tag: rows go
 * away from the shape. What cannot be placed, or would be one too many, is left out.
 */
export function placeTags<T extends Wanted>(wanted: readonly T[], size: Size): readonly Tag<T>[] {
  const placed: Tag<T>[] = [];
  for (const of of wanted) {
    const { from, to, width: w } = of;
    const isSeen = to.x > 0 && from.x < size.width && to.y > BAR && from.y < size.height;
    if (!isSeen || placed.length >= MOST_TAGS) continue;
    const isAbove = from.y - GAP - TAG >= BAR;
    const x = Math.max(4, Math.min(from.x - 3, size.width - w - 4));
    for (let row = 0; row < MOST_ROWS; row++) {
      const away = GAP + row * (TAG + 2);
      // the foot of a tall shape may be out of sight: then inside of it, at the top
      const below = to.y + GAP + TAG > size.height ? BAR : to.y;
      const y = isAbove ? from.y - away - TAG : below + away;
      const isFree = placed.every((tag) =>
        x >= tag.x + tag.w || tag.x >= x + w || y >= tag.y + TAG || tag.y >= y + TAG);
      if (!isFree) continue;
      placed.push({ of, x, y, w });
      break;
    }
  }
  return placed;
}
