/**
 * Work in steps: each value is about what the step that follows costs, in ms. A browser draws only
 * after the script of a frame has ended, so that a clock alone does not tell what drawing costs.
 */
export type Steps = Generator<number, void>;

/** Does as many steps as a frame has time for; true when there are no more. */
export function runSlice(steps: Steps, limit: number, clock: () => number): boolean {
  const start = clock();
  let planned = 0;
  for (;;) {
    const next = steps.next();
    if (next.done) return true;
    planned += next.value;
    if (Math.max(planned, clock() - start) >= limit) return false;
  }
}

/** What a frame may take for drawing the board, in ms. */
const LIMIT = 18;
const LEAST = 4;
/** Longer than this from one frame of work to the next is too long, in ms … */
const SLOW = 40;
/** … and with less there is time left. */
const QUICK = 25;

/** How much a frame may do, learnt from how long the frames before took. */
export interface Pace {
  readonly limit: number;
  /** Before each frame; `working`: the frame before had more to do than fitted into it. */
  frame(now: number, working: boolean): void;
}

export function createPace(): Pace {
  let limit = LIMIT;
  let last = -Infinity;
  return {
    get limit() {
      return limit;
    },
    frame(now, working) {
      const passed = now - last;
      last = now;
      if (!working) return;
      if (passed > SLOW) limit = Math.max(LEAST, limit * 0.7);
      else if (passed < QUICK) limit = Math.min(LIMIT, limit * 1.2);
    },
  };
}
