/** The languages of the interface, each under its own name. */
export const languages = {
  en: "English",
  de: "Deutsch",
  ru: "Русский",
  be: "Беларуская",
} as const;

export type Language = keyof typeof languages;

export const languageCodes = Object.keys(languages) as readonly Language[];

export function isLanguage(value: unknown): value is Language {
  return (languageCodes as readonly unknown[]).includes(value);
}

/** What was chosen before, else the first of the browser's languages that there is. */
export function chooseLanguage(kept: unknown, wanted: readonly string[]): Language {
  if (isLanguage(kept)) return kept;
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0];
    if (isLanguage(language)) return language;
  }
  return "en";
}
