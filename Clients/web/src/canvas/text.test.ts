import assert from "node:assert/strict";
import { test } from "node:test";
import { fitText, letters, wrapText } from "./text";

/** Every character half as wide as high. */
const measure = (text: string): number => Array.from(text).length * 50;

const rows: readonly [string, string, number, readonly string[]][] = [
  ["one line", "note", 100, ["note"]],
  ["breaks at spaces", "one two three", 40, ["one two", "three"]],
  ["Cyrillic wraps like any other", "дошка для ўсіх", 45, ["дошка для", "ўсіх"]],
  ["a long word is broken", "абвгдежзій", 20, ["абвг", "дежз", "ій"]],
  ["keeps empty lines", "a\n\nb", 100, ["a", "", "b"]],
  ["breaks after a hyphen", "why-not-both", 25, ["why-", "not-", "both"]],
  ["wide scripts break anywhere", "白板白板", 15, ["白板白", "板"]],
  ["an empty text has one line", "", 50, [""]],
];

for (const [name, text, width, wanted] of rows) {
  test(name, () => {
    assert.deepEqual(wrapText(text, 10, width, measure).lines.map((line) => line.text), wanted);
  });
}

test("no line is wider than the box, whatever the text", () => {
  let seed = 7;
  const random = (n: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % n;
  };
  for (let round = 0; round < 200; round++) {
    const text = Array.from({ length: random(60) }, () => "аб вг-\n白ё"[random(9)]).join("");
    const layout = wrapText(text, 10, 30, measure);
    for (const line of layout.lines) assert(line.width <= 30, `round ${round}: ${line.text}`);
    const kept = layout.lines.map((line) => line.text).join("");
    assert.equal(kept.replace(/\s/g, ""), text.replace(/\s/g, ""), `round ${round}`);
  }
});

test("text shrinks until it fits", () => {
  const short = fitText("Hi", 160, 160, measure);
  const long = fitText("many words ".repeat(40), 160, 160, measure);
  assert.equal(short.size, 28);
  assert(long.size < 12 && long.height <= 160);
});

test("a long word shrinks before it breaks", () => {
  const layout = fitText("самостоятельность", 160, 160, measure);
  assert.equal(layout.lines.length, 1);
});

test("letters are not torn from their accents", () => {
  assert.deepEqual(letters("е\u0301ў"), ["е\u0301", "ў"]);
});
