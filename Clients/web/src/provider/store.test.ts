import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded } from "../testing/kept";
import { memoryStore } from "./store";
import type { BoardKey, OfflineStore } from "./store";

test("the rooms of which something is kept, for one person in one jam, each once", async () => {
  const store = memoryStore();
  const key = (jam: string, room: string, board: string, sub: string): BoardKey =>
    ({ jam, room, board, sub });
  const update = new Uint8Array([0, 0]);
  store.open(key("demo", "radio", "main", "ann")).append(update);
  store.open(key("demo", "radio", "second", "ann")).append(update);
  store.open(key("demo", "garden", "main", "ann")).append(update);
  store.open(key("demo", "kitchen", "main", "ben")).append(update);
  store.open(key("other", "hall", "main", "ann")).append(update);
  // looked at, and nothing was there
  store.open(key("demo", "mistyped", "main", "ann")).mark({ epoch: 1, unsaved: 0 });
  assert.deepEqual(await store.rooms("demo", "ann"), ["radio", "garden"]);
  assert.deepEqual(await store.rooms("demo", "eve"), []);
});

const board: BoardKey = { jam: "demo", room: "radio", board: "main", sub: "ann" };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = async (store: OfflineStore): Promise<readonly string[]> =>
  ((await loaded(store, board))?.updates ?? []).map((one) => new TextDecoder().decode(one));

test("a tab takes away what it has loaded and added, and nothing of the others", async () => {
  const store = memoryStore();
  store.open(board).append(bytes("before"));
  const [one, two] = [store.open(board), store.open(board)];
  await one.load();
  two.append(bytes("unsent of two"));
  one.append(bytes("refused"));
  one.replace(bytes("fresh"));
  one.append(bytes("and more"));
  assert.deepEqual(await texts(store), ["unsent of two", "fresh", "and more"]);
  one.replace(bytes("all of one"));
  assert.deepEqual(await texts(store), ["unsent of two", "all of one"]);
});

test("what another tab kept of a board that was replaced is not loaded", async () => {
  const store = memoryStore();
  const [one, two] = [store.open(board), store.open(board)];
  for (const tab of [one, two]) tab.mark({ epoch: 1, unsaved: 0 });
  two.append(bytes("of epoch 1"));
  one.mark({ epoch: 2, unsaved: 0 });
  one.replace(bytes("of epoch 2"));
  assert.deepEqual(await texts(store), ["of epoch 2"]);
});
