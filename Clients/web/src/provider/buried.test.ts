/** Texts that were written offline where others have deleted the whole meanwhile. */
import { after, test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { fakeRoom } from "../testing/room";
import { createBurials } from "./buried";
import { memoryStore } from "./store";
import type { OfflineStore } from "./store";
import type { RoomConnection } from "./types";

const rooms: RoomConnection[] = [];
after(() => rooms.forEach((room) => room.close()));

type Note = Y.Map<Y.Text>;
const noteIn = (doc: Y.Doc, id: string): Note => doc.getMap("shapes").get(id) as Note;
const write = (doc: Y.Doc, id: string, said: string): void => {
  const text = noteIn(doc, id).get("text");
  text?.insert(text.length, said);
};
const make = (doc: Y.Doc, id: string, said: string): void =>
  void doc.getMap("shapes").set(id, new Y.Map([["text", new Y.Text(said)]]));

/** What the hub has, and what others do there: two notes. */
function board(): Y.Doc {
  const doc = new Y.Doc();
  make(doc, "note", "Party");
  make(doc, "other", "Antenna");
  return doc;
}

async function visit(store: OfflineStore, theirs: Y.Doc) {
  const { world, room, board: main } = fakeRoom(store);
  rooms.push(room);
  const told: string[] = [];
  main.onBuried((texts) => void told.push(...texts));
  await world.pass(0);
  const socket = () => {
    const newest = world.sockets[world.sockets.length - 1];
    assert(newest);
    return newest;
  };
  /** The hub opens the board, and takes what comes. */
  const join = async (): Promise<void> => {
    socket().open();
    socket().send("main", { is: "opened", epoch: 1 });
    socket().send("main", { is: "step1", stateVector: Y.encodeStateVector(theirs) });
    sync();
  };
  const sync = (): void => {
    socket().send("main", { is: "step2", update: Y.encodeStateAsUpdate(theirs) });
    for (const { message } of socket().take()) {
      if (message.is === "step2") Y.applyUpdate(theirs, message.update);
    }
  };
  const saved = (): void => socket().send("main", { is: "saved", epoch: 1, count: 1 });
  const away = async (): Promise<void> => {
    const before = world.sockets.length;
    socket().close(1006);
    while (world.sockets.length === before) await world.pass(100);
  };
  const doc = () => main.doc;
  return { ...world, room, main, told, socket, join, saved, away, doc };
}

test("what was written offline in a note that others deleted is told, once", async () => {
  const [store, theirs] = [memoryStore(), board()];
  const it = await visit(store, theirs);
  await it.join();
  it.saved();
  await it.away();
  write(it.doc(), "note", " on Friday");
  write(it.doc(), "other", " on the roof");
  theirs.getMap("shapes").delete("note");
  await it.join();
  assert.deepEqual(it.told, ["Party on Friday"]);
  it.saved();
  await it.away();
  await it.join();
  assert.deepEqual(it.told, ["Party on Friday"]);
  assert.equal(noteIn(theirs, "other").get("text")?.toString(), "Antenna on the roof");
});

test("also on a page that was loaded since, and not on the next", async () => {
  const [store, theirs] = [memoryStore(), board()];
  const first = await visit(store, theirs);
  await first.join();
  first.saved();
  await first.away();
  write(first.doc(), "note", " on Friday");
  first.room.close();
  theirs.getMap("shapes").delete("note");
  const second = await visit(store, theirs);
  await second.join();
  assert.deepEqual(second.told, ["Party on Friday"]);
  second.room.close();
  const third = await visit(store, theirs);
  await third.join();
  assert.deepEqual(third.told, []);
});

test("a note that another took the place of is told", async () => {
  const [store, theirs] = [memoryStore(), board()];
  const it = await visit(store, theirs);
  await it.join();
  it.saved();
  await it.away();
  write(it.doc(), "note", " on Friday");
  make(theirs, "note", "Party");
  await it.join();
  assert.deepEqual(it.told, ["Party on Friday"]);
});

test("not what somebody deleted themselves, nor what others wrote or had read", async () => {
  const [store, theirs] = [memoryStore(), board()];
  const it = await visit(store, theirs);
  await it.join();
  it.saved();
  await it.away();
  write(it.doc(), "note", " on Friday");
  it.doc().getMap("shapes").delete("note");
  make(it.doc(), "mine", "new");
  await it.join();
  it.saved();
  assert.deepEqual(it.told, [], "its own author deleted it");
  await it.away();
  theirs.getMap("shapes").delete("other");
  await it.join();
  it.saved();
  assert.deepEqual(it.told, [], "nothing of it waited");
  for (let passed = 0; passed < 70_000; passed += 10_000) {
    await it.pass(10_000);
    it.saved();
  }
  const before = Y.encodeStateVector(theirs);
  theirs.getMap("shapes").delete("mine");
  it.socket().send("main", { is: "update", update: Y.encodeStateAsUpdate(theirs, before) });
  assert.equal(it.doc().getMap("shapes").size, 0);
  assert.deepEqual(it.told, [], "it was there to be read");
});

for (const isSaved of [false, true]) {
  test(`others who were away too delete it, saved: ${isSaved}`, async () => {
    const [store, theirs] = [memoryStore(), board()];
    const it = await visit(store, theirs);
    await it.join();
    it.saved();
    await it.away();
    write(it.doc(), "note", " on Friday");
    const gone = new Y.Doc();
    Y.applyUpdate(gone, Y.encodeStateAsUpdate(theirs));
    await it.join();
    if (isSaved) it.saved();
    await it.pass(20_000);
    gone.getMap("shapes").delete("note");
    it.socket().send("main", { is: "update", update: Y.encodeStateAsUpdate(gone) });
    assert.deepEqual(it.told, ["Party on Friday"]);
  });
}

for (const code of ["not-saving", "frozen"] as const) {
  test(`a hub that for long does not take it (${code}) has it told once, also after reloads`, async () => {
    const [store, theirs] = [memoryStore(), board()];
    const first = await visit(store, theirs);
    await first.join();
    first.saved();
    await first.away();
    write(first.doc(), "note", " on Friday");
    theirs.getMap("shapes").delete("note");
    const told: string[] = [];
    /** The hub opens the board, sends what it has, and takes nothing. */
    const refuse = (it: Awaited<ReturnType<typeof visit>>): void => {
      const to = it.socket();
      to.send("main", { is: "opened", epoch: 1 });
      to.send("main", { is: "step1", stateVector: Y.encodeStateVector(theirs) });
      to.send("main", { is: "step2", update: Y.encodeStateAsUpdate(theirs) });
      to.send("main", { is: "reject", number: 1, code, reason: "" });
    };
    for (let loads = 0; loads < 3; loads++) {
      const it = loads === 0 ? first : await visit(store, theirs);
      it.socket().open();
      for (let turn = 0; turn < 5; turn++) {
        refuse(it);
        await it.pass(10_000);
      }
      assert.equal(it.room.status.at, "refused");
      told.push(...it.told);
      it.room.close();
    }
    assert.deepEqual(told, ["Party on Friday"]);
  });
}

test("what was told when nobody listened is told to the first who does", () => {
  const burials = createBurials({ now: () => 0 });
  const doc = board();
  burials.expect(doc, Y.encodeStateVector(new Y.Doc()));
  burials.during(() => doc.getMap("shapes").delete("note"));
  for (const expected of [["Party"], []]) {
    const told: string[] = [];
    burials.listen((texts) => void told.push(...texts))();
    assert.deepEqual(told, expected);
  }
});
