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

test("where a text is indented, and spaces at the end of a full line", () => {
  const lines = (text: string, width: number): readonly string[] =>
    wrapText(text, 10, width, measure).lines.map((line) => line.text);
  assert.deepEqual(lines("  a b", 100), ["  a b"]);
  assert.deepEqual(lines("abcd    e", 20), ["abcd", "e"]);
  assert.deepEqual(lines("абвгдежз  и", 20), ["абвг", "дежз", "и"]);
});

const unlike = (count: number): string =>
  Array.from({ length: count }, (_, at) => String.fromCodePoint(0x4e00 + at) + "x").join(" ");

const hostile: readonly [string, string, number, number][] = [
  ["one-letter words on one endless line", "a ".repeat(5000), 2 ** 24, 100],
  ["one word on a long line", "i".repeat(10_000), 12_500, 50_000],
  ["one word in a small box", "i".repeat(10_000), 200, 100],
  ["one word in a narrow and endless box", "i".repeat(10_000), 5, 2 ** 24],
  ["words that are all different", unlike(3300), 2 ** 24, 100],
  ["words that are all different in a large box", unlike(3300), 900, 900],
  ["accents without end", "a" + "\u0301".repeat(9999), 200, 100],
  ["nothing but spaces", " ".repeat(10_000), 200, 100],
  ["nothing but hyphens", "-".repeat(10_000), 2 ** 24, 100],
  ["nothing but new lines", "\n".repeat(10_000), 200, 100],
];

for (const [name, text, width, height] of hostile) {
  test(`what is measured grows only with the length of a text: ${name}`, () => {
    let units = 0;
    const layout = fitText(text, width, height, (part) => {
      units += part.length;
      return part.length * 50;
    });
    assert(units <= 5 * text.length, `${units} units measured of ${text.length}`);
    assert(layout.lines.length > 0);
  });
}

test("a text that overflows is laid out only as far as it can be seen", () => {
  const layout = fitText("word ".repeat(2000), 100, 100, measure);
  assert.equal(layout.size, 4);
  assert(layout.height > 100 && layout.lines.length < 100, `${layout.lines.length} lines`);
});

test("a very long line has parts that follow each other, and are the line", () => {
  for (const text of ["ab ".repeat(1000), "x".repeat(3000)]) {
    const [line] = wrapText(text, 10, 1e6, measure).lines;
    const parts = line?.parts ?? [];
    assert(parts.length > 10);
    assert.equal(parts.map((part) => part.text).join(""), line?.text);
    let x = 0;
    for (const part of parts) {
      assert.equal(Math.round(part.x), x);
      assert(part.text.length <= 240, `${part.text.length}`);
      x += part.text.length * 5;
    }
  }
});
