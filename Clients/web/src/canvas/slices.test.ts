import assert from "node:assert/strict";
import { test } from "node:test";
import { createPace, runSlice, Steps } from "./slices";

function* steps(costs: readonly number[], done: number[]): Steps {
  for (const [index, cost] of costs.entries()) {
    yield cost;
    done.push(index);
  }
}

test("a frame takes as many steps as fit, the next goes on", () => {
  const done: number[] = [];
  const work = steps([4, 4, 4, 4, 4, 4], done);
  const still = (): number => 0;
  assert.equal(runSlice(work, 10, still), false);
  assert.deepEqual(done, [0, 1]);
  assert.equal(runSlice(work, 10, still), false);
  assert.equal(runSlice(work, 10, still), true);
  assert.deepEqual(done, [0, 1, 2, 3, 4, 5]);
});

test("a step that costs more than a frame may take is done all the same", () => {
  const done: number[] = [];
  const work = steps([99, 99], done);
  let frames = 1;
  while (!runSlice(work, 10, () => 0)) frames++;
  assert.deepEqual(done, [0, 1]);
  assert.equal(frames, 3);
});

test("time that has passed counts, whatever a step was said to cost", () => {
  const done: number[] = [];
  let now = 0;
  assert.equal(runSlice(steps(Array(9).fill(0) as number[], done), 10, () => (now += 3)), false);
  assert.equal(done.length, 3);
});

test("slow frames do less, quick ones more again", () => {
  const pace = createPace();
  const usual = pace.limit;
  pace.frame(0, false);
  pace.frame(1000, false);
  assert.equal(pace.limit, usual, "a pause is no slow frame");
  for (let at = 1; at < 20; at++) pace.frame(1000 + at * 80, true);
  assert(pace.limit < usual / 3 && pace.limit > 0);
  for (let at = 1; at < 40; at++) pace.frame(2600 + at * 16, true);
  assert.equal(pace.limit, usual);
});
