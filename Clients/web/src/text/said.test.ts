/** What pages say comes from the tables, and the tables are in their languages. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { en } from "./en";
import { enLater } from "./later/en";
import { createTeller, loadLater, loadPack } from "./texts";
import type { TextKey } from "./texts";

const source = `${process.env.JAMBOREE_ROOT}/Clients/web/src`;
const keys = new Set(Object.keys({ ...en, ...enLater }));

const written = [
  /\b(?:aria-label|aria-description|title|placeholder|alt|label)="([^"]*\p{L}[^"]*)"/gu,
  />([^<>{}();]*\p{L}{2}[^<>{}();]*)<\//gu,
];

test("no component has words of its own", () => {
  const components = readdirSync(source, { recursive: true }).filter((one) => /\.tsx$/.test(one));
  assert(components.length > 20);
  for (const name of components) {
    const code = readFileSync(`${source}/${name}`, "utf8");
    const found = written.flatMap((form) => [...code.matchAll(form)].map(([, words]) => words));
    assert.deepEqual(found.filter((words) => !keys.has(words ?? "")), [], name);
  }
});

/** Keys of keyboards, and our own name. */
const latin = /^(app\.name|key\..*)$/;

test("Russian and Belarusian are written in their letters", async () => {
  for (const language of ["ru", "be"] as const) {
    const teller = createTeller(await loadPack(language));
    teller.add(await loadLater(language));
    for (const key of [...keys] as TextKey[]) {
      const bare = key === "percent" || latin.test(key);
      assert(bare || /[а-яёіў]/i.test(teller.text(key)), `${language} ${key}`);
    }
  }
});
