import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";
import { HOME } from "../canvas/camera";
import { personColor, personColors, usualColor } from "../canvas/palette";
import { fewOf, MOST_OUTLINES, outlined } from "./crowd";
import { createPresence, readOther } from "./presence";

const stubbed = globalThis as unknown as { matchMedia: () => { readonly matches: boolean } };
stubbed.matchMedia = () => ({ matches: true });

/** States of many clients, as the hub passes them on; called again they have new clocks. */
function room(): { awareness: Awareness; say: (client: number, state: object) => void } {
  const awareness = new Awareness(new Y.Doc());
  clearInterval((awareness as unknown as { _checkInterval: number })._checkInterval);
  const remote = new Awareness(new Y.Doc());
  clearInterval((remote as unknown as { _checkInterval: number })._checkInterval);
  let clock = 0;
  return {
    awareness,
    say(client, state) {
      remote.states.set(client, state);
      remote.meta.set(client, { clock: ++clock, lastUpdated: 0 });
      applyAwarenessUpdate(awareness, encodeAwarenessUpdate(remote, [client]), "hub");
    },
  };
}

const at = (name: string, x: number): object => ({ user: { name }, cursor: { x, y: 0 } });

test("hundreds of cursors of one name do not hide others, nor are they all drawn", () => {
  const { awareness, say } = room();
  const presence = createPresence(awareness, "me", () => undefined);
  say(1, at("Ben", 8));
  for (let client = 10; client < 490; client++) say(client, at("Mallory", client));
  const { list } = presence.cursors(HOME, 0);
  assert(list.some((cursor) => cursor.name === "Ben"));
  assert(list.length <= 6, `${list.length} cursors`);
  assert.equal(presence.others().length, 481);
  presence.stop();
});

test("of very many people the cursors that moved last are drawn", () => {
  const { awareness, say } = room();
  const presence = createPresence(awareness, "me", () => undefined);
  for (let client = 1; client <= 150; client++) say(client, at(`person ${client}`, 8));
  say(1, at("person 1", 16));
  say(2, at("person 2", 8));
  const names = presence.cursors(HOME, 0).list.map((cursor) => cursor.name);
  assert.equal(names.length, 100);
  assert(names.includes("person 1") && names.includes("person 150"));
  assert(!names.includes("person 2"), "who announces the same again has not moved");
  presence.stop();
});

test("who is heard again is the same person, who leaves is gone", () => {
  const { awareness, say } = room();
  let changes = 0;
  const presence = createPresence(awareness, "me", () => void changes++);
  say(1, at("Ann", 8));
  say(1, at("Ann", 80));
  assert.deepEqual(presence.others().map((other) => [other.name, other.cursor?.x]), [["Ann", 80]]);
  assert.equal(presence.others(), presence.others(), "unchanged, it stays the same list");
  assert.equal(changes, 2);
  presence.stop();
});

test("a selection names each shape once", () => {
  const { selection } = readOther(7, { selection: [...Array(150).fill("a"), "b"] });
  assert.deepEqual(selection, ["a", "b"]);
});

test("a name that nobody sees is none", () => {
  assert.equal(readOther(7, { user: { name: "\u3164\u200b" } }).name, "");
});

test("a shape is outlined once for each name, and not too many are in all", () => {
  const ids = (from: number): readonly string[] =>
    Array.from({ length: 150 }, (_, index) => `shape${from + index}`);
  const one = (name: string, selection: readonly string[]) => ({ name, color: "", selection });
  const same = Array.from({ length: 480 }, () => one("Mallory", ["a", "b"]));
  const drawn = outlined([...same, one("Ben", ["a"])]);
  assert.deepEqual(drawn.flatMap((each) => each.ids), ["a", "b", "a"]);
  const many = outlined([one("Ann", ids(0)), one("Ben", ids(0)), one("Cat", ids(500))]);
  assert.deepEqual(many.map((each) => each.ids.length), [150, MOST_OUTLINES - 150, 0]);
});

test("few of many keep their order", () => {
  const names = ["a", "b", "a", "a", "a", "a", "b", "c", "d"].map((name) => ({ name }));
  assert.equal(fewOf(names, 7).map((one) => one.name).join(""), "abaaabc");
});

/** Pages that hear each other through a hub, each with its number. */
function crowd(): { come: (name: string, client: number) => ReturnType<typeof createPresence> } {
  const pages: Awareness[] = [];
  return {
    come(name, client) {
      const doc = new Y.Doc();
      doc.clientID = client;
      const awareness = new Awareness(doc);
      clearInterval((awareness as unknown as { _checkInterval: number })._checkInterval);
      awareness.on("update", (_changes: unknown, origin: unknown) => {
        if (origin === "hub") return;
        const state = encodeAwarenessUpdate(awareness, [client]);
        for (const page of pages) if (page !== awareness) applyAwarenessUpdate(page, state, "hub");
      });
      const presence = createPresence(awareness, name, () => undefined);
      for (const page of pages) {
        applyAwarenessUpdate(awareness, encodeAwarenessUpdate(page, [page.clientID]), "hub");
      }
      pages.push(awareness);
      awareness.setLocalState(awareness.getLocalState());
      return presence;
    },
  };
}

for (const [first, second] of [[1, 2], [2, 1]] as const) {
  test(`who comes later takes another colour: ${first}, ${second}`, () => {
    mock.timers.enable();
    const { come } = crowd();
    const ann = come("Ann", first);
    const before = ann.color();
    mock.timers.tick(60_000);
    const other = come("Ann", second);
    mock.timers.tick(60_000);
    assert.equal(ann.color(), before, "who is here keeps the colour");
    assert.notEqual(other.color(), before);
    assert.equal(ann.others()[0]?.color, other.color());
    assert.equal(other.others()[0]?.color, ann.color());
    mock.timers.reset();
  });
}

test("of two who come at once one takes another colour", () => {
  mock.timers.enable();
  const { come } = crowd();
  const [one, two] = [come("Ann", 5), come("Ann", 4)];
  mock.timers.tick(60_000);
  assert.notEqual(one.color(), two.color());
  assert.equal(two.color(), personColor(usualColor("Ann"), ""), "the lower number keeps it");
  mock.timers.reset();
});

test("ten people have ten colours; more share them, and nobody changes for who goes", () => {
  mock.timers.enable();
  const { come } = crowd();
  const ten = personColors.map((_, index) => come("guest", 100 + 7 * index));
  mock.timers.tick(60_000);
  assert.equal(new Set(ten.map((one) => one.color())).size, 10);
  const late = come("guest", 3);
  mock.timers.tick(60_000);
  assert(ten.some((one) => one.color() === late.color()));
  ten[0]?.stop();
  assert.equal(new Set(ten.map((one) => one.color())).size, 10);
  mock.timers.reset();
});

test("a document that replaces another keeps the colour", () => {
  const awareness = new Awareness(new Y.Doc());
  clearInterval((awareness as unknown as { _checkInterval: number })._checkInterval);
  const color = personColors.find((one) => one !== usualColor("Ann"));
  awareness.setLocalState({ user: { name: "Ann", color } });
  const presence = createPresence(awareness, "Ann", () => undefined);
  assert.equal(presence.color(), personColor(color, ""));
  assert.deepEqual(awareness.getLocalState()?.["user"], { name: "Ann", color });
  presence.stop();
});

test("a long name is not cut inside of a character", () => {
  const name = `${"a".repeat(63)}😀`;
  assert.equal(readOther(7, { user: { name } }).name, "a".repeat(63));
});
