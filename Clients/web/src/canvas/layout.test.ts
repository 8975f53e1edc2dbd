import assert from "node:assert/strict";
import { test } from "node:test";
import { eighth } from "../board";
import type { TextShape } from "../board";
import { AUTHOR_FOOT, layoutOf, layoutWithin, textBox } from "./layout";

const note: TextShape = {
  id: "a", type: "note", x: eighth(0), y: eighth(0), w: eighth(1600), h: eighth(1600),
  order: "V", color: "yellow", author: "", name: "", made: 0, text: "some words",
};

test("a shape that moves is not laid out again, one whose text or box changes is", () => {
  let measured = 0;
  const measure = (text: string): number => {
    measured++;
    return text.length * 50;
  };
  const first = layoutOf(note, measure);
  const once = measured;
  assert(once > 0);
  assert.equal(layoutOf({ ...note, x: eighth(80) }, measure), first);
  assert.equal(measured, once);
  for (const other of [{ text: "other words" }, { w: eighth(800) }, { type: "rect" as const }]) {
    const before = measured;
    assert.notEqual(layoutOf({ ...note, ...other }, measure), first, JSON.stringify(other));
    assert(measured > before);
  }
});

test("a layout that is not ready in time goes on where it was, to the same end", () => {
  const texts = ["слово ещё ", "i", "白", "a-"].map((part) => part.repeat(900));
  for (const [index, text] of texts.entries()) {
    let measured = 0;
    const measure = (part: string): number => {
      measured++;
      return part.length * 50;
    };
    const shape: TextShape = { ...note, text, w: eighth(2 ** 24), id: `paused${index}` };
    let calls = 1;
    while (!layoutWithin(shape, measure, -1)) calls++;
    const paused = measured;
    const wanted = layoutOf({ ...shape, id: `whole${index}` }, measure);
    assert.deepEqual(layoutWithin(shape, measure, -1), wanted);
    assert(calls > 1 || text.length < 1000, `${calls} calls`);
    assert(paused <= 2 * (measured - paused), `${paused} times measured in parts`);
  }
});

test("the text of a note never reaches the name of its author", () => {
  for (let h = 8; h < 4000; h += 8) {
    const box = textBox({ ...note, h: eighth(h) });
    assert(box.y >= note.y && box.h > 0, `${h}`);
    // the name is drawn in notes so high, 20 px from the lower edge at most
    if (h >= 3 * AUTHOR_FOOT) assert(box.y + box.h <= note.y + h - 20 * 8, `${h}`);
  }
});
