import { chooseLanguage, Language } from "./languages";
import { createTeller } from "./texts";
import type { PluralKey, TextKey } from "./texts";

export { languageCodes, languages } from "./languages";
export type { Language } from "./languages";
export type { PluralKey, TextKey } from "./texts";

const KEPT = "jamboree:language";
const teller = createTeller(chooseLanguage(kept(), navigator.languages));
const listeners = new Set<() => void>();
document.documentElement.lang = teller.language;

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // a browser that stores nothing still has its own language
  }
}

export const language = (): Language => teller.language;

export function setLanguage(next: Language): void {
  teller.use(next);
  document.documentElement.lang = next;
  try {
    localStorage.setItem(KEPT, next);
  } catch {
    // asked for again on the next visit
  }
  for (const listener of listeners) listener();
}

export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export type Values = Readonly<Record<string, string | number>>;

export const text = (key: TextKey, values?: Values): string => teller.text(key, values);

export const plural = (key: PluralKey, count: number): string => teller.plural(key, count);

/** "5 minutes ago" in the language of the interface. */
export function ago(seconds: number, now: number = Date.now() / 1000): string {
  const format = new Intl.RelativeTimeFormat(teller.language, { numeric: "auto" });
  const passed = Math.max(0, now - seconds);
  if (passed < 60) return format.format(0, "second");
  if (passed < 3600) return format.format(-Math.floor(passed / 60), "minute");
  if (passed < 86_400) return format.format(-Math.floor(passed / 3600), "hour");
  return format.format(-Math.floor(passed / 86_400), "day");
}

export function percent(value: number): string {
  const style = { style: "percent", maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(teller.language, style).format(value);
}
