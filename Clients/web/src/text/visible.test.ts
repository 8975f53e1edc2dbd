import assert from "node:assert/strict";
import { test } from "node:test";
import { isVisible } from "./visible";

const blank = [
  "", " ", "\u00a0", "\t", "\u3000", "\u3164", "\u115f", "\u1160", "\uffa0", "\u2800", "\u200b",
  "\u200d\u200c", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u180e", "\ufe0f", "\u034f",
  "\u{e0041}", " \u3164 \u2800\u200b",
];
const seen = ["a", ".", "Ян", "王", "\u3164a", "👩‍👩‍👧", "❤️", "한", "ي", "\u2801"];

for (const name of blank) {
  test(`a name of which nothing is seen: ${JSON.stringify(escape(name))}`, () => {
    assert.equal(isVisible(name), false);
  });
}

for (const name of seen) {
  test(`a name of which something is seen: ${name}`, () => assert(isVisible(name)));
}

function escape(name: string): string {
  return Array.from(name, (one) => (one.codePointAt(0) ?? 0).toString(16)).join(" ");
}
