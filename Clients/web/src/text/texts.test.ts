import assert from "node:assert/strict";
import { test } from "node:test";
import { en, enPlurals } from "./en";
import type { PluralKey } from "./en";
import { enLater } from "./later/en";
import { chooseLanguage, Language, languageCodes } from "./languages";
import { createTeller as tellerOf, loadLater, loadPack, Teller } from "./texts";
import type { TextKey } from "./texts";

async function createTeller(language: Language): Promise<Teller> {
  const teller = tellerOf(await loadPack(language));
  teller.add(await loadLater(language));
  return teller;
}
const all: Readonly<Record<string, string>> = { ...en, ...enLater };

const places = (text: string): string => [...text.matchAll(/\{\{\w+\}\}/g)].map(String).sort().join();

test("every text has the same places for values in every language", async () => {
  for (const language of languageCodes) {
    const teller = await createTeller(language);
    for (const key of Object.keys(all) as TextKey[]) {
      const keep = Object.fromEntries(
        ["name", "jam", "when", "code", "room", "shape", "color", "index", "count", "text",
          "tool", "percent", "figure", "x", "y"].map((place) => [place, `{{${place}}}`]),
      );
      const said = teller.text(key, keep);
      assert.equal(places(said), places(all[key] ?? ""), `${language} ${key}`);
      assert(said.trim() !== "" && said !== key, `${language} ${key}`);
    }
  }
});

test("every number finds its form", async () => {
  for (const language of languageCodes) {
    const teller = await createTeller(language);
    for (const key of Object.keys(enPlurals) as PluralKey[]) {
      for (const count of [0, 1, 2, 4, 5, 11, 21, 22, 112, 1.5]) {
        const said = teller.plural(key, count);
        assert(said.includes(String(count)) && !said.includes("{{"), `${language} ${key} ${said}`);
      }
    }
  }
});

const forms: readonly [Language, number, string][] = [
  ["en", 1, "offline, 1 change waiting"],
  ["de", 2, "offline, 2 Änderungen warten"],
  ["ru", 1, "нет связи, ждёт 1 изменение"],
  ["ru", 3, "нет связи, ждут 3 изменения"],
  ["ru", 11, "нет связи, ждут 11 изменений"],
  ["ru", 21, "нет связи, ждёт 21 изменение"],
  ["be", 1, "няма сувязі, чакае 1 змена"],
  ["be", 4, "няма сувязі, чакаюць 4 змены"],
  ["be", 12, "няма сувязі, чакаюць 12 змен"],
];

for (const [language, count, wanted] of forms) {
  test(`${language} says: ${wanted}`, async () => {
    assert.equal((await createTeller(language)).plural("status.offline", count), wanted);
  });
}

test("names are not read as markup or places", async () => {
  const said = (await createTeller("en")).text("say.joined", { name: "<b>{{x}}</b> & $t(say.left)" });
  assert(said.startsWith("<b>"));
});

test("the language kept goes before the browser's, and that before English", () => {
  assert.equal(chooseLanguage("be", ["de-AT"]), "be");
  assert.equal(chooseLanguage(null, ["fr", "de-AT", "ru"]), "de");
  assert.equal(chooseLanguage("xx", ["fr"]), "en");
});

test("a language that comes later replaces the one before", async () => {
  const teller = await createTeller("en");
  teller.use(await loadPack("be"));
  teller.add(await loadLater("be"));
  assert.equal(teller.text("do.undo"), "Адмяніць");
  assert.equal(teller.text("lead.freeze"), "Замарозіць");
  assert.equal(teller.language, "be");
});
