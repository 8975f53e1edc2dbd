import type { LostNotice } from "../panels/losses";

/** Notices of what was lost outlive a reload: who was told a moment ago may not have read it. */
const KEPT = "jamboree-lost";

/** Those of one person in one room, as long as `storage` lasts. */
export interface KeptNotices {
  read(): readonly LostNotice[];
  /** At once, not when the page gets round to it. */
  write(notices: readonly LostNotice[]): void;
}

export function keptNotices(
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined,
  room: string,
  sub: string,
): KeptNotices {
  const key = `${KEPT}/${room}/${sub}`;
  return {
    read() {
      try {
        const found: unknown = JSON.parse(storage?.getItem(key) ?? "[]");
        return Array.isArray(found) ? found.filter(isNotice) : [];
      } catch {
        return [];
      }
    },
    write(notices) {
      try {
        if (notices.length > 0) storage?.setItem(key, JSON.stringify(notices));
        else storage?.removeItem(key);
      } catch {
        // where nothing can be kept they are on the page alone
      }
    },
  };
}

/**
 * Those of the tab, and those that were left in the browser while nobody had the room open: from
 * now on these are the tab's too. Whoever opens the room first is told.
 */
export function claimed(tab: KeptNotices, left: KeptNotices): readonly LostNotice[] {
  const before = tab.read();
  const waiting = left.read();
  if (waiting.length === 0) return before;
  const next = 1 + Math.max(0, ...before.map(({ number }) => number));
  const all = [...before, ...waiting.map((one, at) => ({ ...one, number: next + at }))];
  tab.write(all);
  left.write([]);
  return all;
}

function isNotice(value: unknown): value is LostNotice {
  const { number, code, refused, texts, more } = (value ?? {}) as Partial<LostNotice>;
  return typeof number === "number" && typeof code === "string"
    && typeof refused === "number" && typeof more === "boolean"
    && Array.isArray(texts) && texts.every((text) => typeof text === "string");
}
