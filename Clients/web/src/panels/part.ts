/** Why a part of the page did not come: no hub, or one that has another version of the page now. */
export type Missing = "away" | "outdated";

export type Brought<Part> =
  | { readonly ok: true; readonly part: Part }
  | { readonly ok: false; readonly missing: Missing };

export interface Ways {
  /** A service worker has every file, so no connection is needed. */
  readonly isKept: () => boolean;
  /** Whether the hub answers. */
  readonly reaches: () => Promise<boolean>;
}

/**
 * Loads a part that the first visit does without. Some browsers remember a module that failed as
 * long as the page is open, so without a connection it is not even tried.
 */
export async function bring<Part>(load: () => Promise<Part>, ways: Ways): Promise<Brought<Part>> {
  if (!ways.isKept() && !(await ways.reaches())) return { ok: false, missing: "away" };
  try {
    return { ok: true, part: await load() };
  } catch {
    return { ok: false, missing: (await ways.reaches()) ? "outdated" : "away" };
  }
}

/** Those of the browser. */
export const browserWays: Ways = {
  isKept: () => Boolean(navigator.serviceWorker?.controller),
  reaches: () =>
    fetch("/", { method: "HEAD", cache: "no-store" }).then(
      ({ status }) => status < 500,
      () => false,
    ),
};
