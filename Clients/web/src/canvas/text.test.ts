import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_ZOOM } from "./camera";
import { fitText, letters, SMALLEST, wrapText } from "./text";

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

const everyLetter = (lines: readonly { readonly text: string }[]): string =>
  lines.map((line) => line.text).join("").replace(/\s/g, "");

test("ten thousand letters fit into a note, at a size that can be read close up", () => {
  for (const text of ["word ".repeat(2000), "самостоятельность ".repeat(555), "白".repeat(10_000)]) {
    const layout = fitText(text, 172, 160, measure);
    assert.equal(everyLetter(layout.lines), text.replace(/\s/g, ""));
    assert(layout.height <= 160 && layout.width <= 172);
    assert(layout.size * MAX_ZOOM >= 30, `${layout.size} for ${text.slice(0, 4)}`);
  }
});

test("no letters are so small that they could not be read at the largest zoom", () => {
  assert(SMALLEST * MAX_ZOOM >= 12);
});

test("of a text that fits at no size as many lines as there is room for, and then “…”", () => {
  const texts = ["word ".repeat(2000), "白".repeat(10_000), "i".repeat(10_000), "\n".repeat(10_000)];
  for (const text of texts) {
    for (const [width, height] of [[20, 12], [100, 1], [4, 4], [1000, 0.6]] as const) {
      const layout = fitText(text, width, height, measure);
      const name = `${text.slice(0, 2)} in ${width} x ${height}`;
      assert.equal(layout.size, SMALLEST, name);
      assert(layout.height <= height && layout.width <= width, name);
      assert(layout.height + layout.lineHeight > height, `${name}: room for another line`);
      const all = everyLetter(layout.lines);
      assert(all.endsWith("…") && text.replace(/\s/g, "").startsWith(all.slice(0, -1)), name);
    }
  }
});

test("a text as long as there is room for is not cut", () => {
  // 50 letters of 0.2 in a line, 10 lines of 0.512
  const fitting = "白".repeat(500);
  assert.equal(everyLetter(fitText(fitting, 10, 5.13, measure).lines), fitting);
  const longer = fitText(`${fitting}白`, 10, 5.13, measure);
  assert.equal(everyLetter(longer.lines), `${"白".repeat(499)}…`);
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
