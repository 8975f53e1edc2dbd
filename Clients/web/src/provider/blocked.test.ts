import { after, test } from "node:test";
import assert from "node:assert/strict";
import { fakeWorld } from "../testing/fake";
import { connectRoom } from "./room";
import { memoryStore } from "./store";
import type { RoomConnection, TokenAnswer } from "./types";

const rooms: RoomConnection[] = [];
after(() => rooms.forEach((room) => room.close()));

function scene(answer: TokenAnswer) {
  const world = fakeWorld();
  const token: TokenAnswer = { ok: true, token: "t" };
  const session = { sub: "ann", token: async () => token, renew: async () => answer };
  const where = { origin: "https://hub", jam: "demo", room: "radio" };
  const { environment } = world;
  const room = connectRoom({ ...where, session, store: memoryStore(), environment });
  rooms.push(room);
  return { world, room };
}

const refuse = async ({ world }: ReturnType<typeof scene>, times: number): Promise<void> => {
  for (let attempt = 0; attempt < times; attempt++) {
    await world.pass(0);
    world.sockets[world.sockets.length - 1]?.close(1006);
    await world.pass(20_000);
  }
};

test("sockets that never open while the hub answers are said to be blocked", async () => {
  const it = scene({ ok: true, token: "t" });
  await refuse(it, 2);
  assert.deepEqual(it.room.status, { at: "offline", unsaved: 0 });
  await refuse(it, 3);
  assert.deepEqual(it.room.status, { at: "offline", unsaved: 0, blocked: true });
  it.world.sockets[it.world.sockets.length - 1]?.open();
  assert.notEqual(it.room.status.at, "offline");
});

test("a hub that does not answer at all is only away", async () => {
  const it = scene({ ok: false, error: "unreachable" });
  await refuse(it, 6);
  assert.deepEqual(it.room.status, { at: "offline", unsaved: 0 });
});

test("a browser that throws instead of opening a socket is asked again", async () => {
  const it = scene({ ok: true, token: "t" });
  it.world.forbidSockets(true);
  await it.world.pass(5_000);
  assert.equal(it.world.sockets.length, 0);
  it.world.forbidSockets(false);
  await it.world.pass(20_000);
  assert.equal(it.world.sockets.length, 1);
});

test("a browser that throws, and is woken at that moment, is asked again too", async () => {
  const it = scene({ ok: true, token: "t" });
  it.world.forbidSockets(true);
  const { environment } = it.world;
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  it.world.wake();
  assert(environment.now() === 0);
  await it.world.pass(5_000);
  it.world.forbidSockets(false);
  await it.world.pass(20_000);
  assert.equal(it.world.sockets.length, 1);
});

test("an error that no close follows is not waited for", async () => {
  const it = scene({ ok: true, token: "t" });
  await it.world.pass(0);
  it.world.sockets[0]?.error();
  await it.world.pass(2_000);
  assert.equal(it.world.sockets.length, 2);
});
