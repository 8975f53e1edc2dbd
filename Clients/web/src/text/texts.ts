import i18next, { Values } from "i18next";
import type { PluralKey, TextKey, Texts } from "./en";
import type { Language } from "./languages";

export type { PluralKey, TextKey } from "./en";

/** A language with all its texts. */
export interface Pack {
  readonly language: Language;
  readonly texts: Texts;
  readonly plurals: Readonly<Record<PluralKey, object>>;
}

/** Says things in one language after the other; without a DOM, so that tests can use it. */
export interface Teller {
  readonly language: Language;
  text(key: TextKey, values?: Values): string;
  plural(key: PluralKey, count: number, values?: Values): string;
  use(pack: Pack): void;
}

/** Only the language that is spoken is loaded. */
export async function loadPack(language: Language): Promise<Pack> {
  switch (language) {
    case "en": {
      const { en, enPlurals } = await import("./en");
      return { language, texts: en, plurals: enPlurals };
    }
    case "de": {
      const { de, dePlurals } = await import("./de");
      return { language, texts: de, plurals: dePlurals };
    }
    case "ru": {
      const { ru, ruPlurals } = await import("./ru");
      return { language, texts: ru, plurals: ruPlurals };
    }
    case "be": {
      const { be, bePlurals } = await import("./be");
      return { language, texts: be, plurals: bePlurals };
    }
  }
}

/** i18next finds the form that Intl.PluralRules names behind an underscore. */
function resources({ texts, plurals }: Pack): object {
  const all: Record<string, string> = { ...texts };
  for (const [key, forms] of Object.entries(plurals)) {
    for (const [form, text] of Object.entries(forms)) all[`${key}_${form}`] = String(text);
  }
  return all;
}

export function createTeller(first: Pack): Teller {
  const i18n = i18next.createInstance();
  void i18n.init({
    lng: first.language,
    fallbackLng: first.language,
    resources: { [first.language]: { translation: resources(first) } },
    keySeparator: false,
    nsSeparator: false,
    initImmediate: false,
    interpolation: { escapeValue: false },
  });
  let current = first.language;
  return {
    get language() {
      return current;
    },
    text: (key, values) => i18n.t(key, values),
    plural: (key, count, values) => i18n.t(key, { ...values, count }),
    use(pack) {
      current = pack.language;
      i18n.addResourceBundle(current, "translation", resources(pack));
      void i18n.changeLanguage(current);
    },
  };
}
