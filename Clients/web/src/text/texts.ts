import type { FirstKey, PluralKey, Texts } from "./en";
import type { Language } from "./languages";
import type { LaterKey, LaterTexts } from "./later/en";

export type { PluralKey } from "./en";
export type TextKey = FirstKey | LaterKey;

/** A language with all its texts. */
export interface Pack {
  readonly language: Language;
  readonly texts: Texts;
  readonly plurals: Readonly<Record<PluralKey, object>>;
}

export type Values = Readonly<Record<string, string | number>>;

/** Says things in one language after the other; without a DOM, so that tests can use it. */
export interface Teller {
  readonly language: Language;
  text(key: TextKey, values?: Values): string;
  plural(key: PluralKey, count: number, values?: Values): string;
  use(pack: Pack): void;
  /** Texts of the same language that came later. */
  add(texts: LaterTexts): void;
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

/** What a first visit does not need, in the same way. */
export async function loadLater(language: Language): Promise<LaterTexts> {
  switch (language) {
    case "en":
      return (await import("./later/en")).enLater;
    case "de":
      return (await import("./later/de")).deLater;
    case "ru":
      return (await import("./later/ru")).ruLater;
    case "be":
      return (await import("./later/be")).beLater;
  }
}

/** Puts the values in their places; what they say is not looked at again. */
const filled = (said: string, values: Values): string =>
  said.replace(/\{\{(\w+)\}\}/g, (place, name: string) =>
    Object.prototype.hasOwnProperty.call(values, name) ? String(values[name]) : place,
  );

export function createTeller(first: Pack): Teller {
  let { language, texts, plurals } = first;
  let later: Partial<LaterTexts> = {};
  let rules = new Intl.PluralRules(language);
  const find = (key: TextKey): string =>
    (texts as Partial<Record<TextKey, string>>)[key] ?? later[key as LaterKey] ?? key;
  return {
    get language() {
      return language;
    },
    text: (key, values = {}) => filled(find(key), values),
    plural(key, count, values = {}) {
      const forms = plurals[key] as Readonly<Partial<Record<string, string>>>;
      return filled(forms[rules.select(count)] ?? forms.other ?? key, { ...values, count });
    },
    use(pack) {
      ({ language, texts, plurals } = pack);
      later = {};
      rules = new Intl.PluralRules(language);
    },
    add: (more) => void (later = more),
  };
}
