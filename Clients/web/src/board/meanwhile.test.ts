import { test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { createEditor } from "./editor";
import type { BoardEditor, NewShape } from "./editor-types";
import { readShape } from "./read";
import { eighth } from "./schema";
import type { TextShape } from "./schema";

const note: NewShape = {
  type: "note", color: "pink", x: eighth(0), y: eighth(0), w: eighth(80), h: eighth(40),
};

/** Two people who see at once what the other does. */
function pair(): [BoardEditor, BoardEditor] {
  const docs = [new Y.Doc(), new Y.Doc()] as const;
  docs.forEach((doc, index) => {
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== "wire") Y.applyUpdate(docs[index === 0 ? 1 : 0], update, "wire");
    });
  });
  const [ann, ben] = [{ sub: "ann", name: "Ann" }, { sub: "ben", name: "Ben" }];
  return [createEditor(docs[0], ann), createEditor(docs[1], ben)];
}

const textOf = (editor: BoardEditor, id: string): string | undefined =>
  (readShape(editor.doc, id) as TextShape | undefined)?.text;

function write(editor: BoardEditor, id: string, ...values: readonly string[]): void {
  assert(editor.beginText(id));
  for (const value of values) editor.type(value);
  editor.endText();
}

test("a step that is void is one step: what was done before it stays", () => {
  const [ann, ben] = pair();
  const [old, id] = [ann.create(note), ann.create(note)];
  ann.change(old, { x: eighth(400) });
  ann.change(id, { color: "red" });
  ben.change(id, { color: "blue" });
  assert.equal(ann.undo(), "void");
  assert.equal(readShape(ann.doc, id)?.color, "blue");
  assert.equal(readShape(ann.doc, old)?.x, 400, "it was not asked for that");
  assert(!ann.canRedo);
  assert.equal(ann.undo(), "done");
  assert.equal(readShape(ann.doc, old)?.x, 0);
});

test("doing again is one step too", () => {
  const [ann, ben] = pair();
  const [one, two] = [ann.create(note), ann.create(note)];
  ann.change(one, { color: "red" });
  ann.change(two, { color: "red" });
  assert.deepEqual([ann.undo(), ann.undo()], ["done", "done"]);
  ben.change(one, { color: "blue" });
  assert.equal(ann.redo(), "void");
  assert.equal(readShape(ann.doc, two)?.color, "pink");
  assert.equal(ann.redo(), "done");
  assert.equal(readShape(ann.doc, two)?.color, "red");
});

test("inside of a text a void step leaves the one before", () => {
  const [ann, ben] = pair();
  const id = ann.create(note);
  write(ben, id, "-");
  assert(ann.beginText(id));
  ann.type("one -");
  // As if more than half a second went by: Yjs begins another step.
  ann.change(id, { color: "red" });
  ann.type("one - two");
  write(ben, id, "one -");
  assert.equal(ann.undo(), "void");
  assert.equal(textOf(ann, id), "one -");
  assert.equal(ann.undo(), "none", "the rest is steps of the board");
  ann.endText();
  assert.deepEqual([ann.undo(), ann.undo()], ["done", "done"]);
  assert.equal(textOf(ann, id), "-");
});

test("steps inside of a text are taken one by one", async () => {
  const [ann, ben] = pair();
  const id = ann.create(note);
  ann.beginText(id);
  ann.type("one");
  await new Promise((resolve) => setTimeout(resolve, 600));
  ann.type("one two");
  write(ben, id, "one");
  assert.equal(ann.undo(), "void");
  assert.equal(textOf(ann, id), "one");
  assert.equal(ann.undo(), "done");
  assert.equal(textOf(ann, id), "");
  assert.equal(ann.redo(), "done");
  assert.equal(textOf(ann, id), "one");
});

test("typing that came to nothing is no step", () => {
  const [ann] = pair();
  const id = ann.create(note);
  write(ann, id, "word", "");
  assert.equal(ann.undo(), "done");
  assert.equal(readShape(ann.doc, id), undefined);
});

for (const isOpen of [true, false]) {
  test(`own typing is undone after others deleted and restored its shape; open ${isOpen}`, () => {
    const [ann, ben] = pair();
    const id = ann.create(note);
    write(ann, id, "mine");
    ann.beginText(id);
    ann.type("mine and then");
    if (!isOpen) ann.endText();
    ben.remove(id);
    ann.endText();
    assert.equal(ben.undo(), "done");
    assert.equal(textOf(ann, id), "mine and then");
    assert.equal(ann.undo(), "done");
    assert.equal(textOf(ann, id), "mine");
    assert.equal(ann.redo(), "done");
    assert.equal(textOf(ben, id), "mine and then");
    assert.deepEqual([ann.undo(), ann.undo(), ann.undo()], ["done", "done", "done"]);
    assert.equal(readShape(ben.doc, id), undefined);
  });
}
