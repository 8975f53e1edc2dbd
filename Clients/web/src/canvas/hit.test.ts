import assert from "node:assert/strict";
import { test } from "node:test";
import { eighth } from "../board";
import type { Shape } from "../board";
import { catches, handleAt, handlePlaces, hitTest, touches } from "./hit";

const common = { order: "V", color: "yellow", author: "", name: "", made: 0 } as const;
const box = { x: eighth(0), y: eighth(0), w: eighth(800), h: eighth(400) };
const note: Shape = { ...common, ...box, id: "note", type: "note", text: "" };
const rect: Shape = { ...common, ...box, id: "rect", type: "rect", text: "" };
const label: Shape = { ...rect, id: "label", text: "words" };
const ellipse: Shape = { ...common, ...box, id: "ellipse", type: "ellipse", text: "" };
const pen: Shape = {
  ...common, id: "pen", type: "pen", x: eighth(0), y: eighth(0), size: 32,
  points: [0, 0, 800, 400],
};

const rows: readonly [Shape, number, number, ReturnType<typeof catches>][] = [
  [note, 400, 200, "caught"],
  [note, -9, 200, "missed"],
  [rect, 400, 200, "within"],
  [rect, 3, 200, "caught"],
  [rect, -30, 200, "caught"],
  [rect, -90, 200, "missed"],
  [label, 400, 200, "caught"],
  [label, 100, 100, "within"],
  [ellipse, 400, 200, "within"],
  [ellipse, 400, 5, "caught"],
  [ellipse, 20, 20, "missed"],
  [pen, 400, 200, "caught"],
  [pen, 700, 20, "missed"],
];

for (const [shape, x, y, wanted] of rows) {
  test(`${shape.id} at ${x},${y}: ${wanted}`, () => {
    assert.equal(catches(shape, { x, y }, 40), wanted);
  });
}

test("a note under an outline can be caught through it", () => {
  assert.equal(hitTest([note, rect], { x: 400, y: 200 }, 40).shape?.id, "note");
  assert.equal(hitTest([note, rect], { x: 400, y: 0 }, 40).shape?.id, "rect");
  assert.equal(hitTest([rect], { x: 400, y: 200 }, 40).within?.id, "rect");
});

test("a marquee inside an outline does not touch it", () => {
  const small = { x: 300, y: 150, w: 50, h: 50 };
  assert.equal(touches(rect, small), false);
  assert.equal(touches(ellipse, small), false);
  assert.equal(touches(note, small), true);
  assert.equal(touches(rect, { ...small, x: -10 }), true);
});

test("a marquee touches a stroke that passes through without a point in it", () => {
  assert.equal(touches(pen, { x: 390, y: 190, w: 20, h: 20 }), true);
  assert.equal(touches(pen, { x: 600, y: 10, w: 50, h: 50 }), false);
});

test("the nearest handle is taken", () => {
  const places = handlePlaces({ x: 0, y: 0, zoom: 1 }, [box]);
  assert.equal(handleAt(places, { x: 104, y: 56 }, 10), "se");
  assert.equal(handleAt(places, { x: 50, y: 25 }, 10), null);
});
