import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldSize } from "./field";

const rows: readonly [string, number, number, number, number][] = [
  ["what can be written in as it is drawn", 12, 26, 1, 12],
  ["tiny letters are enlarged", 2, 26, 1, 10],
  ["from further away they are enlarged more", 4, 26, 0.5, 20],
  ["but not without limit", 4, 26, 0.1, 26],
  ["a short text stays as it is drawn", 20, 20, 0.1, 20],
  ["close up nothing is enlarged", 1.85, 26, 6, 1.85],
];

for (const [name, drawn, largest, zoom, wanted] of rows) {
  test(`the size of a text that is being written: ${name}`, () => {
    assert.equal(fieldSize(drawn, largest, zoom), wanted);
  });
}
