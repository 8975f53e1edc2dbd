import assert from "node:assert/strict";
import { test } from "node:test";
import { boxIdle, draggedBox } from "./box";
import { ellipse } from "./ellipse/ellipse";
import { hand, handIdle } from "./hand/hand";
import { note, noteIdle } from "./note/note";
import { pen, penIdle } from "./pen/pen";
import { rect } from "./rect/rect";
import { cancel, down, move, names, run, up } from "./testing";
import { Step, ToolEvent } from "./tool";

interface Row {
  readonly name: string;
  readonly events: readonly ToolEvent[];
  readonly wanted: string;
}

function table<State>(tool: string, step: Step<State>, idle: State, rows: readonly Row[]): void {
  for (const { name, events, wanted } of rows) {
    test(`${tool}: ${name}`, () => {
      const { state, effects } = run(step, idle, events);
      assert.equal(names(effects), wanted);
      assert.deepEqual(state, idle);
    });
  }
}

const boxRows: readonly Row[] = [
  { name: "a drag makes and stretches", events: [down(0, 0), move(9, 9), move(20, 20), up(20, 20)],
    wanted: "create stretch stretch commit done" },
  { name: "a click makes one of usual size", events: [down(0, 0), up(1, 1)],
    wanted: "create commit done" },
  { name: "a second finger takes it back", events: [down(0, 0), move(9, 9), cancel],
    wanted: "create revert" },
  { name: "a second finger at once leaves no trace", events: [down(0, 0), cancel], wanted: "" },
];
table("rectangle", rect, boxIdle, boxRows);
table("ellipse", ellipse, boxIdle, boxRows);

table("pen", pen, penIdle, [
  { name: "a stroke grows", events: [down(0, 0), move(9, 9), move(20, 9), up(20, 20)],
    wanted: "begin extend extend extend commit" },
  { name: "a tap is a dot", events: [down(0, 0), up(0, 0)], wanted: "begin commit" },
  { name: "noise is left out", events: [down(0, 0), move(0.5, 0.5), up(0, 0)],
    wanted: "begin commit" },
  { name: "a second finger takes the stroke back", events: [down(0, 0), move(9, 9), cancel],
    wanted: "begin extend revert" },
  { name: "another pointer does not draw",
    events: [down(0, 0), move(50, 50, {}, 2), up(50, 50, {}, 2), up(0, 0)],
    wanted: "begin commit" },
]);

table("note", note, noteIdle, [
  { name: "comes on release, with the caret in it", events: [down(0, 0), move(50, 0), up(50, 0)],
    wanted: "create commit done" },
  { name: "a second finger makes it a pinch", events: [down(0, 0), cancel], wanted: "" },
]);

table("hand", hand, handIdle, [
  { name: "moves what is seen", events: [down(0, 0), move(9, 9), up(9, 9)], wanted: "pan" },
  { name: "a second finger ends it", events: [down(0, 0), cancel], wanted: "" },
]);

test("shift draws squares, alt draws around the start", () => {
  const from = { x: 100, y: 100 };
  const to = { x: 40, y: 120 };
  const [shift, alt] = [{ shift: true, alt: false }, { shift: false, alt: true }];
  assert.deepEqual(draggedBox(from, to, shift), { x: 40, y: 100, w: 60, h: 60 });
  assert.deepEqual(draggedBox(from, to, alt), { x: 40, y: 80, w: 120, h: 40 });
});
