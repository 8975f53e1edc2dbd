import { test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { createEditor } from "./editor";
import type { BoardEditor } from "./editor-types";
import { readShapes, shapesOf } from "./read";
import { colors, eighth } from "./schema";
import { below, pick, randomFrom } from "../testing/random";
import type { Random } from "../testing/random";

interface Person {
  readonly doc: Y.Doc;
  readonly editor: BoardEditor;
  readonly sent: Uint8Array[];
}

function person(sub: string, clientID: number): Person {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  const sent: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array, origin: unknown) => {
    if (origin !== "wire") sent.push(update);
  });
  return { doc, editor: createEditor(doc, { sub, name: sub }), sent };
}

/** Whatever was not passed on yet arrives, in order. */
function deliver(from: Person, to: Person): void {
  for (const update of from.sent.splice(0)) Y.applyUpdate(to.doc, update, "wire");
}

/** Values never repeat, so a value says whose it is. */
const fresh = (random: Random) => eighth(below(random, 2 ** 27) - 2 ** 26);

/** Each letter is written once, by one person. */
function typeSomething({ editor }: Person, id: string, random: Random, letters: () => string) {
  if (!editor.beginText(id)) return;
  for (let step = below(random, 3); step >= 0; step--) {
    const now = editor.text(id)?.toString() ?? "";
    const at = below(random, now.length + 1);
    const gone = random() < 0.3 ? below(random, 3) : 0;
    editor.type(now.slice(0, at) + letters() + now.slice(at + gone));
  }
  editor.endText();
}

function gesture(who: Person, random: Random, letters: () => string): void {
  const { editor, doc } = who;
  const ids = [...shapesOf(doc).keys()];
  const id = ids.length > 0 ? pick(random, ids) : undefined;
  const what = random();
  if (id === undefined || what < 0.15) {
    const place = { x: fresh(random), y: fresh(random), w: eighth(80), h: eighth(80) };
    editor.create({ type: "note", color: pick(random, colors), ...place });
  } else if (what < 0.25) {
    editor.begin("pen");
    const points = [{ x: fresh(random), y: fresh(random) }];
    const made = editor.create({ type: "pen", color: "red", size: 8, points });
    editor.appendPoints(made, [{ x: fresh(random), y: fresh(random) }]);
    if (random() < 0.3) editor.cancel();
    else editor.end();
  } else if (what < 0.5) {
    editor.begin("move");
    for (let frame = 0; frame < 3; frame++) {
      for (const moved of [id, pick(random, ids)]) {
        editor.change(moved, { x: fresh(random), y: fresh(random) });
      }
    }
    if (random() < 0.2) editor.cancel();
    else editor.end();
  } else if (what < 0.65) editor.remove(id);
  else if (what < 0.9) typeSomething(who, id, random, letters);
  else editor.change(id, { order: `V${below(random, 1e9)}1`, w: eighth(1 + below(random, 1e6)) });
}

const state = (doc: Y.Doc): string => JSON.stringify([...readShapes(doc).values()]);

test("two people do and undo at random: both see the same in the end", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = randomFrom(seed);
    let next = 0x4e00;
    const letters = () => String.fromCharCode(next++);
    const [ann, ben] = [person("ann", 1), person("ben", 2)];
    for (let step = 0; step < 60; step++) {
      const who = random() < 0.5 ? ann : ben;
      const what = random();
      if (what < 0.6) gesture(who, random, letters);
      else if (what < 0.75) who.editor.undo();
      else if (what < 0.85) who.editor.redo();
      else if (who === ann) deliver(ann, ben);
      else deliver(ben, ann);
    }
    deliver(ann, ben);
    deliver(ben, ann);
    assert.equal(state(ann.doc), state(ben.doc), `seed ${seed}`);
  }
});

test("one alone undoes to nothing and does it all again, step by step", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = randomFrom(seed);
    let next = 0x4e00;
    const ann = person("ann", 1);
    const states = [state(ann.doc)];
    for (let step = 0; step < 40; step++) {
      gesture(ann, random, () => String.fromCharCode(next++));
      const now = state(ann.doc);
      if (now !== states[states.length - 1]) states.push(now);
    }
    for (let step = states.length - 2; step >= 0; step--) {
      assert.equal(ann.editor.undo(), "done", `seed ${seed}, step ${step}`);
      assert.equal(state(ann.doc), states[step], `seed ${seed}, step ${step}`);
    }
    for (let step = 1; step < states.length; step++) {
      assert.equal(ann.editor.redo(), "done", `seed ${seed}, step ${step}`);
      assert.equal(state(ann.doc), states[step], `seed ${seed}, again, step ${step}`);
    }
  }
});

/** What Ben has done stands: his values and his letters, in shapes that he touched last. */
function standing(doc: Y.Doc, values: ReadonlyMap<string, unknown>, letters: string): string[] {
  const lost: string[] = [];
  for (const [place, value] of values) {
    const [id = "", key = ""] = place.split("/");
    const map = shapesOf(doc).get(id);
    if (!(map instanceof Y.Map) || map.get(key) !== value) lost.push(place);
  }
  const all = [...readShapes(doc).values()].map((s) => ("text" in s ? s.text : "")).join("");
  return [...lost, ...[...letters].filter((letter) => !all.includes(letter))];
}

test("undo never touches what the other did later", () => {
  let undone = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed);
    let next = 0x4e00;
    const [ann, ben] = [person("ann", 1), person("ben", 2)];
    for (let step = 0; step < 15; step++) {
      gesture(ann, random, () => String.fromCharCode(next++));
    }
    deliver(ann, ben);
    // Ben goes on, on top of what Ann did: moves, letters, a new shape.
    const values = new Map<string, unknown>();
    let letters = "";
    for (const id of shapesOf(ben.doc).keys()) {
      if (random() < 0.4) {
        const place = { x: fresh(random), y: fresh(random) };
        ben.editor.change(id, place);
        values.set(`${id}/x`, place.x).set(`${id}/y`, place.y);
      }
      if (random() < 0.4 && ben.editor.beginText(id)) {
        const letter = String.fromCharCode(next++);
        const now = ben.editor.text(id)?.toString() ?? "";
        const at = below(random, now.length + 1);
        ben.editor.type(now.slice(0, at) + letter + now.slice(at));
        ben.editor.endText();
        letters += letter;
      }
    }
    deliver(ben, ann);
    for (let step = ann.editor.undo(); step !== "none"; step = ann.editor.undo()) {
      if (step === "done") undone++;
      assert.deepEqual(standing(ann.doc, values, letters), [], `seed ${seed}: undo`);
    }
    while (ann.editor.redo() !== "none") {
      // Doing again what removed a shape is only possible where Ben did not touch it.
      assert.deepEqual(standing(ann.doc, values, letters), [], `seed ${seed}: redo`);
    }
    deliver(ann, ben);
    assert.equal(state(ann.doc), state(ben.doc), `seed ${seed}`);
  }
  assert(undone > 500, `only ${undone} steps were undone`);
});
