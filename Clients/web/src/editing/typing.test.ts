/** The field itself, over a textarea that is only as much of one as the field asks for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { createEditor, eighth, readShape } from "../board";
import type { ShapeId, TextShape } from "../board";
import { HOME } from "../canvas/camera";
import { createTextField } from "./field";
import type { TextField } from "./field";

/** A textarea that a person types into. */
class Area extends EventTarget {
  value = "";
  hidden = false;
  selectionStart = 0;
  selectionEnd = 0;
  selectionDirection = "none";
  scrollTop = 0;
  scrollHeight = 0;
  readonly style: Record<string, string> = {};
  setAttribute(): void {}
  focus(): void {}
  remove(): void {}
  setSelectionRange(start: number, end: number): void {
    [this.selectionStart, this.selectionEnd] = [start, end];
  }
  /** Letters in the place of what is selected. */
  write(letters: string): void {
    const { value, selectionStart: start, selectionEnd: end } = this;
    this.value = value.slice(0, start) + letters + value.slice(end);
    this.setSelectionRange(start + letters.length, start + letters.length);
    this.dispatchEvent(new Event("input"));
  }
}

interface Writing {
  readonly area: Area;
  /** Others write at once; nothing is drawn of it. */
  others(at: number, removed: number, letters: string): void;
  said(): string;
  frame(): void;
  /** What was asked for by key: whether done again instead of taken back. */
  readonly steps: readonly boolean[];
}

/** Somebody who writes in a note that says `before`, the caret at its end. */
function writing(before: string): Writing {
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()];
  mine.on("update", (update: Uint8Array) => Y.applyUpdate(theirs, update, "wire"));
  theirs.on("update", (update: Uint8Array, _: unknown, __: unknown, { origin }: Y.Transaction) => {
    if (origin !== "wire") Y.applyUpdate(mine, update, "wire");
  });
  const editor = createEditor(mine, { sub: "ann", name: "Ann" });
  const there = createEditor(theirs, { sub: "ben", name: "Ben" });
  const place = { x: eighth(0), y: eighth(0), w: eighth(800), h: eighth(800) };
  const id: ShapeId = editor.create({ type: "note", color: "yellow", text: before, ...place });
  const area = new Area();
  const steps: boolean[] = [];
  const field = inPage(area, () => createTextField({ append() {} } as unknown as HTMLElement, {
    measure: (text) => text.length * 8,
    now: () => editor.text(id)?.toString(),
    typed: (value) => editor.type(value),
    ended() {},
    next() {},
    undo: (redo) => void steps.push(redo),
  }));
  assert(editor.beginText(id));
  const shape = (): TextShape => readShape(mine, id) as TextShape;
  field.open(shape(), HOME, "Text");
  return {
    area,
    others(at, removed, letters) {
      const text = there.text(id);
      text?.delete(at, removed);
      text?.insert(at, letters);
    },
    said: () => String(editor.text(id)),
    steps,
    frame: () => field.follow(shape(), HOME),
  };
}

function inPage(area: Area, make: () => TextField): TextField {
  const page = globalThis as unknown as { document?: unknown };
  const had = page.document;
  page.document = { createElement: () => area };
  try {
    return make();
  } finally {
    page.document = had;
  }
}

test("what others typed since the last frame stays", () => {
  const { area, others, said, frame } = writing("middle");
  for (const letter of "abc") {
    others(0, 0, letter.toUpperCase());
    area.write(letter);
  }
  assert.equal(said(), "CBAmiddleabc");
  frame();
  assert.deepEqual([area.value, area.selectionStart], ["CBAmiddleabc", 12]);
});

test("what others deleted since the last frame does not come back", () => {
  const { area, others, said } = writing("gone middle");
  others(0, 5, "");
  area.write("!");
  assert.equal(said(), "middle!");
});

test("a word that is being composed is written once, whatever others type", () => {
  const { area, others, said, frame } = writing("end");
  area.dispatchEvent(new Event("compositionstart"));
  area.write("k");
  others(0, 0, "X");
  frame();
  assert.equal(area.value, "endk", "the composition was disturbed");
  area.setSelectionRange(3, 4);
  area.write("か");
  others(1, 0, "Y");
  area.dispatchEvent(new Event("compositionend"));
  assert.deepEqual([said(), area.value], ["XYendか", "XYendか"]);
  assert.equal(area.selectionStart, 6);
});

function press(area: Area, key: string, code: string, shiftKey = false): boolean {
  const event = new Event("keydown", { cancelable: true });
  const more = { key, code, shiftKey, ctrlKey: true, getModifierState: () => false };
  return area.dispatchEvent(Object.assign(event, more));
}

test("undo in a text goes by what is on the key", () => {
  const { area, steps } = writing("note");
  assert(!press(area, "z", "KeyY"), "German");
  assert(!press(area, "y", "KeyZ"), "German");
  assert(!press(area, "z", "KeyW"), "French");
  assert(!press(area, "я", "KeyZ"), "Cyrillic");
  assert(!press(area, "Я", "KeyZ", true), "Cyrillic");
  assert.deepEqual(steps, [false, true, false, false, true]);
  assert(press(area, "w", "KeyZ"), "closing a tab is the browser's");
  assert(press(area, "a", "KeyQ") && press(area, ";", "KeyZ"));
  assert.equal(steps.length, 5);
});
