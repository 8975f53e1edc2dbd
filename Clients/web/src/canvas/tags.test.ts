import assert from "node:assert/strict";
import { test } from "node:test";
import { placeTags, shortName, TAG } from "./tags";

const size = { width: 1000, height: 600 };
const at = (x: number, y: number, name = "Ben", w = 100, h = 100) =>
  ({ name, width: 50, from: { x, y }, to: { x: x + w, y: y + h } });

const rows: readonly [string, ReturnType<typeof at>, readonly (readonly [number, number])[]][] = [
  ["above the shape", at(300, 300), [[297, 300 - 6 - TAG]]],
  ["below it where the bar would hide it", at(300, 80), [[297, 186]]],
  ["inside of it where neither can be seen", at(300, -50, "Ben", 100, 900), [[297, 74]]],
  ["within the window on the left", at(-50, 300), [[4, 273]]],
  ["within the window on the right", at(980, 300), [[946, 273]]],
  ["not of what is out of sight", at(-300, 300), []],
  ["not of what is behind the bar", at(300, -60), []],
];

for (const [name, wanted, places] of rows) {
  test(`a name stands ${name}`, () => {
    assert.deepEqual(placeTags([wanted], size).map(({ x, y }) => [x, y]), places);
  });
}

test("names at one shape do not cover each other, and are not many", () => {
  const names = ["Ann", "Ben", "Cat", "Dan", "Eve"];
  const tags = placeTags(names.map((name) => at(300, 300, name)), size);
  assert.deepEqual(tags.map((tag) => tag.of.name), ["Ann", "Ben", "Cat"]);
  assert.deepEqual(tags.map((tag) => tag.y), [273, 250, 227]);
  const many = Array.from({ length: 200 }, (_, n) => at(10 + 70 * (n % 12), 100 + 30 * n % 400));
  assert.equal(placeTags(many, size).length <= 20, true);
});

test("a long name is cut, never inside of a character", () => {
  assert.equal(shortName("Konstantin"), "Konstantin");
  assert.equal(shortName("📻".repeat(30)), `${"📻".repeat(24)}…`);
});
