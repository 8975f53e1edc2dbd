import assert from "node:assert/strict";
import { test } from "node:test";
import { cancel, down, move, names, run, shape, up } from "../testing";
import { Target, ToolEvent } from "../tool";
import { select, selectIdle } from "./select";

const a = shape("a", 0, 0);
const b = shape("b", 800, 0);
const onA: Target = { on: "shape", shape: a };
const inA: Target = { on: "shape", shape: a, inside: true };
const around: Target = { on: "board", within: "a" };
const shift = { shift: true, alt: false };
const corner: Target = { on: "handle", handle: "se" };

const rows: readonly [string, readonly ToolEvent[], string][] = [
  ["a click on the board clears the selection", [down(0, 0), up(1, 1)], "select"],
  ["a click inside an outline selects it", [down(0, 0, { target: inA }), up(1, 1)], "select"],
  ["a drag inside an outline moves it",
    [down(0, 0, { target: inA }), move(9, 9), up(9, 9)], "select place place commit"],
  ["shift and a drag inside an outline span a marquee",
    [down(0, 0, { target: inA, keys: shift }), move(9, 9), up(9, 9)], "marquee marquee endMarquee"],
  ["shift and a click inside an outline adds it",
    [down(0, 0, { target: inA, keys: shift }), up(1, 1)], "toggle"],
  ["a click on what is around everything selects it",
    [down(0, 0, { target: around }), up(1, 1)], "select"],
  ["a drag inside of what is around everything spans a marquee",
    [down(0, 0, { target: around }), move(9, 9), up(9, 9)], "marquee marquee endMarquee"],
  ["shift and a click on the board keeps it", [down(0, 0, { keys: shift }), up(0, 0)], ""],
  ["a drag on the board spans a marquee", [down(0, 0), move(9, 9), up(9, 9)],
    "marquee marquee endMarquee"],
  ["a finger on the board pans", [down(0, 0, { touch: true }), move(0, 20), up(0, 21)], "pan pan"],
  ["a click selects", [down(1, 1, { target: onA }), up(1, 1)], "select"],
  ["shift and a click adds", [down(1, 1, { target: onA, keys: shift }), up(1, 1)], "toggle"],
  ["shift and a click on what is selected takes it out, on release",
    [down(1, 1, { target: onA, keys: shift, selection: [a, b] }), up(1, 1)], "toggle"],
  ["a plain click leaves one of several",
    [down(1, 1, { target: onA, selection: [a, b] }), up(1, 1)], "select"],
  ["a drag selects and moves", [down(1, 1, { target: onA }), move(30, 1), up(31, 1)],
    "select place place commit"],
  ["a trembling hand does not move anything",
    [down(1, 1, { target: onA, selection: [a] }), move(3, 2), up(2, 1)], "select"],
  ["a second finger takes the move back",
    [down(1, 1, { target: onA, selection: [a], touch: true }), move(30, 1), cancel],
    "place revert"],
  ["a cancelled press does nothing", [down(1, 1, { target: onA, selection: [a] }), cancel], ""],
  ["a cancelled marquee goes away", [down(0, 0), move(50, 50), cancel], "marquee endMarquee"],
  ["another pointer neither moves nor ends",
    [down(1, 1, { target: onA, selection: [a] }), move(9, 99, {}, 2), up(9, 99, {}, 2)], ""],
  ["a handle resizes", [down(9, 9, { target: corner, selection: [a] }), move(20, 20), up(20, 20)],
    "place place commit"],
  ["a click on a handle changes nothing",
    [down(9, 9, { target: corner, selection: [a] }), up(9, 9)], ""],
  ["a cancelled resize is taken back",
    [down(9, 9, { target: corner, selection: [a] }), move(20, 20), cancel], "place revert"],
];

for (const [name, events, wanted] of rows) {
  test(name, () => {
    const { effects, state } = run(select, selectIdle, events);
    assert.equal(names(effects), wanted);
    const ended = events[events.length - 1];
    if (ended && !("pointer" in ended && ended.pointer === 2)) assert.equal(state.at, "idle");
  });
}

test("all that is selected moves together, in whole units", () => {
  const events = [down(1, 1, { target: onA, selection: [a, b] }), move(11.03, 1), up(11.03, 1)];
  const { effects } = run(select, selectIdle, events);
  assert.deepEqual(effects[0], {
    do: "place",
    boxes: [{ ...a, x: 80 }, { ...b, x: 880 }],
  });
});

test("shift keeps a move to one axis", () => {
  const events = [down(1, 1, { target: onA, selection: [a] }), move(31, 12, { shift: true })];
  const { effects } = run(select, selectIdle, events);
  assert.deepEqual(effects[0], { do: "place", boxes: [{ ...a, x: 240 }] });
});
