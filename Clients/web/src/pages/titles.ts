import { storage } from "./storage";

/** Titles of rooms that were seen before: a reload without a connection still has a name. */
const KEPT = "jamboree-titles";
const MOST = 100;

type Titles = readonly (readonly [path: string, title: string])[];

function read(): Titles {
  try {
    const found: unknown = JSON.parse(storage()?.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? found.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "string";
}

export function knownTitle(path: string): string | undefined {
  return read().find(([one]) => one === path)?.[1];
}

export function keepTitle(path: string, title: string): void {
  const others = read().filter(([one]) => one !== path);
  try {
    storage()?.setItem(KEPT, JSON.stringify([[path, title], ...others].slice(0, MOST)));
  } catch {
    // a full storage costs only the name
  }
}

/** As people tell titles apart, who do not see how a space or a letter is encoded. */
export const called = (title: string): string =>
  title.normalize("NFKC").trim().replace(/\s+/g, " ").toLocaleLowerCase();

/** What more than one room is called. */
export function repeated(titles: readonly string[]): ReadonlySet<string> {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const title of titles.map(called)) (once.has(title) ? twice : once).add(title);
  return twice;
}
