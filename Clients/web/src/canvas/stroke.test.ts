import assert from "node:assert/strict";
import { test } from "node:test";
import { pointsOf, stepsTo, strokeBox, strokeDistance } from "./stroke";

test("steps and points are inverse, from any start", () => {
  const points = [{ x: 4, y: 9 }, { x: -8, y: 10 }, { x: -8, y: 4000 }];
  const start = { x: 3, y: 3 };
  assert.deepEqual(pointsOf(stepsTo(start, points), start), points);
});

test("a half step at the end is not a point", () => {
  assert.deepEqual(pointsOf([1, 2, 3], { x: 0, y: 0 }), [{ x: 1, y: 2 }]);
});

test("rounding does not add up along a stroke", () => {
  const points = Array.from({ length: 100 }, (_, i) => ({ x: i * 0.4, y: 0 }));
  const last = pointsOf(stepsTo({ x: 0, y: 0 }, points), { x: 0, y: 0 }).pop();
  assert.equal(last?.x, 40);
});

test("distance and box of a stroke", () => {
  const points = [{ x: 0, y: 0 }, { x: 100, y: 0 }];
  assert.equal(strokeDistance({ x: 50, y: 7 }, points), 7);
  assert.equal(strokeDistance({ x: 110, y: 0 }, points), 10);
  assert.equal(strokeDistance({ x: 0, y: 0 }, []), Infinity);
  assert.deepEqual(strokeBox(points), { x: 0, y: 0, w: 100, h: 0 });
});
