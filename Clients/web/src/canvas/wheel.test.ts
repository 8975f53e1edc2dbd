import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_WHEEL, wheel, WheelInput } from "./wheel";

const base: WheelInput = {
  dx: 0, dy: 0, mode: 0, zoomKey: false, shift: false, held: false, time: 0,
};

const rows: readonly [string, Partial<WheelInput>, "zoom" | "pan"][] = [
  ["a notch of a mouse wheel", { dy: 120 }, "zoom"],
  ["a wheel that counts lines", { dy: 3, mode: 1 }, "zoom"],
  ["two fingers on a trackpad", { dy: 4 }, "pan"],
  ["two fingers sideways", { dx: 90 }, "pan"],
  ["a pinch on a trackpad", { dy: 2.5, zoomKey: true }, "zoom"],
  ["shift and a mouse wheel", { dy: 120, shift: true }, "pan"],
  ["a trackpad wheel that is held", { dy: 4, held: true }, "zoom"],
];

for (const [name, input, wanted] of rows) {
  test(`${name}: ${wanted}`, () => {
    assert.equal(wheel(NO_WHEEL, { ...base, ...input })[1].do, wanted);
  });
}

test("a fast swipe does not turn into zooming in the middle", () => {
  let memory = wheel(NO_WHEEL, { ...base, dy: 4 })[0];
  for (let time = 16; time < 400; time += 16) {
    const [next, action] = wheel(memory, { ...base, dy: 130, time });
    assert.equal(action.do, "pan");
    memory = next;
  }
});

test("shift turns the wheel sideways", () => {
  const [, action] = wheel(NO_WHEEL, { ...base, dy: 100, shift: true });
  assert.deepEqual(action, { do: "pan", dx: -100, dy: 0 });
});
