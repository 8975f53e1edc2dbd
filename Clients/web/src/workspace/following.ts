import type { Shape } from "../board";
import { Camera, fit, fitMost, Size, viewBox } from "../canvas/camera";
import { around, Box, grown, holds, UNITS } from "../canvas/geometry";
import { boundsOf } from "../canvas/hit";

export interface FollowingHost {
  list(): readonly Shape[];
  camera(): Camera;
  setCamera(camera: Camera): void;
  size(): Size;
}

/** Keeps in view all that comes onto the board, until somebody looks around by themselves. */
export interface Following {
  begin(): void;
  /** Shapes have changed. */
  look(): void;
  /** What moves the camera on the page's behalf does not end it. */
  moving(move: () => void): void;
}

/** Free on each side, in CSS pixels, and of the window's width at most. */
const MARGIN = { pixels: 100, part: 1 / 8 };
/** So much more than what is there is shown, that not each new shape moves the board. */
const SLACK = 0.15;

export function createFollowing(host: FollowingHost): Following {
  /** As it was left here; another one means that somebody else has moved it. */
  let own: Camera | null = null;
  let begun = false;
  /** All that was ever in view: what goes does not make the rest larger. */
  let seen: Box | null = null;

  function look(): void {
    if (own === null || host.camera() !== own) return;
    const boxes = host.list().map(boundsOf);
    const all = around([...(seen ? [seen] : []), ...boxes]);
    if (!all) return;
    seen = all;
    const size = host.size();
    const margin = Math.min(MARGIN.pixels, size.width * MARGIN.part);
    const free = grown(viewBox(own, size), (-margin / 2) * (UNITS / own.zoom));
    if (holds(free, all)) return;
    const next = fit(grown(all, SLACK * Math.max(all.w, all.h)), size, margin, 1);
    own = holds(viewBox(next, size), all) ? next : fitMost(boxes, size, margin, 1) ?? next;
    host.setCamera(own);
  }

  return {
    begin() {
      if (begun) return;
      begun = true;
      own = host.camera();
      look();
    },
    look,
    moving(move) {
      const follows = own !== null && host.camera() === own;
      move();
      if (follows) own = host.camera();
    },
  };
}
