import { chooseLanguage, Language } from "./languages";
import { createTeller, loadLater, loadPack } from "./texts";
import type { PluralKey, Teller, TextKey, Values } from "./texts";

export { languageCodes, languages } from "./languages";
export type { Language } from "./languages";
export type { PluralKey, TextKey, Values } from "./texts";

const KEPT = "jamboree/language";
/** Under this the jam named `language` was kept too. */
const FORMER = "jamboree:language";
const listeners = new Set<() => void>();
let teller: Teller | undefined;
/** Whether texts were wanted that a first visit does not need. */
let isLaterWanted = false;

/** Loads the language of this browser. Nothing is drawn before. */
export async function startTexts(): Promise<void> {
  teller = createTeller(await loadPack(chooseLanguage(kept(), navigator.languages)));
  document.documentElement.lang = teller.language;
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT) ?? localStorage.getItem(FORMER);
  } catch {
    return null; // a browser that stores nothing still has its own language
  }
}

export const language = (): Language => teller?.language ?? "en";

/** Brings the texts of what is loaded when it is first wanted. */
export async function startLaterTexts(): Promise<void> {
  if (isLaterWanted) return;
  const spoken = language();
  const texts = await loadLater(spoken);
  // another language may have been chosen meanwhile
  if (spoken !== language()) return startLaterTexts();
  teller?.add(texts);
  isLaterWanted = true;
}

/** Without a connection a language that was never loaded may not come: then nothing changes. */
export async function setLanguage(next: Language): Promise<void> {
  const later = isLaterWanted ? loadLater(next) : undefined;
  const [pack, texts] = await Promise.all([loadPack(next), later]);
  teller?.use(pack);
  if (texts) teller?.add(texts);
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

export const text = (key: TextKey, values?: Values): string => teller?.text(key, values) ?? key;

export const plural = (key: PluralKey, count: number): string => teller?.plural(key, count) ?? key;

/** "5 minutes ago"; browsers know no such words in Belarusian. */
export function ago(seconds: number, now: number = Date.now() / 1000): string {
  const passed = Math.max(0, now - seconds);
  if (passed < 60) return text("ago.now");
  if (passed < 3600) return plural("ago.minutes", Math.floor(passed / 60));
  if (passed < 86_400) return plural("ago.hours", Math.floor(passed / 3600));
  return plural("ago.days", Math.floor(passed / 86_400));
}

export const percent = (value: number): string => text("percent", { figure: Math.round(value * 100) });
