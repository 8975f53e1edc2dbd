import assert from "node:assert/strict";
import { test } from "node:test";
import type { Box } from "../../canvas/geometry";
import type { Handle } from "../tool";
import { resizedBox, scaled } from "./resize";

const box = { x: 100, y: 100, w: 200, h: 100 };
const plain = { shift: false, alt: false };
const shift = { shift: true, alt: false };
const alt = { shift: false, alt: true };

const rows: readonly [string, Handle, number, number, typeof plain, Box][] = [
  ["the lower right corner follows", "se", 50, 20, plain, { x: 100, y: 100, w: 250, h: 120 }],
  ["the upper left corner moves it", "nw", 50, 20, plain, { x: 150, y: 120, w: 150, h: 80 }],
  ["an edge has one direction", "e", 50, 20, plain, { x: 100, y: 100, w: 250, h: 100 }],
  ["shift keeps the ratio", "se", 200, 0, shift, { x: 100, y: 100, w: 400, h: 200 }],
  ["shift on an edge grows around it", "e", 200, 0, shift, { x: 100, y: 50, w: 400, h: 200 }],
  ["alt keeps the middle", "e", 50, 0, alt, { x: 50, y: 100, w: 300, h: 100 }],
  ["stops before it turns over", "e", -900, 0, plain, { x: 100, y: 100, w: 32, h: 100 }],
];

for (const [name, handle, dx, dy, keys, wanted] of rows) {
  test(name, () => assert.deepEqual(resizedBox(box, handle, dx, dy, keys), wanted));
}

test("shapes of a selection keep their places in it", () => {
  const shapes = [
    { id: "a", x: 100, y: 100, w: 100, h: 100 },
    { id: "b", x: 250, y: 150, w: 50, h: 50 },
  ];
  assert.deepEqual(scaled(shapes, box, { ...box, w: 400 }), [
    { id: "a", x: 100, y: 100, w: 200, h: 100 },
    { id: "b", x: 400, y: 150, w: 100, h: 50 },
  ]);
});

test("a straight line has no height to scale", () => {
  const line = { x: 0, y: 0, w: 80, h: 0 };
  assert.deepEqual(scaled([{ id: "a", ...line }], line, { ...line, w: 160, h: 9 }), [
    { id: "a", x: 0, y: 0, w: 160, h: 1 },
  ]);
});
