import { test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { penPoints, shapeBounds } from "./geometry";
import { lostShapes } from "./lost";
import { observeShapes, readShape, readShapes } from "./read";
import type { Pen } from "./schema";
import { eighth, longestText } from "./schema";

const id = "abcdefgh01234567";
const note = { type: "note", x: 8, y: -16, w: 800, h: 400, order: "U", color: "pink" };

function docWith(values: Record<string, unknown>, under = id): Y.Doc {
  const doc = new Y.Doc();
  doc.getMap("shapes").set(under, new Y.Map(Object.entries(values)));
  return doc;
}

test("a shape is read with everything it has", () => {
  const given = { ...note, author: "ann", name: "Ann", made: 5, text: new Y.Text("hi") };
  assert.deepEqual(readShape(docWith({ ...given, later: 1 }), id), {
    ...given, id, text: "hi",
  });
});

test("what is missing has a value, if a reader can do without", () => {
  const shape = readShape(docWith({ ...note, color: "mauve" }), id);
  const plain = { author: "", name: "", made: 0, text: "" };
  assert.deepEqual(shape, { ...note, ...plain, id, color: "yellow" });
});

const wrong: readonly (readonly [string, Record<string, unknown>])[] = [
  ["an unknown type", { type: "star" }],
  ["no order", { order: undefined }],
  ["an order that ends in 0", { order: "a0" }],
  ["x is no integer", { x: 1.5 }],
  ["x is too far", { x: 2 ** 27 + 1 }],
  ["y is a string", { y: "1" }],
  ["no width", { w: undefined }],
  ["height 0", { h: 0 }],
];
for (const [what, values] of wrong) {
  test(`a shape is not drawn: ${what}`, () => {
    const given = Object.entries({ ...note, ...values }).filter(([, value]) => value !== undefined);
    assert.equal(readShape(docWith(Object.fromEntries(given)), id), undefined);
    assert.equal(readShapes(docWith(Object.fromEntries(given))).size, 0);
  });
}

test("an id of another form, and a value that is no map, are not drawn", () => {
  assert.equal(readShapes(docWith(note, "With space")).size, 0);
  const doc = new Y.Doc();
  doc.getMap("shapes").set(id, "text");
  assert.equal(readShape(doc, id), undefined);
});

test("a stroke ends before the first element that is no offset", () => {
  const points = Y.Array.from<unknown>([0, 0, 8, 16, 8, -8, "x", 1]);
  const pen = readShape(docWith({ type: "pen", x: 100, y: 100, order: "U", points }), id);
  assert.deepEqual(pen, {
    id, type: "pen", x: 100, y: 100, order: "U", color: "black", author: "", name: "", made: 0,
    size: 32, points: [0, 0, 8, 16, 16, 8],
  });
});

test("a stroke is stretched from its origin", () => {
  const pen: Pen = {
    id, type: "pen", x: eighth(100), y: eighth(50), order: "U", color: "red", author: "",
    name: "", made: 0, size: 8, points: [0, 0, -10, 20, 10, 40],
  };
  assert.deepEqual(shapeBounds(pen), { x: 90, y: 50, w: 20, h: 40 });
  const wide: Pen = { ...pen, w: eighth(40), h: eighth(20) };
  assert.deepEqual(shapeBounds(wide), { x: 80, y: 50, w: 40, h: 20 });
  assert.deepEqual([...penPoints(wide)], [100, 50, 80, 60, 120, 70]);
  const level: Pen = { ...wide, points: [0, 0, 5, 0] };
  assert.deepEqual([...penPoints(level)], [100, 50, 140, 50]);
});

test("shapes come bottom first, and observers hear of every part", () => {
  const doc = docWith({ ...note, order: "b", text: new Y.Text("") });
  const other = "b".repeat(16);
  const heard: string[][] = [];
  const stop = observeShapes(doc, (changed) => heard.push([...changed].sort()));
  const shapes = doc.getMap("shapes") as Y.Map<Y.Map<unknown>>;
  shapes.set(other, new Y.Map(Object.entries({ ...note, order: "a" })));
  assert.deepEqual([...readShapes(doc).keys()], [other, id]);
  (shapes.get(id)?.get("text") as Y.Text).insert(0, "x");
  shapes.get(other)?.set("x", 0);
  shapes.delete(id);
  stop();
  shapes.delete(other);
  assert.deepEqual(heard, [[other], [id], [other], [id]]);
});

test("what was lost: made, changed, deleted, and only what was touched", () => {
  const [made, changed, gone, theirs] = ["a", "b", "c", "d"].map((letter) => letter.repeat(16));
  const fill = (entries: readonly (readonly [string | undefined, object])[]) => {
    const doc = new Y.Doc();
    for (const [key, values] of entries) {
      doc.getMap("shapes").set(key ?? "", new Y.Map(Object.entries({ ...note, ...values })));
    }
    return doc;
  };
  const refused = fill([[made, { text: new Y.Text("mine") }], [changed, { x: 1 }]]);
  const current = fill([[changed, {}], [gone, { type: "rect" }], [theirs, {}]]);
  const touched = new Set([made, changed, gone].map((key) => `shapes/${key}`));
  assert.deepEqual(lostShapes(refused, current, touched), [
    { id: made, type: "note", change: "created", text: "mine" },
    { id: changed, type: "note", change: "changed", text: "" },
    { id: gone, type: "rect", change: "deleted", text: "" },
  ]);
  assert.equal(lostShapes(refused, current, undefined).length, 4);
});

test("numbers become what the schema allows", () => {
  const table: readonly (readonly [number, number])[] = [
    [1.4, 1], [-0.2, 0], [NaN, 0], [1e12, 2 ** 27], [-Infinity, -(2 ** 27)],
  ];
  for (const [given, expected] of table) {
    assert(Object.is(eighth(given), expected), `${given} became ${eighth(given)}`);
  }
});

test("a text that is too long is not cut inside of a character", () => {
  const text = new Y.Text(`${"a".repeat(longestText - 1)}😀`);
  const shape = readShape(docWith({ ...note, text }), id);
  assert.deepEqual(shape && "text" in shape && shape.text, "a".repeat(longestText - 1));
});
