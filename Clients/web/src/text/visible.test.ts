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

// the same words as in the hub's ChosenTextTests
const spelled = [
  "ශ්\u200dරී", "می\u200cخواهم", "क्\u200dष", "क्\u200cष", "র\u200d্যাব", "ನರ\u200d್ಕ",
  "അവന്\u200d", "نامه\u200cای", "بِ\u200cب",
];
for (const name of spelled) {
  test(`joiners stay where letters need them: ${name}`, () => assert.equal(tidied(name), name));
}

const joined: readonly (readonly [string, string])[] = [
  ["A\u200dnn", "Ann"], ["Я\u200cн", "Ян"], ["ر\u200cضا", "رضا"], ["می\u200dخ", "میخ"],
  ["می\u200c", "می"], ["می\u200c خ", "می خ"], ["می\u200cx", "میx"], ["क\u200dष", "कष"],
  ["क्\u200c", "क्"], ["क्\u200d\u200dष", "क्\u200dष"], ["\u200dक", "क"],
  ["क्\u200b\u200dष", "क्\u200dष"],
];
for (const [raw, sent] of joined) {
  test(`joiners that show nothing go: ${escape(raw)}`, () => assert.equal(tidied(raw), sent));
}

test("a name is counted in characters as the hub counts them", () => {
  assert(isWithin("😀".repeat(64), longest.name));
  assert(!isWithin("😀".repeat(65), longest.name));
  assert(!isWithin("", longest.title));
});

function escape(name: string): string {
  return Array.from(name, (one) => (one.codePointAt(0) ?? 0).toString(16)).join(" ");
}
