import assert from "node:assert/strict";
import { test } from "node:test";
import { en, enPlurals } from "./en";
import type { PluralKey, TextKey } from "./en";
import { chooseLanguage, languageCodes } from "./languages";
import { createTeller } from "./texts";

const places = (text: string): string => [...text.matchAll(/\{\{\w+\}\}/g)].map(String).sort().join();

test("every text has the same places for values in every language", () => {
  for (const language of languageCodes) {
    const teller = createTeller(language);
    for (const key of Object.keys(en) as TextKey[]) {
      const keep = Object.fromEntries(
        ["name", "jam", "when", "reason", "room", "shape", "color", "index", "count", "text",
          "tool", "percent"].map((place) => [place, `{{${place}}}`]),
      );
      const said = teller.text(key, keep);
      assert.equal(places(said), places(en[key]), `${language} ${key}`);
      assert(said.trim() !== "" && said !== key, `${language} ${key}`);
    }
  }
});

test("every number finds its form", () => {
  for (const language of languageCodes) {
    const teller = createTeller(language);
    for (const key of Object.keys(enPlurals) as PluralKey[]) {
      for (const count of [0, 1, 2, 4, 5, 11, 21, 22, 112, 1.5]) {
        const said = teller.plural(key, count);
        assert(said.includes(String(count)) && !said.includes("{{"), `${language} ${key} ${said}`);
      }
    }
  }
});

const forms: readonly [Parameters<typeof createTeller>[0], number, string][] = [
  ["en", 1, "1 change waiting"],
  ["de", 2, "2 Änderungen warten"],
  ["ru", 1, "ждёт 1 изменение"],
  ["ru", 3, "ждут 3 изменения"],
  ["ru", 11, "ждут 11 изменений"],
  ["ru", 21, "ждёт 21 изменение"],
  ["be", 1, "чакае 1 змена"],
  ["be", 4, "чакаюць 4 змены"],
  ["be", 12, "чакаюць 12 змен"],
];

for (const [language, count, wanted] of forms) {
  test(`${language} says: ${wanted}`, () => {
    assert.equal(createTeller(language).plural("status.unsaved", count), wanted);
  });
}

test("names are not read as markup or places", () => {
  const said = createTeller("en").text("say.joined", { name: "<b>{{x}}</b> & $t(say.left)" });
  assert(said.startsWith("<b>"));
});

test("the language kept goes before the browser's, and that before English", () => {
  assert.equal(chooseLanguage("be", ["de-AT"]), "be");
  assert.equal(chooseLanguage(null, ["fr", "de-AT", "ru"]), "de");
  assert.equal(chooseLanguage("xx", ["fr"]), "en");
});
