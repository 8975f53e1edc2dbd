/** What the hub did not take of a board, until somebody has been told. */
import type { Environment, Timer } from "./environment";
import type { Loss, Unsubscribe } from "./types";

/** In ms: the hub's first answer may be a second old, with the rest right behind it. */
const settling = 300;

export interface Losses {
  listen(listener: (loss: Loss) => void): Unsubscribe;
  /**
   * To be called as long as the document is the former one. `told` is called once somebody has
   * heard of it, and never if nobody does.
   */
  add(loss: Loss, told: () => void): void;
  /** The document has, or soon will have, what the hub has: what was lost can be compared. */
  tell(): void;
  stop(): void;
}

export function createLosses(environment: Environment): Losses {
  const listeners = new Set<(loss: Loss) => void>();
  let untold: readonly { readonly loss: Loss; readonly told: () => void }[] = [];
  let telling: Timer | undefined;

  function tell(): void {
    telling = undefined;
    if (listeners.size === 0) return;
    const all = untold;
    untold = [];
    for (const { loss, told } of all) {
      for (const listener of [...listeners]) listener(loss);
      told();
    }
  }

  return {
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    add(loss, told) {
      // who goes on writing what is refused is told in between all the same
      if (telling) {
        telling.cancel();
        tell();
      }
      untold = [...untold, { loss, told }];
    },
    tell() {
      if (untold.length > 0) telling ??= environment.after(settling, tell);
    },
    stop: () => telling?.cancel(),
  };
}
