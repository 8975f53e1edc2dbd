/** Several tabs of one browser in one room, with one store. */
import { after, test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { fakeRoom } from "../testing/room";
import { unsentOf } from "../testing/kept";
import { createMarker } from "./marks";
import type { Change, Marks } from "./marks";
import { memoryStore } from "./store";
import type { BoardKey, OfflineStore } from "./store";
import type { RoomConnection } from "./types";

const rooms: RoomConnection[] = [];
after(() => rooms.forEach((room) => room.close()));

const empty = Y.encodeStateAsUpdate(new Y.Doc());
const nothing = Y.encodeStateVector(new Y.Doc());
const key: BoardKey = { jam: "demo", room: "radio", board: "main", sub: "ann" };

async function tab(store: OfflineStore) {
  const { world, room, board } = fakeRoom(store);
  rooms.push(room);
  await world.pass(0);
  const socket = () => {
    const newest = world.sockets[world.sockets.length - 1];
    assert(newest);
    return newest;
  };
  const join = (epoch = 1, saved = 1): void => {
    socket().open();
    socket().send("main", { is: "opened", epoch });
    socket().send("main", { is: "step1", stateVector: nothing });
    socket().send("main", { is: "step2", update: empty });
    socket().send("main", { is: "saved", epoch, count: saved });
  };
  const write = (count: number): void => {
    for (let at = 0; at < count; at++) board.doc.getMap("shapes").set(`${Math.random()}`, 1);
  };
  const away = (): void => socket().close(1006);
  return { ...world, room, board, join, write, away };
}

const unsent = async (store: OfflineStore): Promise<readonly number[]> =>
  (await unsentOf(store)).map(({ count }) => count);

test("a tab that is saved takes nothing from what another has written and not sent", async () => {
  const store = memoryStore();
  const [one, two] = [await tab(store), await tab(store)];
  for (const each of [one, two]) each.join();
  for (const each of [one, two]) each.away();
  one.write(3);
  assert.deepEqual(await unsent(store), [3]);
  one.room.close();
  await two.pass(1_000);
  two.join();
  two.write(1);
  two.room.close();
  assert.deepEqual(await unsent(store), [4]);
});

test("nor does one that hears later that the hub is gone", async () => {
  const store = memoryStore();
  const [one, two] = [await tab(store), await tab(store)];
  for (const each of [one, two]) each.join();
  one.away();
  one.write(3);
  two.away();
  for (const each of [one, two]) each.room.close();
  assert.deepEqual(await unsent(store), [3]);
});

test("a tab that was opened later has what was left before, counts it once and sends it", async () => {
  const store = memoryStore();
  const one = await tab(store);
  one.write(3);
  one.room.close();
  const two = await tab(store);
  await two.pass(0);
  assert.equal(two.board.unsaved, 3);
  two.write(1);
  assert.deepEqual(await unsent(store), [4]);
  two.join();
  assert.deepEqual(await unsent(store), []);
});

test("what a tab goes on writing after another has loaded it still waits", async () => {
  const store = memoryStore();
  const one = await tab(store);
  one.write(3);
  const two = await tab(store);
  await two.pass(0);
  one.write(1);
  two.join();
  assert.equal(two.room.status.at, "saved");
  one.room.close();
  assert.deepEqual(await unsent(store), [4]);
});

test("what was left on a board that another tab has seen replaced is told", async () => {
  const store = memoryStore();
  const [one, two] = [await tab(store), await tab(store)];
  for (const each of [one, two]) each.join(1);
  one.away();
  one.write(3);
  one.room.close();
  two.away();
  await two.pass(1_000);
  two.join(2);
  two.room.close();
  assert.deepEqual(await unsent(store), [3]);
  const three = await tab(store);
  const told: string[] = [];
  three.board.onLost(({ code, refused }) => told.push(`${code} ${refused.getMap("shapes").size}`));
  three.join(2);
  await three.pass(1_000);
  assert.deepEqual(told, ["replaced 3"]);
  assert.deepEqual(await unsent(store), []);
});

const applied = (...changes: readonly Change[]): Marks | undefined =>
  changes.reduce<Marks | undefined>((marks, change) => change(marks), undefined);
const count = (marks: Marks | undefined): readonly [number | undefined, number] =>
  [marks?.unsaved, Object.keys(marks?.tabs ?? {}).length];

test("tabs that are saved leave no mark", () => {
  const [one, two] = [createMarker(), createMarker()];
  const all = [one.mark({ epoch: 1, unsaved: 2 }), two.mark({ epoch: 1, unsaved: 3 })];
  assert.deepEqual(count(applied(...all)), [5, 2]);
  all.push(one.mark({ epoch: 1, unsaved: 0 }));
  assert.deepEqual(count(applied(...all)), [3, 1]);
  all.push(two.forget());
  assert.deepEqual(count(applied(...all)), [0, 0]);
  assert.equal(applied(...all)?.epoch, 1);
});

test("what one tab has learnt of the board's epoch is not taken back by who has been away", () => {
  const [one, two] = [createMarker(), createMarker()];
  const all = [
    one.mark({ epoch: 1, unsaved: 0 }), two.mark({ epoch: 2, unsaved: 0 }),
    one.mark({ epoch: 1, unsaved: 1 }), createMarker().mark({ epoch: 0, unsaved: 1 }),
  ];
  assert.equal(applied(...all)?.epoch, 2);
});

for (const before of [
  { epoch: 4, unsaved: 3 }, { epoch: 4, unsaved: 3, stamp: "of a page before" },
] as readonly Marks[]) {
  test(`a mark of pages before counts until it is sent: ${JSON.stringify(before)}`, async () => {
    const [one, two] = [createMarker(), createMarker()];
    const beside = one.mark({ epoch: 4, unsaved: 1 })(before);
    assert.deepEqual(count(beside), [4, 2]);
    assert.deepEqual(two.load(beside), { epoch: 4, unsaved: 4 });
    assert.deepEqual(count(two.mark({ epoch: 4, unsaved: 0 })(beside)), [0, 0]);
    // a page before, in another tab, has no idea of tabs
    assert.deepEqual(two.load({ ...before, unsaved: 2 }), { epoch: 4, unsaved: 2 });
  });
}

test("a board of which nothing was loaded is marked beside what is there", async () => {
  const store = memoryStore();
  store.open(key).mark({ epoch: 1, unsaved: 3 });
  const blind = { ...store.open(key), load: async () => undefined };
  const one = await tab({ ...store, open: () => blind });
  one.join();
  one.room.close();
  assert.deepEqual(await unsent(store), [3]);
});
