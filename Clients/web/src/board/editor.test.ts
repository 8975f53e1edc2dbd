import { test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { createEditor } from "./editor";
import type { BoardEditor, NewShape } from "./editor-types";
import { readShape, readShapes } from "./read";
import { eighth, longestText } from "./schema";
import type { Pen, Point, Shape, TextShape } from "./schema";

const at = (x: number, y: number): Point => ({ x: eighth(x), y: eighth(y) });
const note: NewShape = { type: "note", color: "pink", ...at(0, 0), w: eighth(80), h: eighth(40) };

/** Two people on two documents that pass on everything at once, or when asked. */
function pair(): [BoardEditor, BoardEditor] {
  const [one, two] = [new Y.Doc(), new Y.Doc()];
  one.on("update", (update: Uint8Array, origin: unknown) => {
    if (origin !== "wire") Y.applyUpdate(two, update, "wire");
  });
  two.on("update", (update: Uint8Array, origin: unknown) => {
    if (origin !== "wire") Y.applyUpdate(one, update, "wire");
  });
  return [
    createEditor(one, { sub: "ann", name: "Ann" }),
    createEditor(two, { sub: "ben", name: "Ben" }),
  ];
}

const shape = (editor: BoardEditor, id: string): Shape => {
  const found = readShape(editor.doc, id);
  assert(found !== undefined, "the shape is gone");
  return found;
};
const undone = (editor: BoardEditor) => editor.undo() === "done";
const redone = (editor: BoardEditor) => editor.redo() === "done";
const textIn = (editor: BoardEditor, id: string) => (shape(editor, id) as TextShape).text;
const pen = (editor: BoardEditor, id: string) => shape(editor, id) as Pen;

function write(editor: BoardEditor, id: string, value: string): void {
  assert(editor.beginText(id));
  editor.type(value);
  editor.endText();
}

test("a shape is made with author and time, within the limits", () => {
  const [ann] = pair();
  const before = Date.now();
  const id = ann.create({ ...note, w: eighth(-5), text: "a".repeat(longestText + 5) } as NewShape);
  const made = shape(ann, id) as TextShape;
  assert.deepEqual([made.author, made.name, made.w, made.color], ["ann", "Ann", 1, "pink"]);
  assert(made.made >= before && made.text.length === longestText);
  const next = ann.create(note);
  assert(shape(ann, next).order > made.order, "new shapes lie on top");
});

test("create, change and remove are undone and done again", () => {
  const [ann, ben] = pair();
  const id = ann.create(note);
  ann.change(id, at(8, 16));
  ann.change(id, { color: "blue" });
  ann.remove(id);
  assert.equal(readShapes(ben.doc).size, 0);
  assert(undone(ann));
  assert.deepEqual([shape(ben, id).x, shape(ben, id).color], [8, "blue"]);
  assert(undone(ann));
  assert.equal(shape(ben, id).color, "pink");
  assert(undone(ann));
  assert.equal(shape(ben, id).x, 0);
  assert(undone(ann));
  assert.equal(readShape(ben.doc, id), undefined);
  assert(ann.undo() === "none" && !ann.canUndo);
  for (let step = 0; step < 3; step++) assert(redone(ann));
  assert.deepEqual([shape(ben, id).x, shape(ben, id).color], [8, "blue"]);
  assert(redone(ann) && ann.redo() === "none" && readShapes(ben.doc).size === 0);
  assert(ben.undo() === "none", "what Ann did is not Ben's to undo");
});

test("a drag over many frames is one step, and a cancelled one is none", () => {
  const [ann] = pair();
  const id = ann.create(note);
  ann.begin("move");
  for (let x = 1; x <= 10; x++) ann.change(id, at(x, x));
  ann.end();
  ann.begin("move");
  ann.change(id, at(50, 50));
  ann.cancel();
  assert.equal(shape(ann, id).x, 10);
  ann.undo();
  assert.equal(shape(ann, id).x, 0);
  assert(!ann.gesture("nothing", () => ann.change(id, at(0, 0)) && false));
  assert(ann.canRedo, "a gesture without effect is no step, so redo stays");
});

test("a stroke grows frame by frame and is one step", () => {
  const [ann, ben] = pair();
  ann.begin("pen");
  const id = ann.create({ type: "pen", color: "red", size: 16, points: [at(100, 100)] });
  assert(ann.appendPoints(id, [at(110, 100), at(110, 120)]));
  assert(ann.appendPoints(id, [at(90, 90)]));
  assert.deepEqual(pen(ben, id).points, [0, 0, 10, 0, 10, 20, -10, -10]);
  ann.end();
  assert(!ann.appendPoints(id, [at(0, 0)]), "only while it is drawn");
  assert(undone(ann));
  assert.equal(readShapes(ben.doc).size, 0);
  assert(redone(ann));
  assert.deepEqual(pen(ben, id).points, [0, 0, 10, 0, 10, 20, -10, -10]);
  ann.begin("pen");
  const lost = ann.create({ type: "pen", color: "red", size: 16, points: [at(0, 0)] });
  ben.remove(lost);
  assert(!ann.appendPoints(lost, [at(1, 1)]), "somebody removed it");
  ann.cancel();
});

test("what somebody else did later stays", () => {
  const [ann, ben] = pair();
  const id = ann.create(note);
  ann.gesture("both", () => {
    ann.change(id, at(8, 8));
    ann.change(id, { color: "blue" });
  });
  ben.change(id, { x: eighth(24) });
  assert(undone(ann));
  assert.deepEqual([shape(ann, id).x, shape(ann, id).y, shape(ann, id).color], [24, 8, "pink"]);
  assert.equal(ann.undo(), "void", "Ben has moved it, so its making is not undone");
  const other = ann.create(note);
  write(ben, other, "Ben was here");
  assert.equal(ann.undo(), "void");
  assert.equal(textIn(ann, other), "Ben was here");
});

test("typing is one step outside of the text, and several inside", () => {
  const [ann, ben] = pair();
  const id = ann.create(note);
  assert(ann.beginText(id) && ann.textOpen === id);
  ann.type("H");
  ann.type("Hi 😀");
  assert.equal(textIn(ben, id), "Hi 😀");
  assert(undone(ann) && !ann.canUndo && textIn(ann, id) === "");
  assert(redone(ann));
  ann.type("Hi 😁!");
  ann.endText();
  assert.equal(textIn(ben, id), "Hi 😁!");
  assert(undone(ann));
  assert.equal(textIn(ben, id), "");
  assert(redone(ann) && textIn(ben, id) === "Hi 😁!");
  assert(undone(ann) && undone(ann) && readShapes(ben.doc).size === 0);
  assert(redone(ann) && redone(ann));
  assert.equal(textIn(ben, id), "Hi 😁!", "also in the text that came back with its shape");
});

test("undoing typing leaves what others wrote between", () => {
  const [ann, ben] = pair();
  const id = ann.create(note);
  write(ben, id, "ben");
  write(ann, id, "Ann ben");
  write(ann, id, "Ann ben!");
  ann.beginText(id);
  write(ben, id, "Ann Ben & co!");
  ann.endText();
  assert(undone(ann));
  assert.equal(textIn(ann, id), "Ann Ben & co");
  assert(undone(ann));
  assert.equal(textIn(ann, id), "Ben & co");
  assert(redone(ann) && redone(ann));
  assert.equal(textIn(ann, id), "Ann Ben & co!");
});

test("a change of color while a text is open is a step of its own", () => {
  const [ann] = pair();
  const id = ann.create(note);
  ann.beginText(id);
  ann.type("one");
  ann.change(id, { color: "blue" });
  ann.type("one two");
  ann.endText();
  assert(undone(ann) && textIn(ann, id) === "one" && shape(ann, id).color === "blue");
  assert(undone(ann) && textIn(ann, id) === "one" && shape(ann, id).color === "pink");
  assert(undone(ann) && textIn(ann, id) === "");
});

test("a removed shape comes back with text, and with what later versions add", () => {
  const [ann, ben] = pair();
  const id = ann.create({ ...note, text: "keep" } as NewShape);
  const map = ben.doc.getMap("shapes").get(id) as Y.Map<unknown>;
  map.set("angle", 90);
  map.set("tags", Y.Array.from(["a"]));
  ann.remove(id);
  ann.undo();
  assert.equal(textIn(ben, id), "keep");
  const back = ben.doc.getMap("shapes").get(id) as Y.Map<unknown>;
  assert.deepEqual([back.get("angle"), back.get("tags")], [90, ["a"]]);
});

test("a text whose shape is removed meanwhile takes nothing more", () => {
  const [ann, ben] = pair();
  const id = ann.create(note);
  ann.beginText(id);
  ben.remove(id);
  ann.type("into the void");
  ann.endText();
  assert.equal(readShapes(ann.doc).size, 0);
  ben.undo();
  assert.equal(textIn(ann, id), "");
});

test("listeners hear what can be undone", () => {
  const [ann] = pair();
  const heard: boolean[] = [];
  const stop = ann.onHistory(() => heard.push(ann.canUndo));
  ann.create(note);
  ann.undo();
  stop();
  ann.redo();
  assert.deepEqual([heard[heard.length - 2], heard[heard.length - 1]], [true, false]);
});

test("what the hub would refuse is not written: far steps, long names", () => {
  const ann = createEditor(new Y.Doc(), { sub: "", name: "😀".repeat(80) });
  const id = ann.create({
    type: "pen", color: "red", size: 16, points: [at(-5e6, 0), at(4_999_999, 2), at(0, 0)],
  });
  const stroke = pen(ann, id);
  assert.deepEqual([stroke.author, stroke.name, stroke.x], ["", "😀".repeat(64), -5e6]);
  const { points } = stroke;
  assert.deepEqual(points.slice(-2), [5e6, 0], "it ends where it was drawn to");
  const last = points.findIndex((x, index) => index % 2 === 0 && x === 9_999_999);
  assert.equal(points[last + 1], 2);
  for (let index = 2; index < points.length; index++) {
    assert(Math.abs((points[index] ?? 0) - (points[index - 2] ?? 0)) <= 2 ** 20);
  }
});
