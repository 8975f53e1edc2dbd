import { after, test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import type { Message } from "../protocol/messages";
import { fakeWorld } from "../testing/fake";
import type { FakeSocket, FakeWorld } from "../testing/fake";
import { connectRoom } from "./room";
import { memoryStore } from "./store";
import type { BoardConnection, Loss, RoomConnection, TokenAnswer } from "./types";

interface Scene extends FakeWorld {
  readonly room: RoomConnection;
  readonly board: BoardConnection;
  readonly renewals: () => number;
  readonly answer: { next: TokenAnswer; missing: boolean };
  /** The newest socket. */
  socket(): FakeSocket;
  /** What was sent for the board since the last look. */
  sent(): Message["is"][];
}

const rooms: RoomConnection[] = [];
after(() => rooms.forEach((room) => room.close()));

async function scene(store = memoryStore()): Promise<Scene> {
  const world = fakeWorld();
  const answer: Scene["answer"] = { next: { ok: true, token: "a b" }, missing: false };
  let renewals = 0;
  const session = {
    sub: "ann",
    token: async () => ({ ok: true, token: "a b" } as const),
    renew: async () => (renewals++, answer.next),
    missing: async () => answer.missing,
  };
  const { environment } = world;
  const where = { origin: "https://hub", jam: "demo", room: "radio" };
  const options = { ...where, session, store, environment };
  const room = connectRoom(options);
  rooms.push(room);
  const board = room.board("main");
  await world.pass(0);
  const socket = () => {
    const newest = world.sockets[world.sockets.length - 1];
    assert(newest !== undefined, "nobody connects");
    return newest;
  };
  const sent = () => socket().take()
    .filter((entry) => entry.board === "main")
    .map(({ message }) => message.is);
  return { ...world, room, board, answer, renewals: () => renewals, socket, sent };
}

const empty = Y.encodeStateAsUpdate(new Y.Doc());
const nothing = Y.encodeStateVector(new Y.Doc());

/** The hub's side of joining a board. */
function join({ socket }: Scene, epoch = 1): void {
  socket().open();
  opened(socket(), epoch);
}

function opened(socket: FakeSocket, epoch = 1): void {
  socket.send("main", { is: "opened", epoch });
  socket.send("main", { is: "step1", stateVector: nothing });
  socket.send("main", { is: "step2", update: empty });
}

const edit = (board: BoardConnection, at = "a") => board.doc.getMap("shapes").set(at, 1);

test("joining: the address, the order of messages, and the status on the way", async () => {
  const it = await scene();
  assert.equal(it.socket().url, "wss://hub/yjs/demo/radio?token=a%20b");
  assert.equal(it.socket().protocol, "jamboree.v1");
  assert.deepEqual(it.room.status, { at: "connecting" });
  edit(it.board);
  it.socket().open();
  const open = it.socket().take();
  assert.deepEqual(open.map(({ board, message }) => [board, message]), [
    ["@stage", { is: "open", epoch: 0 }], ["main", { is: "open", epoch: 0 }],
  ]);
  opened(it.socket());
  assert.deepEqual(it.sent(), ["step1", "awareness", "step2"]);
  assert.deepEqual(it.room.status, { at: "saving", unsaved: 1 });
  it.socket().send("main", { is: "saved", epoch: 1, count: 1 });
  assert.deepEqual(it.room.status, { at: "saved" });
  edit(it.board, "b");
  assert.deepEqual(it.sent(), ["update"]);
  it.room.close();
  assert(it.socket().closed);
});

test("reconnecting: waits grow, every second failure renews the token, waking helps", async () => {
  const it = await scene();
  for (const wait of [600, 1200, 2400]) {
    it.socket().close(1006);
    const before = it.sockets.length;
    await it.pass(wait - 1);
    assert.equal(it.sockets.length, before);
    await it.pass(1);
    assert.equal(it.sockets.length, before + 1, `after ${wait} ms`);
  }
  assert.deepEqual([it.renewals(), it.room.status], [1, { at: "offline", unsaved: 0, blocked: true }]);
  it.socket().close(1006);
  it.wake();
  await it.pass(0);
  assert.equal(it.sockets.length, 5);
  assert.equal(it.renewals(), 2);
  it.socket().close(1006);
  it.answer.next = { ok: false, error: "bad-invitation" };
  await it.pass(20_000);
  it.socket().close(1006);
  await it.pass(20_000);
  assert.deepEqual(it.room.status, { at: "ended", code: "bad-invitation", unsaved: 0 });
});

test("a room that is not there is the end for who cannot begin it", async () => {
  for (const missing of [false, true]) {
    const it = await scene();
    it.answer.missing = missing;
    it.socket().close(1006);
    await it.pass(600);
    it.socket().close(1006);
    await it.pass(1200);
    const next = missing ? { at: "ended", code: "no-room" } : { at: "offline" };
    assert.deepEqual(it.room.status, { ...next, unsaved: 0 });
  }
});

test("a silent hub is left, one that speaks is not", async () => {
  const it = await scene();
  join(it);
  for (let minute = 0; minute < 5; minute++) {
    await it.pass(55_000);
    it.socket().send("main", { is: "awareness", update: Uint8Array.of(0) });
  }
  assert.equal(it.sockets.length, 1);
  it.sent();
  await it.pass(40_000);
  assert.deepEqual(it.sent(), ["awareness"], "it is asked first");
  await it.pass(26_000);
  assert(it.sockets[0]?.closed && it.sockets.length === 2);
});

test("a page that is seen again asks at once whether the connection still is one", async () => {
  const it = await scene();
  join(it);
  await it.pass(20_000);
  it.sent();
  it.wake();
  assert.deepEqual(it.sent(), ["awareness"]);
  it.socket().send("main", { is: "awareness", update: Uint8Array.of(0) });
  await it.pass(25_000);
  assert.equal(it.sockets.length, 1, "it is");
  it.wake();
  await it.pass(5_000);
  assert.equal(it.sockets.length, 2, "it is not");
});

test("an attempt that gets no answer at all is given up", async () => {
  const it = await scene();
  await it.pass(20_600);
  assert(it.sockets[0]?.closed && it.sockets.length === 2);
});

test("a hub that speaks nonsense is left, but not in a circle", async () => {
  const it = await scene();
  join(it);
  it.socket().sendBytes(Uint8Array.of(4, 109));
  assert(it.socket().closed);
  await it.pass(599);
  assert.equal(it.sockets.length, 1);
  await it.pass(1);
  assert.equal(it.sockets.length, 2);
});

test("a restored board replaces the document, and what was not saved is told", async () => {
  const it = await scene();
  join(it, 1);
  const losses: Loss[] = [];
  it.board.onLost((loss) => losses.push(loss));
  edit(it.board);
  it.socket().close(1012);
  await it.pass(1000);
  const { doc } = it.board;
  it.socket().open();
  assert.deepEqual(it.socket().take().filter(({ board }) => board === "main"), [
    { board: "main", message: { is: "open", epoch: 1 } },
  ]);
  opened(it.socket(), 2);
  await it.pass(1000);
  assert(it.board.doc !== doc && it.board.doc.getMap("shapes").size === 0);
  assert.deepEqual(losses.map(({ code, touched }) => [code, [...(touched ?? [])]]), [
    ["replaced", ["shapes/a"]],
  ]);
  assert.equal(it.board.unsaved, 0);
});

test("a refusal that may end keeps the document, and offers it again", async () => {
  const it = await scene();
  join(it);
  edit(it.board);
  it.sent();
  it.socket().send("main", { is: "saved", epoch: 1, count: 1 });
  it.socket().send("main", { is: "reject", number: 2, code: "not-saving", reason: "disk" });
  assert.deepEqual(it.room.status, { at: "refused", code: "not-saving", unsaved: 1 });
  edit(it.board, "b");
  await it.pass(9_999);
  assert.deepEqual(it.sent(), []);
  await it.pass(1);
  assert.deepEqual(it.sent(), ["open"]);
  opened(it.socket());
  assert.deepEqual(it.sent(), ["step1", "awareness", "step2"]);
  it.socket().send("main", { is: "saved", epoch: 1, count: 1 });
  assert.deepEqual(it.room.status, { at: "saved" });
});

test("a refusal for good: what was before it counts on, late news of before does not", async () => {
  const it = await scene();
  join(it);
  const losses: Loss[] = [];
  it.board.onLost((loss) => losses.push(loss));
  for (const key of ["a", "b", "c"]) edit(it.board, key);
  it.socket().send("main", { is: "reject", number: 3, code: "frozen", reason: "" });
  assert.deepEqual(it.sent().slice(-2), ["awareness", "open"]);
  it.socket().send("main", { is: "reject", number: 4, code: "refused-before", reason: "" });
  it.socket().send("main", { is: "saved", epoch: 1, count: 3 });
  assert.deepEqual(it.room.status, { at: "saving", unsaved: 1 });
  opened(it.socket());
  it.socket().send("main", { is: "saved", epoch: 1, count: 1 });
  await it.pass(1000);
  assert.deepEqual(it.room.status, { at: "saved" });
  assert.deepEqual(losses.map(({ code, touched }) => [code, [...(touched ?? [])]]), [
    ["frozen", ["shapes/b", "shapes/c"]],
  ]);
});

test("on a full board the document begins anew, so that deletions go through", async () => {
  const it = await scene();
  join(it);
  const losses: Loss[] = [];
  it.board.onLost((loss) => losses.push(loss));
  edit(it.board);
  it.sent();
  it.socket().send("main", { is: "reject", number: 2, code: "document-limit", reason: "full" });
  assert.deepEqual(it.sent().slice(-1), ["open"]);
  const full = new Y.Doc();
  full.getMap("shapes").set("old", 1);
  it.socket().send("main", { is: "opened", epoch: 1 });
  it.socket().send("main", { is: "step1", stateVector: Y.encodeStateVector(full) });
  it.socket().send("main", { is: "step2", update: Y.encodeStateAsUpdate(full) });
  await it.pass(1000);
  assert.deepEqual([...it.board.doc.getMap("shapes").keys()], ["old"]);
  assert.deepEqual(losses.map(({ code, touched }) => [code, [...(touched ?? [])]]), [
    ["document-limit", ["shapes/a"]],
  ]);
  it.sent();
  it.board.doc.getMap("shapes").delete("old");
  const [sent] = it.socket().take();
  assert(sent?.message.is === "update");
  assert.deepEqual([...Y.decodeUpdate(sent.message.update).structs], [], "only a deletion");
});

test("a board that the hub does not open is asked for again", async () => {
  const it = await scene();
  it.socket().open();
  it.sent();
  it.socket().sendText({ type: "error", board: "main", error: "board-limit", reason: "" });
  assert.deepEqual(it.room.status, { at: "refused", code: "board-limit", unsaved: 0 });
  await it.pass(10_000);
  assert.deepEqual(it.sent(), ["open"]);
  opened(it.socket());
  assert.deepEqual(it.room.status, { at: "saved" });
});

test("commands: replies by number, none without a connection, an end to waiting", async () => {
  const it = await scene();
  assert.equal((await it.room.freeze()).ok, false);
  join(it);
  const [one, two] = [it.room.remove("ben"), it.room.who()];
  assert.deepEqual(it.socket().texts.map((text) => JSON.parse(text) as unknown), [
    { sub: "ben", id: 1, command: "remove" }, { id: 2, command: "who" },
  ]);
  const people = [{ name: "Ann", role: "bot", boards: ["main", 5] }, 7];
  const removed = [{ sub: "ben", name: "Ben" }, { sub: "zoë" }, { name: "nobody" }, null];
  it.socket().sendText({ type: "reply", id: 2, ok: true, people, removed });
  assert.deepEqual(await two, {
    ok: true,
    value: {
      people: [{ name: "Ann", role: "bot", boards: ["main"] }],
      removed: [{ sub: "ben", name: "Ben" }, { sub: "zoë", name: "" }],
    },
  });
  it.socket().sendText({ type: "reply", id: 1, ok: false, error: "not-allowed", reason: "no" });
  assert.deepEqual((await one).ok, false);
  const never = it.room.freeze();
  await it.pass(15_000);
  const late = await never;
  assert.equal(late.ok || late.error, "timeout");
});

test("cursors are sent at most every 33 ms, the newest last", async () => {
  const it = await scene();
  join(it);
  await it.pass(100);
  it.sent();
  for (let x = 0; x < 20; x++) {
    it.board.awareness.setLocalStateField("cursor", { x, y: 0 });
    await it.pass(5);
  }
  await it.pass(100);
  const count = it.sent().length;
  assert(count >= 4 && count <= 6, `${count} messages in 100 ms`);
});

test("who was removed is kept outside until the hub says hello, and loses nothing", async () => {
  const it = await scene();
  join(it);
  edit(it.board);
  const told: string[] = [];
  it.room.onStatus(({ at }) => told.push(at));
  it.socket().close(4403);
  assert.deepEqual(it.room.status, { at: "removed", unsaved: 1 });
  await it.pass(5_000);
  it.socket().open();
  it.socket().close(4403);
  const before = it.sockets.length;
  it.room.retry();
  await it.pass(0);
  assert.equal(it.sockets.length, before + 1);
  it.socket().open();
  assert.deepEqual(told, ["removed"]);
  it.socket().sendText({
    type: "hello", you: { sub: "ann", name: "Ann", role: "participant" },
    room: { frozen: false }, boards: [], saving: true,
  });
  opened(it.socket());
  assert.deepEqual(it.room.status, { at: "saving", unsaved: 1 });
  it.room.close();
});

test("what the hub says of the room", async () => {
  const it = await scene();
  it.socket().open();
  it.socket().sendText({
    type: "hello", you: { sub: "ann", name: "Ann", role: "facilitator" },
    room: { frozen: true }, boards: [], saving: true,
  });
  assert.deepEqual(it.room.room, {
    you: { sub: "ann", name: "Ann", role: "facilitator" }, frozen: true, frozenBy: undefined,
    review: false, saving: true,
  });
  it.socket().sendText({ type: "saving", ok: false, reason: "disk full" });
  assert(!it.room.room.saving);
  const stage = new Y.Doc();
  stage.getMap("room").set("frozen", true);
  stage.getMap("room").set("frozenBy", "Eva");
  it.socket().send("@stage", { is: "step2", update: Y.encodeStateAsUpdate(stage) });
  assert.equal(it.room.room.frozenBy, "Eva");
});
