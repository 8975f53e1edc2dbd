import assert from "node:assert/strict";
import { test } from "node:test";
import { withEllipsis } from "./ellipsis";

/** Every character five wide. */
const measure = (text: string): number => Array.from(text).length * 5;

const rows: readonly [string, string, number, string][] = [
  ["a line with room left", "abc", 30, "abc…"],
  ["a full line loses its end", "abcdef", 30, "abcde…"],
  ["an empty line", "", 30, "…"],
  ["no room even for one letter", "abc", 5, "…"],
  ["no room at all", "abc", 1, "…"],
  ["a letter is not torn from its accent", "abcde\u0301", 30, "abcd…"],
];

for (const [name, text, room, wanted] of rows) {
  test(`“…” at the end of what is left: ${name}`, () => {
    const line = withEllipsis({ text, width: measure(text) }, room, measure);
    assert.equal(line.text, wanted);
    assert.equal(line.width, measure(wanted));
  });
}

test("the parts of a very long line are shortened like the line", () => {
  const text = "abcdefghij";
  const parts = ["abcd", "efgh", "ij"].map((part) => ({ text: part, x: text.indexOf(part) * 5 }));
  for (let room = 10; room <= 60; room += 5) {
    const line = withEllipsis({ text, width: 50, parts }, room, measure);
    assert.equal(line.parts?.map((part) => part.text).join(""), line.text, `in ${room}`);
    for (const part of line.parts ?? []) assert.equal(part.x, line.text.indexOf(part.text) * 5);
    assert(line.width <= room);
  }
});
