/** Parts of the page that come later, fetched while nobody does anything. */

const loads: (() => Promise<void>)[] = [];

/** To be fetched ahead; `load` may fail, and is tried again when the part is shown. */
export function fetchAhead(load: () => Promise<void>): void {
  loads.push(load);
}

export interface Quiet {
  after(ms: number, run: () => void): () => void;
  /** Calls whenever the person does something. */
  onBusy(listener: () => void): () => void;
}

/** In ms. */
export const QUIET = 5_000;

/**
 * Once nobody has done anything for a while, what is there is fetched, so that it opens also
 * without the hub where no service worker keeps it. Returns the way out.
 */
export function fetchWhenQuiet(
  quiet: Quiet,
  all: readonly (() => Promise<void>)[] = loads,
): () => void {
  let cancel = quiet.after(QUIET, run);
  const off = quiet.onBusy(() => {
    cancel();
    cancel = quiet.after(QUIET, run);
  });

  function run(): void {
    off();
    for (const load of all) load().catch(() => undefined);
  }

  return () => {
    off();
    cancel();
  };
}

const signs = ["pointerdown", "keydown", "wheel"] as const;

/** That of the browser. */
export const browserQuiet: Quiet = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  onBusy(listener) {
    for (const sign of signs) window.addEventListener(sign, listener, { passive: true });
    return () => {
      for (const sign of signs) window.removeEventListener(sign, listener);
    };
  },
};
