/** The little of i18next that is used; Debian's package brings no types. */
declare module "i18next" {
  export type Values = Readonly<Record<string, string | number>>;
  export interface I18n {
    init(options: {
      readonly lng: string;
      readonly fallbackLng: string;
      readonly resources: Readonly<Record<string, { readonly translation: object }>>;
      readonly keySeparator: false;
      readonly nsSeparator: false;
      readonly initImmediate: false;
      readonly interpolation: { readonly escapeValue: false };
    }): Promise<unknown>;
    t(key: string, values?: Values): string;
    addResourceBundle(language: string, namespace: "translation", texts: object): void;
    changeLanguage(language: string): Promise<unknown>;
  }
  const i18next: { createInstance(): I18n };
  export default i18next;
}
