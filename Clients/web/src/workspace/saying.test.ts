import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { createSaying, Said, Saying } from "./saying";

function listen(): { readonly heard: string[]; shown: () => string; say: Saying } {
  const all: Said[] = [];
  const heard: string[] = [];
  const say = createSaying((said) => {
    if (said.aloud !== all[all.length - 1]?.aloud) heard.push(said.aloud);
    all.push(said);
  });
  return { heard, shown: () => all[all.length - 1]?.shown ?? "", say };
}

test("of a row of calm messages the last is said, and none if something else comes", () => {
  mock.timers.enable();
  const { heard, say } = listen();
  for (const step of ["1", "2", "3"]) {
    say.say(step, "calm");
    mock.timers.tick(100);
  }
  assert.deepEqual(heard, []);
  mock.timers.tick(500);
  assert.deepEqual(heard, ["3"]);
  say.say("4", "calm");
  say.say("note");
  mock.timers.tick(1000);
  assert.deepEqual(heard, ["3", "note"]);
  mock.timers.reset();
});

test("the same again is said again", () => {
  const { heard, say } = listen();
  for (let times = 0; times < 3; times++) say.say("Undone");
  assert.equal(new Set(heard.slice(0, 2)).size, 2);
  assert.deepEqual(heard.map((one) => one.trim()), ["Undone", "Undone", "Undone"]);
});

test("what is shown goes away by itself, and what is only said does not take it away", () => {
  mock.timers.enable();
  const { heard, shown, say } = listen();
  say.say("changed", "shown");
  say.say("Ben is here");
  assert.equal(shown(), "changed");
  assert.deepEqual(heard, ["changed", "Ben is here"]);
  mock.timers.tick(10_000);
  assert.equal(shown(), "");
  say.say("changed", "shown");
  say.stop();
  mock.timers.reset();
});
