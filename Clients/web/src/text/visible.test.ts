import assert from "node:assert/strict";
import { test } from "node:test";
import { isVisible, isWithin, longest, tidied } from "./visible";

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

const untidy: readonly (readonly [string, string])[] = [
  ["  Ян \t Купала\n", "Ян Купала"], ["A\u00a0\u3000B", "A B"], ["A\u0000B\u007f", "AB"],
  ["A\u200b \u2060 B\ufeff", "A B"], ["\u202eBob\u202c", "Bob"], ["\u2066x\u2069\u200f", "x"],
  ["A\u2028B\u0085C", "A B C"], ["x\ud83d", "x"], ["\u2800⠓\u2800⠊\u2800", "⠓\u2800⠊"],
  ["👩‍👩‍👧 ❤️", "👩‍👩‍👧 ❤️"], ["🏴\u{e0067}\u{e0062}\u{e007f}", "🏴\u{e0067}\u{e0062}\u{e007f}"], ["\u3164", ""],
];

for (const [raw, sent] of untidy) {
  test(`a name is tidied: ${JSON.stringify(escape(raw))}`, () => {
    assert.equal(tidied(raw), sent);
    assert.equal(tidied(sent), sent);
  });
}

test("a name is counted in characters as the hub counts them", () => {
  assert(isWithin("😀".repeat(64), longest.name));
  assert(!isWithin("😀".repeat(65), longest.name));
  assert(!isWithin("", longest.title));
});

function escape(name: string): string {
  return Array.from(name, (one) => (one.codePointAt(0) ?? 0).toString(16)).join(" ");
}
