import type { Command } from "./keys";

/** Who writes and does not look pauses for less than this, in ms. */
const PAUSE = 2000;

/** Keys that were meant for a text which somebody else has deleted are no commands. */
export interface Overrun {
  begin(now: number): void;
  end(): void;
  /** Whether a command is only the rest of what was being written. */
  takes(command: Command, now: number): boolean;
}

export function createOverrun(): Overrun {
  let last = -Infinity;
  return {
    begin: (now) => void (last = now),
    end: () => void (last = -Infinity),
    takes(command, now) {
      const isOver = now - last > PAUSE;
      last = now;
      if (isOver || command.do === "escape" || command.do === "undo" || command.do === "redo") {
        last = -Infinity;
      }
      return last === now;
    },
  };
}
