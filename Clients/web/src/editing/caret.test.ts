import assert from "node:assert/strict";
import { test } from "node:test";
import { editBetween, keepCaret, rebased } from "./caret";

const edits: readonly [string, string, number, string, number][] = [
  ["", "a", 0, "a", 0],
  ["abc", "abXc", 2, "X", 0],
  ["abc", "c", 0, "", 2],
  ["aaa", "aaaa", 3, "a", 0],
  ["привет", "приветы", 6, "ы", 0],
  ["abc", "abc", 3, "", 0],
];

for (const [before, after, at, inserted, removed] of edits) {
  test(`from "${before}" to "${after}"`, () => {
    assert.deepEqual(editBetween(before, after), { at, removed, inserted });
  });
}

test("a letter doubled in the middle is inserted at the caret", () => {
  assert.deepEqual(editBetween("aab", "aaab", 1), { at: 0, removed: 0, inserted: "a" });
});

const carets: readonly [string, string, string, number, number][] = [
  ["what comes before moves it", "note", "my note", 2, 5],
  ["what comes after leaves it", "note", "note!", 2, 2],
  ["what is deleted around it takes it to the place", "a long note", "a note", 5, 2],
  ["at the end it stays at the end of what was there", "ab", "Xab", 2, 3],
];

for (const [name, before, after, caret, wanted] of carets) {
  test(`caret: ${name}`, () => assert.equal(keepCaret(before, after, caret), wanted));
}

test("what others typed during a composition stays", () => {
  assert.equal(rebased("note", "noteか", "my note"), "my noteか");
  assert.equal(rebased("note", "nte", "note!"), "nte!");
  assert.equal(rebased("note", "noXte", ""), "X");
  assert.equal(rebased("same", "sam", "same"), "sam");
});

test("any edit rebased on the unchanged text is the edit", () => {
  let seed = 3;
  const random = (n: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % n;
  };
  const word = (): string => Array.from({ length: random(6) }, () => "ab"[random(2)]).join("");
  for (let round = 0; round < 500; round++) {
    const [before, after] = [word(), word()];
    const caret = random(after.length + 1);
    const { at, removed, inserted } = editBetween(before, after, caret);
    assert.equal(before.slice(0, at) + inserted + before.slice(at + removed), after);
  }
});
