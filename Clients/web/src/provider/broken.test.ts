import { after, test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { fakeRoom } from "../testing/room";
import type { FakeSocket } from "../testing/fake";
import { loaded, unsentOf } from "../testing/kept";
import { cutOff, deepChain } from "../testing/poison";
import { asideOf, memoryStore, nameOf } from "./store";
import type { OfflineStore } from "./store";
import type { Loss, RoomConnection } from "./types";

const rooms: RoomConnection[] = [];
after(() => rooms.forEach((room) => room.close()));

const key = { jam: "demo", room: "radio", board: "main", sub: "ann" };
const nothing = Y.encodeStateVector(new Y.Doc());
const empty = Y.encodeStateAsUpdate(new Y.Doc());
const chain = deepChain(30_000);

const written = (name: string): Uint8Array => {
  const doc = new Y.Doc();
  doc.getMap("shapes").set(name, 1);
  return Y.encodeStateAsUpdate(doc);
};

async function scene(store: OfflineStore = memoryStore()) {
  const { world, room, board } = fakeRoom(store);
  rooms.push(room);
  const losses: Loss[] = [];
  board.onLost((loss) => void losses.push(loss));
  await world.pass(0);
  const [socket] = world.sockets;
  assert(socket);
  socket.open();
  return { ...world, room, board, losses, socket };
}

function opened(socket: FakeSocket, ...updates: readonly Uint8Array[]): void {
  socket.send("main", { is: "opened", epoch: 1 });
  socket.send("main", { is: "step1", stateVector: nothing });
  socket.send("main", { is: "step2", update: updates[0] ?? empty });
  for (const update of updates.slice(1)) socket.send("main", { is: "update", update });
}

const opens = (socket: FakeSocket): number => socket.take()
  .filter(({ board, message }) => board === "main" && message.is === "open").length;

const shapes = (doc: Y.Doc): readonly string[] => [...doc.getMap("shapes").keys()];

test("an update at which Yjs fails is as bad as is thought here", () => {
  const doc = new Y.Doc();
  assert.throws(() => {
    Y.applyUpdate(doc, chain);
    Y.applyUpdate(doc, cutOff());
  });
  Y.applyUpdate(new Y.Doc(), written("another document goes on"));
});

test("a document that broke is set aside, and the board is read anew from the hub", async () => {
  const it = await scene();
  opened(it.socket, written("before"));
  const first = it.board.doc;
  opens(it.socket);
  it.socket.send("main", { is: "update", update: chain });
  it.socket.send("main", { is: "update", update: cutOff() });
  assert.notEqual(it.board.doc, first);
  assert.notEqual(it.board.doc.clientID, first.clientID);
  assert.equal(it.room.status.at, "connecting");
  // what still comes for the one before is not for this one
  it.socket.send("main", { is: "update", update: written("late") });
  assert.deepEqual(shapes(it.board.doc), []);
  await it.pass(1_000);
  assert.equal(opens(it.socket), 1);
  opened(it.socket, written("before"), written("later"));
  assert.deepEqual(shapes(it.board.doc).slice().sort(), ["before", "later"]);
  it.socket.send("main", { is: "saved", epoch: 1, count: 1 });
  assert.equal(it.room.status.at, "saved");
  await it.pass(1_000);
  assert.deepEqual(it.losses, []);
});

test("what was not saved in a document that broke is told, and kept", async () => {
  const store = memoryStore();
  const it = await scene(store);
  opened(it.socket);
  it.board.doc.getMap("shapes").set("mine", 1);
  it.board.doc.getMap("shapes").observe(() => {
    throw new RangeError("as if the stack were full");
  });
  it.socket.send("main", { is: "update", update: written("theirs") });
  await it.pass(1_000);
  opened(it.socket, written("theirs"));
  assert.deepEqual(shapes(it.board.doc), ["theirs"]);
  await it.pass(1_000);
  const [loss] = it.losses;
  assert.equal(it.losses.length, 1);
  assert.equal(loss?.code, "broken");
  assert.deepEqual([...(loss?.touched ?? [])], ["shapes/mine"]);
  assert(shapes(loss?.refused ?? new Y.Doc()).includes("mine"));
  // counted no more, and not deleted either
  assert.deepEqual(await unsentOf(store), []);
  const [jam, room, board, sub] = JSON.parse(nameOf(key)) as [string, string, string, string];
  assert.equal(asideOf(nameOf(key)), JSON.stringify([jam, room, board, sub, "aside"]));
  const again = await loaded(store, key);
  const doc = new Y.Doc();
  again?.updates.forEach((update) => Y.applyUpdate(doc, update));
  assert.deepEqual(shapes(doc), ["theirs"]);
});

test("a board that breaks every document is not read for ever, and that is said", async () => {
  const it = await scene();
  it.board.doc.getMap("shapes").set("mine", 1);
  for (let attempt = 0; attempt < 4; attempt++) {
    assert.notEqual(it.room.status.at, "refused", `after ${attempt}`);
    assert.equal(opens(it.socket), 1, `attempt ${attempt}`);
    opened(it.socket, chain, cutOff());
    await it.pass(10_000);
  }
  assert.deepEqual(it.room.status, { at: "refused", code: "broken", unsaved: 0 });
  assert.equal(opens(it.socket), 0);
  assert.deepEqual(it.losses.map(({ code }) => code), ["broken"]);
  // nor after the connection was away
  it.socket.close(1006);
  await it.pass(20_000);
  const newest = it.sockets[it.sockets.length - 1];
  newest?.open();
  assert.equal(newest && opens(newest), 0);
  assert.equal(it.room.status.at, "refused");
});

test("a kept copy that cannot be read is set aside, and the board comes from the hub", async () => {
  const store = memoryStore();
  const before = store.open(key);
  before.mark({ epoch: 1, unsaved: 2 });
  for (const update of [written("mine"), chain, cutOff()]) before.append(update);
  const it = await scene(store);
  await it.pass(1_000);
  opened(it.socket, written("theirs"));
  assert.deepEqual(shapes(it.board.doc), ["theirs"]);
  it.socket.send("main", { is: "saved", epoch: 1, count: 1 });
  assert.equal(it.room.status.at, "saved");
  await it.pass(1_000);
  assert.deepEqual(it.losses.map(({ code, touched }) => [code, touched]), [["broken", undefined]]);
  // the next visit has nothing to do with it
  const next = await scene(store);
  opened(next.socket, written("theirs"));
  assert.deepEqual(shapes(next.board.doc), ["theirs"]);
  assert.deepEqual(await store.rooms("demo", "ann"), ["radio"]);
});

test("a kept copy that cannot be read, of a board with nothing unsaved, is no loss", async () => {
  const store = memoryStore();
  const before = store.open(key);
  before.mark({ epoch: 1, unsaved: 0 });
  for (const update of [chain, cutOff()]) before.append(update);
  const it = await scene(store);
  await it.pass(1_000);
  opened(it.socket, written("theirs"));
  await it.pass(1_000);
  assert.deepEqual([shapes(it.board.doc), it.losses], [["theirs"], []]);
});
