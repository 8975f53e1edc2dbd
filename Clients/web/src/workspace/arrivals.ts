/** Who comes and goes, to be said: not those who were here already, and not for our connection. */
export interface Arrivals {
  /** The connection is lost: nobody is seen, but nobody has left. */
  away(): void;
  /** It is back, or begins anew; others, whose connection broke as well, come one by one. */
  back(now: number): void;
  look(names: ReadonlySet<string>, now: number): News;
}

export interface News {
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** So long, in ms, others have to come back: as long as their pages wait at most, and more. */
export const RETURN = 20_000;
/** When more come or go at once, it is said of none of them. */
const FEW = 3;
const NOTHING: News = { joined: [], left: [] };

export function createArrivals(): Arrivals {
  let known: ReadonlySet<string> | undefined;
  let isAway = false;
  /** Until then it says nothing if somebody is not here. */
  let until = -Infinity;

  return {
    away: () => void (isAway = true),
    back(now) {
      isAway = false;
      if (known) until = now + RETURN;
    },
    look(names, now) {
      if (isAway) return NOTHING;
      const before = known;
      known = before && now < until ? new Set([...before, ...names]) : names;
      if (!before || Math.abs(before.size - known.size) > FEW) return NOTHING;
      return { joined: without(known, before), left: without(before, known) };
    },
  };
}

const without = (all: ReadonlySet<string>, some: ReadonlySet<string>): readonly string[] =>
  [...all].filter((one) => !some.has(one));
