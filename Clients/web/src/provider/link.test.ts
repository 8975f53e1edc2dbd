import { test } from "node:test";
import assert from "node:assert/strict";
import { nextLink } from "./link";
import type { Link, LinkEffect, LinkEvent } from "./link";
import { pick, randomFrom } from "../testing/random";

const good: LinkEvent = { on: "token", answer: { ok: true, token: "t" } };
const closed = (code: number, now = 0): LinkEvent => ({ on: "closed", code, now });
const opened: LinkEvent = { on: "opened", now: 0 };

/** The last link and all effects; chance is 1, so waits are as long as they get. */
function run(...events: readonly LinkEvent[]): [Link, readonly (LinkEffect | undefined)[]] {
  let link: Link = { at: "idle" };
  const effects = events.map((event) => {
    const [next, effect] = nextLink(link, event, 1);
    link = next;
    return effect;
  });
  return [link, effects];
}
const toOpen: readonly LinkEvent[] = [{ on: "start" }, good, opened];

test("from start to open", () => {
  const [link, effects] = run(...toOpen);
  assert.deepEqual(link, { at: "open", failures: 0, since: 0 });
  assert.deepEqual(effects, [
    { do: "ask", fresh: false }, { do: "connect", token: "t" }, undefined,
  ]);
});

test("waits double up to ten seconds, and every second failure doubts the token", () => {
  const events: LinkEvent[] = [{ on: "start" }];
  for (let failure = 0; failure < 8; failure++) events.push(good, closed(1006), { on: "timer" });
  const effects = run(...events)[1];
  const waits = effects.flatMap((effect) => (effect?.do === "wait" ? [effect.ms] : []));
  assert.deepEqual(waits, [600, 1200, 2400, 4800, 9600, 10_000, 10_000, 10_000]);
  const asks = effects.flatMap((effect) => (effect?.do === "ask" ? [effect.fresh] : []));
  assert.deepEqual(asks, [false, false, true, false, true, false, true, false, true]);
});

test("a good connection that ends is tried again soon", () => {
  const [link, effects] = run(...toOpen, closed(1012, 60_000));
  assert.deepEqual(link, { at: "waiting", failures: 0, fresh: false });
  assert.deepEqual(effects[3], { do: "wait", ms: 300 });
});

test("chance shortens a wait by up to half", () => {
  const [, effect] = nextLink({ at: "opening", failures: 0 }, closed(1006), 0);
  assert.deepEqual(effect, { do: "wait", ms: 300 });
});

const ends: readonly (readonly [number, string])[] = [
  [4400, "malformed"], [1009, "too-big"],
];
for (const [code, end] of ends) {
  test(`close code ${code} is the end: ${end}`, () => {
    assert.deepEqual(run(...toOpen, closed(code))[0], { at: "ended", code: end });
  });
}

test("who was removed asks again, ever more slowly, and with the same token", () => {
  const events: LinkEvent[] = [{ on: "start" }];
  for (let refusal = 0; refusal < 6; refusal++) {
    events.push(good, opened, closed(4403, 5), { on: "timer" });
  }
  const [link, effects] = run(...events);
  assert.deepEqual(link, { at: "asking", failures: 0, removed: 6 });
  const waits = effects.flatMap((effect) => (effect?.do === "wait" ? [effect.ms] : []));
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  assert(effects.every((effect) => effect?.do !== "ask" || !effect.fresh));
  // let in for a good while, and removed anew: it begins again
  const again: readonly LinkEvent[] = [...events, good, opened, closed(4403, 60_000)];
  assert.deepEqual(run(...again)[1][again.length - 1], { do: "wait", ms: 5_000 });
});

test("an expired token is renewed at once, but not in a circle", () => {
  assert.deepEqual(run(...toOpen, closed(4401, 9_000))[1][3], { do: "ask", fresh: true });
  const [link, effects] = run(...toOpen, closed(4401, 100), { on: "timer" });
  assert.equal(link.at, "asking");
  assert.deepEqual([effects[3]?.do, effects[4]], ["wait", { do: "ask", fresh: true }]);
});

test("having neither invitation nor token is the end, an unreachable hub is not", () => {
  const bad: LinkEvent = { on: "token", answer: { ok: false, error: "bad-invitation" } };
  assert.deepEqual(run({ on: "start" }, bad)[0], { at: "ended", code: "bad-invitation" });
  const gone: LinkEvent = { on: "token", answer: { ok: false, error: "no-room" } };
  assert.deepEqual(run({ on: "start" }, gone)[0], { at: "ended", code: "no-room" });
  const none: LinkEvent = { on: "token", answer: { ok: false, error: "unreachable" } };
  assert.equal(run({ on: "start" }, none)[0].at, "waiting");
});

test("waking up ends a wait, silence ends a connection", () => {
  assert.deepEqual(run(...toOpen, closed(1006), { on: "wake" })[1][4]?.do, "ask");
  assert.deepEqual(run(...toOpen, { on: "wake" })[1][3], undefined);
  const [link, effects] = run(...toOpen, { on: "silent" });
  assert.deepEqual([link.at, effects[3]], ["waiting", { do: "drop" }]);
});

test("whatever happens, ended is ended and there is always a way on", () => {
  const happenings: readonly LinkEvent[] = [
    { on: "start" }, good, opened, closed(1006), closed(4401, 1), closed(1001, 1e6),
    { on: "silent" }, { on: "timer" }, { on: "wake" }, { on: "stop" },
    { on: "token", answer: { ok: false, error: "unreachable" } },
  ];
  for (let seed = 1; seed <= 500; seed++) {
    const random = randomFrom(seed);
    let link: Link = { at: "idle" };
    for (let step = 0; step < 50; step++) {
      const event = pick(random, happenings);
      const [next, effect]: [Link, LinkEffect?] = nextLink(link, event, random());
      if (link.at === "ended") assert.equal(next, link);
      // Each state but open and ended waits for something that an effect has begun.
      const waits = next.at !== link.at && next.at !== "open" && next.at !== "ended";
      assert(!waits || effect !== undefined, `seed ${seed}: ${link.at}, ${event.on}`);
      link = next;
    }
  }
});
