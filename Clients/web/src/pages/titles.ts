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
