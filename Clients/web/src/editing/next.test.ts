import assert from "node:assert/strict";
import { test } from "node:test";
import { nextPlace } from "./next";

const box = { x: 0, y: 0, w: 800, h: 800 };

test("the next note lies to the right", () => {
  assert.deepEqual(nextPlace(box, [box]), { ...box, x: 928 });
});

test("it leaves out what is taken", () => {
  assert.deepEqual(nextPlace(box, [box, { ...box, x: 900 }]), { ...box, x: 1856 });
});

test("a full row goes on below", () => {
  const row = Array.from({ length: 6 }, (_, i) => ({ ...box, x: i * 928 }));
  assert.deepEqual(nextPlace(box, row), { ...box, y: 928 });
});
