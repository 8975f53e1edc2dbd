import { fakeWorld } from "./fake";
import { connectRoom } from "../provider/room";
import type { OfflineStore } from "../provider/store";

/** Ann in the room "radio" of a world that is made up; `world.sockets` is what the hub hears. */
export function fakeRoom(store: OfflineStore) {
  const world = fakeWorld();
  const token = async () => ({ ok: true, token: "t" } as const);
  const room = connectRoom({
    origin: "https://hub", jam: "demo", room: "radio", store, environment: world.environment,
    session: { sub: "ann", token, renew: token },
  });
  return { world, room, board: room.board("main") };
}
