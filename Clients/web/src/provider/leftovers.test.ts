import { after, test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { decodeAwareness } from "../testing/awareness";
import { fakeWorld } from "../testing/fake";
import type { FakeSocket } from "../testing/fake";
import { sendLeftovers } from "./leftovers";
import { memoryStore } from "./store";
import type { OfflineStore } from "./store";

const ways: { stop(): void }[] = [];
after(() => ways.forEach((one) => one.stop()));

const written = (text: string): Uint8Array => {
  const doc = new Y.Doc();
  doc.getMap("shapes").set(text, 1);
  return Y.encodeStateAsUpdate(doc);
};
const empty = Y.encodeStateAsUpdate(new Y.Doc());
const nothing = Y.encodeStateVector(new Y.Doc());

function keep(store: OfflineStore, room: string, count: number): void {
  const board = store.open({ jam: "demo", room, board: "main", sub: "ann" });
  board.mark({ epoch: 1, unsaved: count });
  board.append(written(`in ${room}`));
}

function scene(store: OfflineStore, shown?: string) {
  const world = fakeWorld();
  const token = async () => ({ ok: true, token: "t" } as const);
  const sent: string[] = [];
  const way = sendLeftovers({
    origin: "https://hub", jam: "demo", store, environment: world.environment,
    session: { sub: "ann", token, renew: token },
    shown: () => shown, sent: (room) => void sent.push(room),
  });
  ways.push(way);
  const socket = (): FakeSocket => {
    const newest = world.sockets[world.sockets.length - 1];
    assert(newest, "nobody connects");
    return newest;
  };
  return { ...world, socket, sent, stop: () => way.stop() };
}

function join(socket: FakeSocket, epoch = 1): void {
  socket.open();
  socket.send("main", { is: "opened", epoch });
  socket.send("main", { is: "step1", stateVector: nothing });
  socket.send("main", { is: "step2", update: empty });
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
  assert.deepEqual(it.sent, ["radio", "garden"]);
  assert.deepEqual(await store.unsent("demo", "ann"), []);
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

test("a hub that is away is asked again, less and less often", async () => {
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
  assert(times.length >= 5 && times.length <= 50, times.join());
  const [left, ...others] = await store.unsent("demo", "ann");
  assert.deepEqual([left?.room, left?.board, left?.count, others.length], ["radio", "main", 3, 0]);
  it.wake();
  await it.pass(1_500);
  assert(it.sockets.length > known);
});

test("what the hub refuses stays kept, for the page that shows the room", async () => {
  const store = memoryStore();
  keep(store, "radio", 3);
  const it = scene(store);
  await it.pass(2_000);
  join(it.socket());
  it.socket().send("main", { is: "reject", number: 1, code: "frozen-before", reason: "" });
  await it.pass(600_000);
  assert.equal(it.sockets.length, 1);
  assert(it.socket().closed);
  assert.deepEqual(it.sent, []);
  assert.equal((await store.unsent("demo", "ann"))[0]?.count, 3);
  const kept = await store.open({ jam: "demo", room: "radio", board: "main", sub: "ann" }).load();
  assert.equal(kept?.updates.length, 1);
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
    store.open({ jam: "demo", room: "radio", board: "main", sub: "ann" })
      .mark({ epoch: 1, unsaved: count });
    it.socket().send("main", { is: "saved", epoch: 1, count: 1 });
    await it.pass(0);
    assert.equal((await store.unsent("demo", "ann"))[0]?.count, count);
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
  for (let passed = 0; passed < 20 && it.sent.length === 0; passed++) {
    await it.pass(1_000);
    const socket = it.socket();
    if (socket.closed) continue;
    if (socket.url.includes("/closed?")) socket.close(4403);
    else {
      join(socket);
      socket.send("main", { is: "saved", epoch: 1, count: 1 });
    }
  }
  assert.deepEqual(it.sent, ["radio"]);
  assert.deepEqual((await store.unsent("demo", "ann")).map(({ room }) => room), ["closed"]);
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
