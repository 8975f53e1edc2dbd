import assert from "node:assert/strict";
import { test } from "node:test";
import { eighth, penPoints } from "../board";
import type { Shape } from "../board";
import { overlaps } from "../canvas/geometry";
import { boundsOf } from "../canvas/hit";
import { readingOrder } from "./commands";
import { changeTo } from "./effects";
import { clickIn, freePlace } from "./middle";
import { peopleKey, readOther } from "./presence";

const common = { order: "V", color: "yellow", author: "", name: "", made: 0 } as const;

function note(id: string, x: number, y: number): Shape {
  const place = { x: eighth(x), y: eighth(y), w: eighth(800), h: eighth(800) };
  return { ...common, ...place, id, type: "note", text: "" };
}

const pen: Shape & { readonly type: "pen" } = {
  ...common, id: "pen", type: "pen", x: eighth(100), y: eighth(100), size: 32,
  points: [-40, 0, 160, 80, 0, 40],
};

test("a stroke that is moved keeps its size open", () => {
  const box = boundsOf(pen);
  assert.deepEqual(changeTo(pen, { ...box, x: box.x + 8, y: box.y - 16 }), { x: 108, y: 84 });
});

test("a stroke that is resized fills the box", () => {
  for (const box of [{ x: 0, y: 0, w: 400, h: 400 }, { x: -999, y: 7, w: 50, h: 1 }]) {
    const resized: typeof pen = { ...pen, ...changeTo(pen, box) };
    const bounds = boundsOf(resized);
    for (const side of ["x", "y", "w", "h"] as const) {
      assert(Math.abs(bounds[side] - box[side]) <= 1, `${side} ${bounds[side]} ${box[side]}`);
    }
    assert.equal(penPoints(resized).length, pen.points.length);
  }
});

test("shapes are read in rows from the left", () => {
  const shapes = [note("d", 0, 2000), note("b", 1000, 40), note("a", 0, 80), note("c", 2000, 0)];
  assert.equal(readingOrder(shapes).map((shape) => shape.id).join(""), "abcd");
});

test("what is made by key lies in the middle, and beside what is there", () => {
  const camera = { x: 0, y: 0, zoom: 1 };
  const size = { width: 1000, height: 500 };
  const at = (shapes: readonly Shape[]): unknown => {
    const [down] = clickIn(freePlace(shapes, camera, size), camera);
    return down?.on === "down" ? down.at : null;
  };
  assert.deepEqual(at([]), { x: 4000, y: 2000 });
  assert.deepEqual(at([note("a", 3600, 1600)]), { x: 5664, y: 2000 });
  const frame: Shape = { ...note("f", 0, 0), w: eighth(9000), h: eighth(9000) };
  assert.deepEqual(at([frame, pen]), { x: 4000, y: 2000 }, "inside a frame there is room");
});

test("twenty things made by key lie beside each other", () => {
  const camera = { x: 0, y: 0, zoom: 1 };
  const shapes: Shape[] = [];
  for (let made = 0; made < 20; made++) {
    const { x, y, w, h } = freePlace(shapes, camera, { width: 1000, height: 500 });
    assert(!shapes.some((one) => overlaps(boundsOf(one), { x, y, w, h })));
    shapes.push({ ...note(String(made), x, y), w: eighth(w), h: eighth(h) });
  }
});

const strange: readonly [string, Record<string, unknown>][] = [
  ["nothing", {}],
  ["wrong kinds", { user: 7, cursor: "x", selection: { length: 3 } }],
  ["a cursor out of the world", { cursor: { x: 1e300, y: 0 } }],
  ["no number", { cursor: { x: NaN, y: 0 } }],
  ["wrong ids", { selection: [1, null, {}] }],
];

for (const [name, state] of strange) {
  test(`what others announce is not trusted: ${name}`, () => {
    const other = readOther(7, state);
    assert.equal(other.cursor, null);
    assert.deepEqual(other.selection, []);
    assert.equal(other.name, "");
  });
}

test("what others announce is read", () => {
  const user = { name: "Ann", role: "facilitator", color: "teal" };
  const other = readOther(7, { user, cursor: { x: 8, y: -8 }, selection: ["a"] });
  assert.deepEqual(other, { client: 7, ...user, color: "#0a7267", cursor: { x: 8, y: -8 }, selection: ["a"] });
});

test("a cursor that moves does not change who is here", () => {
  const user = { name: "Ann" };
  const before = [readOther(7, { user, cursor: { x: 1, y: 1 } })];
  assert.equal(peopleKey([readOther(7, { user, cursor: { x: 2, y: 2 } })]), peopleKey(before));
  assert.notEqual(peopleKey([readOther(8, { user })]), peopleKey(before));
});
