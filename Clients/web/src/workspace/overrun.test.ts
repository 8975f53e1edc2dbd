import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "./keys";
import { createOverrun } from "./overrun";

const note: Command = { do: "tool", tool: "note" };

test("keys are commands, but not while a text that is gone is written on", () => {
  const overrun = createOverrun();
  assert.equal(overrun.takes(note, 0), false);
  overrun.begin(1000);
  for (const now of [1100, 2500, 4000]) assert.equal(overrun.takes(note, now), true);
  assert.equal(overrun.takes(note, 7000), false, "after a pause");
  assert.equal(overrun.takes(note, 7100), false);
});

test("who clicks, goes back or takes something back has seen it", () => {
  for (const command of [{ do: "escape" }, { do: "undo" }, { do: "redo" }] as const) {
    const overrun = createOverrun();
    overrun.begin(0);
    assert.equal(overrun.takes(command, 10), false);
    assert.equal(overrun.takes(note, 20), false);
  }
  const overrun = createOverrun();
  overrun.begin(0);
  overrun.end();
  assert.equal(overrun.takes(note, 10), false);
});
