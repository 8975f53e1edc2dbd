import i18next, { Values } from "i18next";
import { be, bePlurals } from "./be";
import { de, dePlurals } from "./de";
import { en, enPlurals } from "./en";
import type { PluralKey, TextKey } from "./en";
import { Language } from "./languages";
import { ru, ruPlurals } from "./ru";

export type { PluralKey, TextKey } from "./en";

/** Says things in one language after the other; without a DOM, so that tests can use it. */
export interface Teller {
  readonly language: Language;
  text(key: TextKey, values?: Values): string;
  plural(key: PluralKey, count: number, values?: Values): string;
  use(language: Language): void;
}

/** i18next finds the form that Intl.PluralRules names behind an underscore. */
function resources(texts: object, plurals: Readonly<Record<PluralKey, object>>): object {
  const all: Record<string, string> = { ...texts } as Record<string, string>;
  for (const [key, forms] of Object.entries(plurals)) {
    for (const [form, text] of Object.entries(forms)) all[`${key}_${form}`] = String(text);
  }
  return all;
}

export function createTeller(language: Language): Teller {
  const i18n = i18next.createInstance();
  void i18n.init({
    lng: language,
    fallbackLng: "en",
    resources: {
      en: { translation: resources(en, enPlurals) },
      de: { translation: resources(de, dePlurals) },
      ru: { translation: resources(ru, ruPlurals) },
      be: { translation: resources(be, bePlurals) },
    },
    keySeparator: false,
    nsSeparator: false,
    initImmediate: false,
    interpolation: { escapeValue: false },
  });
  let current = language;
  return {
    get language() {
      return current;
    },
    text: (key, values) => i18n.t(key, values),
    plural: (key, count, values) => i18n.t(key, { ...values, count }),
    use(next) {
      current = next;
      void i18n.changeLanguage(next);
    },
  };
}
