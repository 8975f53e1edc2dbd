/**
 * How something is said. Usually at once; "calm": when nothing else was said for a moment, so that
 * of a row of steps only the last is heard; "shown": it is also to be seen for a while.
 */
export type Say = (message: string, how?: "calm" | "shown") => void;

export interface Said {
  /** For screen readers. */
  readonly aloud: string;
  readonly shown: string;
}

export const SILENT: Said = { aloud: "", shown: "" };

/** What is said in one page, one thing after the other. */
export interface Saying {
  readonly say: Say;
  stop(): void;
}

/** In ms. */
const CALM = 500;
const SHOWN = 6000;

export function createSaying(changed: (said: Said) => void): Saying {
  let said: Said = SILENT;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;

  const put = (part: Partial<Said>): void => changed((said = { ...said, ...part }));

  /** The very same text again would not be read. */
  const aloud = (message: string): void =>
    put({ aloud: said.aloud === message ? `${message}\u00a0` : message });

  return {
    say(message, how) {
      clearTimeout(waiting);
      if (how === "calm") {
        waiting = setTimeout(() => aloud(message), CALM);
        return;
      }
      aloud(message);
      if (how !== "shown") return;
      put({ shown: message });
      clearTimeout(hiding);
      hiding = setTimeout(() => put({ shown: "" }), SHOWN);
    },
    stop() {
      clearTimeout(waiting);
      clearTimeout(hiding);
    },
  };
}
