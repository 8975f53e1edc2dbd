import assert from "node:assert/strict";
import { test } from "node:test";
import { colors } from "../board";
import { BOARD, palette, personColor, personColors, usualColor } from "./palette";

/** WCAG 2.2: relative luminance of #rrggbb. */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

test("text can be read on every note", () => {
  for (const [name, { fill, ink }] of Object.entries(palette)) {
    assert(contrast(fill, ink) >= 4.5, `${name} ${contrast(fill, ink).toFixed(2)}`);
  }
});

test("lines of every colour can be seen on the board", () => {
  for (const [name, { line }] of Object.entries(palette)) {
    const value = contrast(line, BOARD);
    assert(value >= (name === "white" ? 2.9 : 3), `${name} ${value.toFixed(2)}`);
  }
});

test("names can be read on the colours of people, which are colours of the board", () => {
  assert.deepEqual([...personColors, "white"].sort(), [...colors].sort());
  const looks = new Set(personColors.map((name) => personColor(name, "")));
  assert.equal(looks.size, personColors.length);
  for (const color of looks) assert(contrast(color, "#ffffff") >= 4.5, color);
});

const announced: readonly [unknown, boolean][] = [
  ["teal", true], ["white", false], ["toString", false], ["url(https://example.org)", false],
  [7, false], [undefined, false], [{ name: "teal" }, false],
  ["#0a6aa1", true], ["#30BCED", false], ["#767676", true], ["#777777", false], ["#fff", false],
  ["#0a6aa1;x", false],
];

for (const [color, isTaken] of announced) {
  test(`announced as a colour: ${String(color)}; taken: ${isTaken}`, () => {
    for (const name of ["ann", "ben", "cat"]) {
      const seen = personColor(color, name);
      assert(contrast(seen, "#ffffff") >= 4.5, seen);
      assert.equal(seen === personColor(usualColor(name), ""), !isTaken, `${name} ${seen}`);
    }
  });
}
