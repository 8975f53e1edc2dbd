import type { LostNotice } from "../panels/losses";

/** Notices of what was lost outlive a reload: who was told a moment ago may not have read it. */
const KEPT = "jamboree-lost";

/** Those of one person in one room; as long as the tab is open. */
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

function isNotice(value: unknown): value is LostNotice {
  const { number, code, refused, texts, more } = (value ?? {}) as Partial<LostNotice>;
  return typeof number === "number" && typeof code === "string"
    && typeof refused === "number" && typeof more === "boolean"
    && Array.isArray(texts) && texts.every((text) => typeof text === "string");
}
