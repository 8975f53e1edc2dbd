import { after, test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { fakeWorld } from "../testing/fake";
import { connectRoom } from "./room";
import { memoryStore } from "./store";
import type { RoomConnection } from "./types";

const rooms: RoomConnection[] = [];
after(() => rooms.forEach((room) => room.close()));

async function scene(review: boolean) {
  const world = fakeWorld();
  const answer = { ok: true, token: "t" } as const;
  const session = { sub: "ann", token: async () => answer, renew: async () => answer };
  const where = { origin: "https://hub", jam: "demo", room: "radio" };
  const { environment } = world;
  const room = connectRoom({ ...where, session, store: memoryStore(), environment });
  rooms.push(room);
  const board = room.board("main");
  await world.pass(0);
  const [socket] = world.sockets;
  assert(socket);
  socket.open();
  const you = { sub: "ann", name: "Ann", role: "participant" };
  socket.sendText({ type: "hello", you, room: { frozen: false, review }, boards: [] });
  return { room, board, socket };
}

test("the hub says that a room is for watching", async () => {
  assert((await scene(true)).room.room.review);
  assert(!(await scene(false)).room.room.review);
});

test("a room that became one for watching is known by what it refuses", async () => {
  const { room, board, socket } = await scene(false);
  const empty = new Y.Doc();
  socket.send("main", { is: "opened", epoch: 1 });
  socket.send("main", { is: "step1", stateVector: Y.encodeStateVector(empty) });
  socket.send("main", { is: "step2", update: Y.encodeStateAsUpdate(empty) });
  board.doc.getMap("shapes").set("a", 1);
  socket.send("main", { is: "reject", number: 2, code: "review", reason: "for watching" });
  assert(room.room.review);
});
