/** A room: one socket, its boards, and how it is with them. */
import type { RoomConnection, RoomOptions } from "./types";

/** Connects, and keeps connecting until `close`. Boards can be opened and edited at once. */
export function connectRoom(_options: RoomOptions): RoomConnection {
  throw new Error("comes next");
}
