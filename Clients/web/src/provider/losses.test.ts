/** What the hub refuses is not gone before somebody was told. */
import { after, test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { fakeRoom } from "../testing/room";
import { unsentOf } from "../testing/kept";
import { memoryStore } from "./store";
import type { OfflineStore } from "./store";
import type { Loss, RoomConnection } from "./types";

const rooms: RoomConnection[] = [];
after(() => rooms.forEach((room) => room.close()));

const empty = Y.encodeStateAsUpdate(new Y.Doc());
const nothing = Y.encodeStateVector(new Y.Doc());

async function visit(store: OfflineStore) {
  const { world, room, board } = fakeRoom(store);
  rooms.push(room);
  const losses: Loss[] = [];
  const deaf = board.onLost((loss) => void losses.push(loss));
  await world.pass(0);
  const [socket] = world.sockets;
  assert(socket);
  const opened = (): void => {
    socket.send("main", { is: "opened", epoch: 1 });
    socket.send("main", { is: "step1", stateVector: nothing });
    socket.send("main", { is: "step2", update: empty });
  };
  const join = (): void => {
    socket.open();
    opened();
  };
  const saved = (): void => socket.send("main", { is: "saved", epoch: 1, count: 1 });
  const write = (name: string): void => void board.doc.getMap("shapes").set(name, 1);
  const reject = (number: number): void =>
    socket.send("main", { is: "reject", number, code: "schema", reason: "" });
  const sent = (): readonly string[] => socket.take().flatMap(({ message }) => {
    const doc = new Y.Doc();
    if (message.is === "step2") Y.applyUpdate(doc, message.update);
    return [...doc.getMap("shapes").keys()];
  });
  return { ...world, room, board, losses, deaf, socket, opened, join, saved, write, reject, sent };
}

type Visit = Awaited<ReturnType<typeof visit>>;

const lost = ({ losses }: Visit): readonly string[] =>
  losses.map(({ refused }) => [...refused.getMap("shapes").keys()].sort().join());
const unsent = async (store: OfflineStore): Promise<readonly number[]> =>
  (await unsentOf(store)).map(({ count }) => count);

/** Something was written, and the hub has just refused it. */
async function refused(store: OfflineStore): Promise<Visit> {
  const it = await visit(store);
  it.join();
  it.saved();
  it.write("precious");
  it.reject(2);
  return it;
}

const endings: readonly [string, (it: Visit) => Promise<void> | void][] = [
  ["the socket breaks", async (it) => {
    it.socket.close(1006);
    await it.pass(5_000);
  }],
  ["the page is left before the board is open again", () => undefined],
  ["the page is left as the board has just come", (it) => it.opened()],
  ["the page is left while nobody listens any more", async (it) => {
    it.deaf();
    it.opened();
    await it.pass(1_000);
  }],
];

for (const [how, end] of endings) {
  test(`refused, and ${how}: the next visit has it, and tells it`, async () => {
    const store = memoryStore();
    const first = await refused(store);
    await end(first);
    first.room.close();
    await first.pass(60_000);
    assert.deepEqual(lost(first), []);
    assert.deepEqual(await unsent(store), [1]);
    const second = await visit(store);
    second.join();
    assert.deepEqual(second.sent(), ["precious"]);
    second.reject(1);
    second.opened();
    await second.pass(1_000);
    assert.deepEqual(lost(second), ["precious"]);
    assert.deepEqual(await unsent(store), []);
    second.room.close();
    const third = await visit(store);
    third.join();
    assert.deepEqual(third.sent(), []);
  });
}

test("what was told is not kept, and what was written since is", async () => {
  const store = memoryStore();
  const first = await refused(store);
  first.write("since");
  first.opened();
  await first.pass(1_000);
  assert.deepEqual(lost(first), ["precious"]);
  assert.deepEqual(await unsent(store), [1]);
  first.room.close();
  const second = await visit(store);
  second.join();
  assert.deepEqual(second.sent(), ["since"]);
});

test("who writes on and on what is refused is told", async () => {
  const it = await refused(memoryStore());
  for (let turn = 0; turn < 10; turn++) {
    it.opened();
    await it.pass(100);
    it.write(`more ${turn}`);
    it.reject(2);
  }
  assert.deepEqual(lost(it).slice(0, 3), ["precious", "more 0", "more 1"]);
});

test("refused twice before the board has come: both are told", async () => {
  const store = memoryStore();
  const it = await refused(store);
  it.opened();
  it.write("precious too");
  it.reject(2);
  it.opened();
  await it.pass(1_000);
  assert.deepEqual(lost(it), ["precious", "precious too"]);
  assert.deepEqual(await unsent(store), []);
});
