/** How often the documents of a board broke. */
import type { Environment } from "./environment";

/** So long, in ms, until the first new one, so many at most, and the longest memory. */
const afterBreak = { wait: 500, most: 3, forgotten: 600_000 };

export interface Breaks {
  /** What breaks that many would break all others: the board is given up. */
  readonly areTooMany: boolean;
  /** Another one broke: how long to wait, in ms, before the next; undefined if there is none. */
  another(): number | undefined;
}

export function createBreaks(environment: Environment): Breaks {
  let times: readonly number[] = [];
  let areTooMany = false;
  return {
    get areTooMany() { return areTooMany; },
    another() {
      const now = environment.now();
      times = [...times.filter((time) => now - time < afterBreak.forgotten), now];
      areTooMany ||= times.length > afterBreak.most;
      return areTooMany ? undefined : afterBreak.wait * 2 ** times.length;
    },
  };
}
