import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { createEditor, eighth, hasText, longestText, readShapes as shapesIn } from "../board";
import type { Shape, ShapeId } from "../board";
import { createClipboard, readShapes, SHAPES_TYPE, Transfer } from "./clipboard";

function transfer(given: Readonly<Record<string, string>> = {}): Transfer {
  const data = new Map(Object.entries(given));
  return {
    getData: (type) => data.get(type) ?? "",
    setData: (type, value) => void data.set(type, value),
  };
}

function scene(mayWrite = true) {
  const doc = new Y.Doc();
  const editor = createEditor(doc, { sub: "ann", name: "Ann" });
  let selection: readonly ShapeId[] = [];
  const said: unknown[] = [];
  const list = (): readonly Shape[] => [...shapesIn(doc).values()];
  const clipboard = createClipboard({
    editor: () => editor,
    mayWrite: () => mayWrite,
    noteColor: () => "pink",
    list,
    selected: () => list().filter(({ id }) => selection.includes(id)),
    select: (ids) => void (selection = ids),
    camera: () => ({ x: 0, y: 0, zoom: 1 }),
    size: () => ({ width: 800, height: 600 }),
    say: (message, how) => void said.push([message, how]),
  });
  const select = (ids: readonly ShapeId[]): void => void (selection = ids);
  return { said, editor, list, clipboard, select };
}

const units = (x: number, y: number) => ({ x: eighth(x), y: eighth(y) });
const box = { ...units(80, 80), w: eighth(800), h: eighth(400) };

test("what is copied comes again under the pointer, and beside it the next time", () => {
  const it = scene();
  const note = it.editor.create({ type: "note", color: "blue", ...box, text: "Радио" });
  const points = [units(0, 0), units(80, 160), units(160, 0)];
  const pen = it.editor.create({ type: "pen", color: "red", size: 24, points });
  it.editor.change(pen, { w: eighth(320), h: eighth(320) });
  it.select([note, pen]);
  const copied = transfer();
  assert(it.clipboard.copy(copied));
  assert.equal(copied.getData("text/plain"), "Радио");
  it.clipboard.seen({ x: 2440, y: 2240 });
  assert(it.clipboard.paste(copied));
  assert(it.clipboard.paste(copied));
  const notes = it.list().filter((one) => one.type === "note");
  assert.deepEqual(notes.map(({ x, y }) => [x, y]), [[80, 80], [2080, 2080], [2208, 2208]]);
  const pens = it.list().filter((one) => one.type === "pen");
  assert.deepEqual(pens.map(({ x, y }) => [x, y]), [[0, 0], [2000, 2000], [2128, 2128]]);
  assert.deepEqual(pens.map((one) => one.type === "pen" && one.w), [320, 320, 320]);
  assert(it.editor.undo());
  assert.equal(it.list().length, 4, "a paste is one step");
});

test("cutting takes away, and what was cut comes back", () => {
  const it = scene();
  it.select([it.editor.create({ type: "rect", color: "black", ...box })]);
  const held = transfer();
  assert(it.clipboard.cut(held));
  assert.equal(it.list().length, 0);
  assert(it.clipboard.paste(held));
  assert.deepEqual(it.list().map(({ type, color }) => [type, color]), [["rect", "black"]]);
});

test("any other text becomes a sticky note in the middle", () => {
  const it = scene();
  assert(it.clipboard.paste(transfer({ "text/plain": "  eins\r\nzwei " })));
  const [note] = it.list();
  assert(note?.type === "note");
  assert.deepEqual([note.text, note.color, note.x + note.w / 2], ["eins\nzwei", "pink", 3200]);
});

test("nothing selected is nothing to copy, and nobody who watches pastes", () => {
  assert(!scene().clipboard.copy(transfer()));
  const watching = scene(false);
  assert(!watching.clipboard.paste(transfer({ "text/plain": "x" })));
  assert(!watching.clipboard.cut(transfer()));
});

const good = { type: "note", color: "red", x: 0, y: 0, w: 8, h: 8, text: "x" };
const pen = { type: "pen", color: "red", x: 0, y: 0, size: 16, points: [0, 0, 8, 8] };
const rows: readonly [string, unknown, number][] = [
  ["a note", [good], 1],
  ["a stroke", [pen], 1],
  ["no list", { 0: good }, 0],
  ["a type of tomorrow", [{ ...good, type: "frame" }], 0],
  ["a colour that is none", [{ ...good, color: "__proto__" }], 0],
  ["no place", [{ ...good, x: null }], 0],
  ["no size", [{ ...good, w: 0 }], 0],
  ["places that are no numbers", [{ ...good, x: "0" }], 0],
  ["points that are no numbers", [{ ...pen, points: [0, "1"] }], 0],
  ["no points", [{ ...pen, points: [] }], 0],
  ["far too many", Array(2000).fill(good), 500],
  ["a text that is none", [{ ...good, text: { length: 5 } }], 1],
];
for (const [name, value, count] of rows) {
  test(`from a strange clipboard: ${name}`, () => {
    assert.equal(readShapes(JSON.stringify(value)).length, count);
    const it = scene();
    it.clipboard.paste(transfer({ [SHAPES_TYPE]: JSON.stringify(value) }));
    assert.equal(it.list().length, count);
  });
}

test("from a strange clipboard: no JSON", () => assert.deepEqual(readShapes("[{"), []));

test("a text too long for a note is cut, and that is said and shown", () => {
  const it = scene();
  assert(it.clipboard.paste(transfer({ "text/plain": "x".repeat(10_000) })));
  assert.deepEqual(it.said, []);
  assert(it.clipboard.paste(transfer({ "text/plain": "x".repeat(10_001) })));
  assert.deepEqual(it.said.map((one) => (one as unknown[])[1]), ["shown"]);
  const [, note] = it.list();
  assert.equal(note?.type === "note" && note.text.length, 10_000);
});

test("words that are too long are not cut inside of a character", () => {
  const { list, clipboard } = scene();
  clipboard.paste(transfer({ "text/plain": `${"a".repeat(longestText - 1)}😀` }));
  const [note] = list();
  assert.equal(note && hasText(note) && note.text.length, longestText - 1);
});
