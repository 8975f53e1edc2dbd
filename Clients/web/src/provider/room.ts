/** A room: one socket, its boards, and how it is with them. */
import { readControl } from "../protocol/control";
import { decodeMessage, encodeMessage } from "../protocol/messages";
import type { Message } from "../protocol/messages";
import { createBoard } from "./board";
import type { Board } from "./board";
import { createCommands, readCompany, readRole } from "./commands";
import { browserEnvironment } from "./environment";
import type { Link } from "./link";
import { createListeners } from "./listeners";
import { createStage, stageName } from "./stage";
import type { Reply, RoomConnection, RoomOptions, RoomState, Status } from "./types";
import { connectWire } from "./wire";
import type { Wire } from "./wire";

/** After so many sockets in a row that did not open although the hub answers, they are blocked. */
const fewAttempts = 3;

/**
 * How it is, over all boards. `tried`: a first connection has failed, or there was one; `answers`:
 * the hub can be reached, if not by a socket.
 */
export function statusOf(
  link: Link,
  tried: boolean,
  boards: readonly { readonly unsaved: number; readonly synced: boolean; refusal?: string }[],
  answers = false,
): Status {
  const unsaved = boards.reduce((sum, board) => sum + board.unsaved, 0);
  if (link.at === "ended") return { at: "ended", code: link.code, unsaved };
  if (link.at !== "open") {
    if (!tried && unsaved === 0) return { at: "connecting" };
    const blocked = answers && link.at !== "idle" && link.failures >= fewAttempts;
    return { at: "offline", unsaved, ...(blocked ? { blocked } : {}) };
  }
  for (const { refusal } of boards) {
    if (refusal !== undefined) return { at: "refused", code: refusal, unsaved };
  }
  if (unsaved > 0) return { at: "saving", unsaved };
  return { at: boards.every(({ synced }) => synced) ? "saved" : "connecting" };
}

const removedOf = (boards: readonly { readonly unsaved: number }[]): Status =>
  ({ at: "removed", unsaved: boards.reduce((sum, board) => sum + board.unsaved, 0) });

const sameStatus = (one: Status, two: Status) => JSON.stringify(one) === JSON.stringify(two);

/** Connects, and keeps connecting until `close`. Boards can be opened and edited at once. */
export function connectRoom(options: RoomOptions): RoomConnection {
  const { jam, room: name, session, store } = options;
  const environment = options.environment ?? browserEnvironment();
  const statuses = createListeners<Status>();
  const rooms = createListeners<RoomState>();
  const boards = new Map<string, Board>();
  const commands = createCommands(environment);

  let room: RoomState = {
    you: undefined, frozen: false, frozenBy: undefined, review: false, saving: true,
  };
  let status: Status = { at: "connecting" };
  let link: Link = { at: "idle" };
  let tried = false;
  let answers = false;
  /** From the removal until the hub says hello again. */
  let isRemoved = false;
  let send: ((data: string | Uint8Array) => void) | undefined;

  function look(): void {
    const each = [...boards.values()].map(({ connection, refusal }) => ({
      unsaved: connection.unsaved,
      synced: connection.synced,
      ...(refusal === undefined ? {} : { refusal }),
    }));
    const now = isRemoved && link.at !== "ended"
      ? removedOf(each) : statusOf(link, tried, each, answers);
    if (sameStatus(now, status)) return;
    status = now;
    statuses.tell(now);
  }

  function learn(news: Partial<RoomState>): void {
    const was = room;
    room = { ...room, ...news };
    rooms.tell(room);
    if (was.frozen && !room.frozen) boards.forEach((board) => board.unfrozen());
  }

  const stage = createStage((state) => learn(state));
  const sender = (board: string) => (message: Message) => send?.(encodeMessage(board, message));

  function heardText(text: string): void {
    const message = readControl(text);
    switch (message?.is) {
      case "hello": {
        const { you, frozen, review, saving } = message;
        isRemoved = false;
        look();
        return learn({ you: { ...you, role: readRole(you.role) }, frozen, review, saving });
      }
      case "reply": return commands.receive(message);
      case "saving": return learn({ saving: message.ok });
      case "error":
        if (message.board !== undefined) boards.get(message.board)?.notOpened(message.error);
        return;
      case undefined: return;
    }
  }

  function heardBytes(bytes: Uint8Array): void {
    const decoded = decodeMessage(bytes);
    if (decoded === "malformed") return wire.drop();
    if (decoded === "unknown") return;
    const { message } = decoded;
    // a room that was empty becomes one for watching when a performance begins in it
    if (message.is === "reject" && message.code === "review") learn({ review: true });
    if (decoded.board === stageName) stage.receive(decoded.message);
    else boards.get(decoded.board)?.receive(decoded.message);
  }

  const wire: Wire = connectWire({
    url: `${options.origin.replace(/^http/, "ws")}/yjs/${jam}/${name}`,
    session,
    missing: async () => (await session.missing?.(name)) ?? false,
    environment,
    opened(to) {
      send = to;
      commands.connected(to);
      stage.connected(sender(stageName));
      for (const [board, { connected }] of boards) connected(sender(board));
      look();
    },
    heard: (data) => (typeof data === "string" ? heardText(data) : heardBytes(data)),
    lost() {
      send = undefined;
      commands.disconnected();
      boards.forEach((board) => board.disconnected());
    },
    probe: () => boards.forEach((board) => board.probe()),
    changed(next, reachable) {
      link = next;
      answers = reachable;
      if (next.at === "waiting" && next.removed !== undefined) isRemoved = true;
      if (next.at === "open" || next.at === "waiting") tried = true;
      look();
    },
  });

  async function order(command: string, sub?: string): Promise<Reply<void>> {
    const reply = await commands.run(command, sub === undefined ? {} : { sub });
    return reply.ok ? { ok: true, value: undefined } : reply;
  }

  return {
    board(board) {
      const known = boards.get(board);
      if (known) return known.connection;
      const key = { jam, room: name, board, sub: session.sub };
      const made = createBoard({ key, store, environment, changed: look });
      boards.set(board, made);
      if (send) made.connected(sender(board));
      return made.connection;
    },
    get status() { return status; },
    onStatus: statuses.add,
    get room() { return room; },
    onRoom: rooms.add,
    async who() {
      const reply = await commands.run("who");
      return reply.ok ? { ok: true, value: readCompany(reply.value) } : reply;
    },
    freeze: () => order("freeze"),
    unfreeze: () => order("unfreeze"),
    remove: (sub) => order("remove", sub),
    readmit: (sub) => order("readmit", sub),
    retry: () => wire.retry(),
    close() {
      wire.stop();
      boards.forEach((board) => board.close());
      boards.clear();
    },
  };
}
