import assert from "node:assert/strict";
import { test } from "node:test";
import { barsOf, roughLines } from "./bars";
import type { Lines } from "./bars";

const linesOf = (lineHeight: number, ...widths: readonly number[]): Lines => ({
  lineHeight,
  count: widths.length,
  width: (index) => widths[index] ?? 0,
});

const all = (lines: Lines, scale: number) => barsOf(lines, scale, 0, lines.count);

test("a bar a line, as long as the line, none where a line is empty, and none over another", () => {
  const bars = all(linesOf(10, 80, 30, 0, 50), 1);
  assert.deepEqual(bars.map((bar) => bar.width), [80, 30, 50]);
  assert.deepEqual(bars.map((bar) => Math.floor(bar.y / 10)), [0, 1, 3]);
  for (const { y, height } of bars) {
    assert(height >= 3 && Math.floor(y / 10) === Math.floor((y + height) / 10), `${y}, ${height}`);
  }
});

test("where lines are closer than bars may be, one bar stands for several", () => {
  const widths = Array.from({ length: 100 }, () => 80);
  for (const scale of [0.05, 0.1, 0.5, 1, 3]) {
    const bars = all(linesOf(2.5, ...widths), scale);
    assert(bars.length > 0 && bars.length <= 1 + (100 * 2.5 * scale) / 3, `${bars.length} bars`);
    let end = 0;
    for (const { y, height } of bars) {
      assert(y > end && y + height < 250, "over another, or outside of the text");
      end = y + height;
    }
    const whole = bars.slice(0, -1); // the last one may stand for fewer lines
    for (const [index, { y }] of whole.slice(1).entries()) {
      assert((y - (whole[index]?.y ?? 0)) * scale >= 3 - 1e-9, "three pixels apart");
    }
  }
});

test("which bars there are does not depend on where the window begins", () => {
  const lines = linesOf(2, ...Array.from({ length: 90 }, (_, at) => at + 1));
  const whole = all(lines, 0.4);
  for (let first = 0; first < 90; first += 7) {
    const part = barsOf(lines, 0.4, first, 90);
    assert.deepEqual(part, whole.slice(-part.length), `from line ${first}`);
  }
});

const rough: readonly [string, string, number, number][] = [
  ["one letter", "x", 160, 150],
  ["one line", "a few words", 160, 150],
  ["a paragraph", "many words ".repeat(40), 160, 150],
  ["as much as there may be", "x".repeat(10_000), 160, 150],
  ["one letter in a flat box", "x", 160, 2],
  ["in a narrow and endless box", "x".repeat(10_000), 0.1, 2 ** 24],
  ["in a flat and endless box", "x".repeat(10_000), 2 ** 24, 0.1],
];

for (const [name, text, width, height] of rough) {
  test(`a text that is not laid out has about the lines that it would have: ${name}`, () => {
    const lines = roughLines(text, width, height, 26, 1.28);
    assert(lines.count >= 1 && lines.count <= text.length, `${lines.count} lines`);
    assert(lines.count * lines.lineHeight <= 1.001 * height, "inside of the box");
    for (let index = 0; index < lines.count; index++) {
      assert(lines.width(index) > 0 && lines.width(index) <= width, `line ${index}`);
    }
  });
}

test("a text of nothing but white space has no bars", () => {
  assert.equal(roughLines(" \n ", 160, 150, 26, 1.28).count, 0);
});
