import { after, test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import type { Reject } from "../protocol/messages";
import { decodeAwareness } from "../testing/awareness";
import { fakeWorld } from "../testing/fake";
import type { FakeSocket } from "../testing/fake";
import { loaded, unsentOf } from "../testing/kept";
import { sendLeftovers } from "./leftovers";
import { memoryStore } from "./store";
import type { BoardKey, OfflineStore } from "./store";

const ways: { stop(): void }[] = [];
after(() => ways.forEach((one) => one.stop()));

const written = (text: string): Uint8Array => {
  const doc = new Y.Doc();
  doc.getMap("shapes").set(text, 1);
  return Y.encodeStateAsUpdate(doc);
};
const keyOf = (room: string, board = "main"): BoardKey =>
  ({ jam: "demo", room, board, sub: "ann" });
const waiting = async (store: OfflineStore): Promise<readonly string[]> =>
  (await unsentOf(store)).map(({ room, board, count }) => `${count} ${room}/${board}`);

const empty = Y.encodeStateAsUpdate(new Y.Doc());
const nothing = Y.encodeStateVector(new Y.Doc());

function keep(store: OfflineStore, room: string, count: number, name = "main"): void {
  const board = store.open(keyOf(room, name));
  board.mark({ epoch: 1, unsaved: count });
  board.append(written(`in ${room}`));
}

function scene(store: OfflineStore, shown?: string) {
  const world = fakeWorld();
  const token = async () => ({ ok: true, token: "t" } as const);
  const buried: string[] = [];
  const way = sendLeftovers({
    origin: "https://hub", jam: "demo", store, environment: world.environment,
    session: { sub: "ann", token, renew: token },
    shown: () => shown,
    buried: (room, texts) => void buried.push(`${room}: ${texts.join()}`),
  });
  ways.push(way);
  const socket = (): FakeSocket => {
    const newest = world.sockets[world.sockets.length - 1];
    assert(newest, "nobody connects");
    return newest;
  };
  return { ...world, socket, buried, stop: () => way.stop() };
}

function join(socket: FakeSocket, boards: readonly string[] = ["main"]): void {
  socket.open();
  for (const board of boards) {
    socket.send(board, { is: "opened", epoch: 1 });
    socket.send(board, { is: "step1", stateVector: nothing });
    socket.send(board, { is: "step2", update: empty });
  }
}

test("rooms left with changes are joined one after the other until all is saved", async () => {
  const store = memoryStore();
  keep(store, "radio", 3);
  keep(store, "garden", 1);
  keep(store, "quiet", 0);
  const it = scene(store);
  await it.pass(2_000);
  for (const room of ["radio", "garden"]) {
    assert(it.socket().url.includes(`/demo/${room}?`), it.socket().url);
    join(it.socket());
    const step2 = it.socket().take().flatMap(({ message }) =>
      message.is === "step2" ? [message.update] : []);
    const doc = new Y.Doc();
    step2.forEach((update) => Y.applyUpdate(doc, update));
    assert.deepEqual([...doc.getMap("shapes").keys()], [`in ${room}`]);
    assert.equal(it.socket().closed, false);
    it.socket().send("main", { is: "saved", epoch: 1, count: 1 });
    await it.pass(100);
  }
  assert(it.sockets.every(({ closed }) => closed));
  assert.deepEqual(await waiting(store), []);
  await it.pass(300_000);
  assert.equal(it.sockets.length, 2);
});

test("who only sends is not shown to the others", async () => {
  const store = memoryStore();
  keep(store, "radio", 3);
  const it = scene(store);
  await it.pass(2_000);
  join(it.socket());
  await it.pass(20_000);
  const states = it.socket().take().flatMap(({ message }) =>
    message.is === "awareness" ? decodeAwareness(message.update) : []);
  assert(states.length > 0);
  assert(states.every((state) => state === null), JSON.stringify(states));
});

test("a hub that is away is asked again and again, with rests between", async () => {
  const store = memoryStore();
  keep(store, "radio", 3);
  const it = scene(store);
  const times: number[] = [];
  let known = 0;
  for (let passed = 0; passed < 600; passed++) {
    await it.pass(1_000);
    if (it.sockets.length === known) continue;
    known = it.sockets.length;
    times.push(passed);
    it.socket().close(1006);
  }
  assert(times.length >= 5 && times.length <= 130, times.join());
  assert.deepEqual(await waiting(store), ["3 radio/main"]);
  it.wake();
  await it.pass(1_500);
  assert(it.sockets.length > known);
});

/** What leftovers do about each code, when their step 2 is refused. */
const fates: Readonly<Record<Reject["code"], "asked again" | "left alone">> = {
  "not-saving": "asked again", "foreign-client": "asked again", frozen: "asked again",
  viewer: "left alone", review: "left alone", "not-review": "left alone", removed: "left alone",
  "too-many-clients": "left alone", "refused-before": "left alone", schema: "left alone",
  "server-only": "left alone", "document-limit": "left alone", "too-costly": "left alone",
  misplaced: "left alone", unreadable: "left alone", unknown: "left alone",
};

for (const [code, fate] of Object.entries(fates) as [Reject["code"], string][]) {
  test(`what the hub refuses as ${code} stays kept, and is ${fate}`, async () => {
    const store = memoryStore();
    keep(store, "radio", 3);
    const it = scene(store);
    await it.pass(2_000);
    join(it.socket());
    it.socket().send("main", { is: "reject", number: 1, code, reason: "" });
    await it.pass(0);
    assert(it.socket().closed);
    await it.pass(100_000);
    assert.equal(it.sockets.length > 1, fate === "asked again");
    assert.deepEqual(await waiting(store), ["3 radio/main"]);
    assert.equal((await loaded(store, keyOf("radio")))?.updates.length, 1);
  });
}

test("what was written after a refusal is offered", async () => {
  const store = memoryStore();
  keep(store, "radio", 1);
  const it = scene(store);
  await it.pass(2_000);
  join(it.socket());
  it.socket().send("main", { is: "reject", number: 1, code: "schema", reason: "" });
  await it.pass(300_000);
  assert.equal(it.sockets.length, 1);
  // another tab was told of the loss, and writes something good
  const tab = store.open(keyOf("radio"));
  await tab.load();
  tab.forget();
  keep(store, "radio", 2);
  while (it.sockets.length === 1) await it.pass(1_000);
  join(it.socket());
  it.socket().send("main", { is: "saved", epoch: 1, count: 1 });
  await it.pass(0);
  assert.deepEqual(await waiting(store), []);
});

test("what is refused on one board does not hold up another of the room", async () => {
  const store = memoryStore();
  for (const board of ["main", "second"]) keep(store, "radio", 1, board);
  const it = scene(store);
  await it.pass(2_000);
  join(it.socket(), ["main", "second"]);
  it.socket().send("second", { is: "reject", number: 1, code: "schema", reason: "" });
  while (it.sockets.length === 1) await it.pass(1_000);
  join(it.socket());
  it.socket().send("main", { is: "saved", epoch: 1, count: 1 });
  await it.pass(0);
  assert.deepEqual(await waiting(store), ["1 radio/second"]);
});

test("what cannot be read is asked for again, and waits", async () => {
  const kept = memoryStore();
  keep(kept, "radio", 3);
  let works = false;
  const store: OfflineStore = {
    ...kept,
    open: (of) => {
      const board = kept.open(of);
      return { ...board, load: async () => (works ? board.load() : "failed") };
    },
  };
  const it = scene(store);
  await it.pass(20_000);
  assert(it.sockets.length >= 2 && it.sockets.every(({ closed }) => closed));
  assert.deepEqual(await waiting(kept), ["3 radio/main"]);
  works = true;
  const tried = it.sockets.length;
  while (it.sockets.length === tried) await it.pass(1_000);
  join(it.socket());
  it.socket().send("main", { is: "saved", epoch: 1, count: 1 });
  await it.pass(0);
  assert.deepEqual(await waiting(kept), []);
});

test("a store that cannot say what waits is asked again", async () => {
  const kept = memoryStore();
  keep(kept, "radio", 3);
  let works = false;
  const it = scene({ ...kept, unsent: async (...of) => (works ? kept.unsent(...of) : undefined) });
  await it.pass(60_000);
  assert.equal(it.sockets.length, 0);
  works = true;
  await it.pass(60_000);
  assert(it.sockets.length > 0);
});

test("the room that is shown sends its own", async () => {
  const store = memoryStore();
  keep(store, "radio", 3);
  const it = scene(store, "radio");
  await it.pass(600_000);
  assert.equal(it.sockets.length, 0);
});

for (const count of [3, 4]) {
  test(`what another tab writes meanwhile still counts: ${count}`, async () => {
    const store = memoryStore();
    keep(store, "radio", 3);
    const it = scene(store);
    await it.pass(2_000);
    join(it.socket());
    store.open(keyOf("radio")).mark({ epoch: 1, unsaved: count });
    it.socket().send("main", { is: "saved", epoch: 1, count: 1 });
    await it.pass(0);
    assert.equal((await unsentOf(store))[0]?.count, count);
  });
}

test("a room in which another tab goes on writing is not joined again at once", async () => {
  const store = memoryStore();
  keep(store, "radio", 3);
  const it = scene(store);
  let joined = 0;
  for (let passed = 0; passed < 60; passed++) {
    await it.pass(1_000);
    keep(store, "radio", 1);
    if (it.sockets.length === joined) continue;
    joined = it.sockets.length;
    join(it.socket());
    it.socket().send("main", { is: "saved", epoch: 1, count: 1 });
  }
  assert(joined >= 2 && joined <= 3, `${joined} times in a minute`);
});

test("a room that lets nobody in does not hold up the others", async () => {
  const store = memoryStore();
  keep(store, "closed", 2);
  keep(store, "radio", 1);
  const it = scene(store);
  for (let passed = 0; passed < 20; passed++) {
    await it.pass(1_000);
    const socket = it.socket();
    if (socket.closed) continue;
    if (socket.url.includes("/closed?")) socket.close(4403);
    else {
      join(socket);
      socket.send("main", { is: "saved", epoch: 1, count: 1 });
    }
  }
  assert.deepEqual(await waiting(store), ["2 closed/main"]);
});

test("stopped, it closes what is open", async () => {
  const store = memoryStore();
  keep(store, "radio", 3);
  const it = scene(store);
  await it.pass(2_000);
  join(it.socket());
  it.stop();
  assert(it.socket().closed);
  await it.pass(600_000);
  assert.equal(it.sockets.length, 1);
});

test("what was written in a note that others deleted is told, although its room was left", async () => {
  const store = memoryStore();
  const theirs = new Y.Doc();
  theirs.getMap("shapes").set("note", new Y.Map([["text", new Y.Text("Party")]]));
  const before = Y.encodeStateAsUpdate(theirs);
  const mine = new Y.Doc();
  Y.applyUpdate(mine, before);
  (mine.getMap("shapes").get("note") as Y.Map<Y.Text>).get("text")?.insert(5, " on Friday");
  const board = store.open(keyOf("radio"));
  board.mark({ epoch: 1, unsaved: 1 });
  board.append(Y.encodeStateAsUpdate(mine));
  theirs.getMap("shapes").delete("note");
  const it = scene(store);
  await it.pass(2_000);
  const socket = it.socket();
  socket.open();
  socket.send("main", { is: "opened", epoch: 1 });
  socket.send("main", { is: "step1", stateVector: Y.encodeStateVector(theirs) });
  socket.send("main", { is: "step2", update: Y.encodeStateAsUpdate(theirs) });
  socket.send("main", { is: "saved", epoch: 1, count: 1 });
  await it.pass(100);
  assert.deepEqual(it.buried, ["radio: Party on Friday"]);
  assert.deepEqual(await waiting(store), []);
});
