import assert from "node:assert/strict";
import { test } from "node:test";
import { eighth } from "../board";
import type { TextShape } from "../board";
import { layoutOf } from "./layout";

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
