/**
 * What was written without a connection in rooms that were left since: sent in the background, one
 * room after the other, as soon as the hub is there.
 */
import { browserEnvironment } from "./environment";
import type { Timer } from "./environment";
import type { Unsent } from "./marks";
import { connectRoom } from "./room";
import type { BoardKey, BoardStore, OfflineStore } from "./store";
import type { RoomOptions } from "./types";

export interface LeftoverOptions extends Omit<RoomOptions, "room"> {
  /** The room that the page shows: it sends what is its own itself. */
  readonly shown: () => string | undefined;
  /** Something was sent. */
  readonly sent?: (room: string) => void;
}

/**
 * In ms: the first look, how long to look away where nothing waits and from a room that was just
 * sent (another tab may be writing there), and what attempts wait.
 */
const waits = { first: 1_000, nothing: 30_000, failed: 2_000, longest: 120_000 };
type End = "sent" | "refused" | "failed" | "away";
/** So long a connection may take, and then all of it. */
const patience = { connecting: 10_000, sending: 60_000 };

/** Goes on until it is stopped. */
export function sendLeftovers(options: LeftoverOptions): { stop(): void } {
  const { jam, session, store, shown } = options;
  const environment = options.environment ?? browserEnvironment();
  /** What the hub did not take: told when its room is opened again, and not offered before. */
  const refused = new Set<string>();
  /** When a room is looked at again, in ms, and how often in a row it has failed. */
  const rests = new Map<string, { readonly until: number; readonly failures: number }>();
  /** How often in a row the hub was not there. */
  let failures = 0;
  let timer: Timer | undefined;
  let leave: (() => void) | undefined;
  let stopped = false;

  function wait(ms: number): void {
    timer?.cancel();
    if (!stopped) timer = environment.after(ms, () => void look());
  }

  async function look(): Promise<void> {
    timer = undefined;
    const waiting = (await store.unsent(jam, session.sub))
      .filter(({ room }) => room !== shown() && !refused.has(room));
    if (stopped) return;
    const restOf = (room: string): number =>
      Math.max(0, (rests.get(room)?.until ?? 0) - environment.now());
    const first = waiting.find(({ room }) => restOf(room) === 0);
    if (!first) return wait(Math.min(waits.nothing, ...waiting.map(({ room }) => restOf(room))));
    const { room } = first;
    const end = await send(room, waiting.filter((one) => one.room === room));
    leave = undefined;
    if (stopped) return;
    if (end === "sent") options.sent?.(room);
    if (end === "refused") refused.add(room);
    if (end === "sent") rests.set(room, { until: environment.now() + waits.nothing, failures: 0 });
    if (end === "failed") {
      const failed = (rests.get(room)?.failures ?? 0) + 1;
      rests.set(room, { until: environment.now() + backOff(failed), failures: failed });
    }
    failures = end === "away" ? failures + 1 : 0;
    wait(failures === 0 ? 0 : backOff(failures));
  }

  function send(room: string, boards: readonly Unsent[]): Promise<End> {
    return new Promise((done) => {
      const connection = connectRoom({ ...options, environment, room, store: lookOnly(store) });
      const open = boards.map(({ board }) => connection.board(board));
      // who only sends what they have written is not there
      for (const { awareness } of open) awareness.setLocalState(null);
      let isOver = false;
      const end = (how: End): void => {
        if (isOver) return;
        isOver = true;
        unconnected.cancel();
        late.cancel();
        connection.close();
        if (how !== "sent") return done(how);
        void forget().then(() => done(how));
      };
      const unconnected = environment.after(patience.connecting, () => {
        if (connection.status.at === "offline") end("away");
      });
      const late = environment.after(patience.sending, () => end("failed"));
      leave = () => end("failed");
      for (const board of open) board.onDocument(() => end("refused"));
      const look = (): void => {
        const { status } = connection;
        if (status.at === "saved" && open.every((one) => one.unsaved === 0)) end("sent");
        else if (status.at === "removed" || status.at === "refused") end("failed");
        else if (status.at === "ended") end("refused");
      };
      connection.onStatus(look);
      void Promise.all(open.map(({ loaded }) => loaded)).then(look);
    });

    async function forget(): Promise<void> {
      for (const unsent of boards) {
        const key: BoardKey = { jam, room, board: unsent.board, sub: session.sub };
        store.open(key).sent(unsent);
      }
      await store.settled();
    }
  }

  const sleep = environment.onWake(() => {
    if (!timer) return;
    failures = 0;
    wait(waits.first);
  });
  wait(waits.first);
  return {
    stop() {
      stopped = true;
      timer?.cancel();
      sleep();
      leave?.();
    },
  };
}

const backOff = (failures: number): number =>
  Math.min(waits.longest, waits.failed * 2 ** Math.min(failures, 10));

/**
 * A store that gives what there is and keeps nothing: what the hub refuses stays as it was, and the
 * page that shows the room says what was lost.
 */
function lookOnly(store: OfflineStore): OfflineStore {
  return {
    ...store,
    open(key): BoardStore {
      const { load } = store.open(key);
      return {
        load,
        append: () => undefined,
        replace: () => undefined,
        forget: () => undefined,
        setAside: () => undefined,
        sent: () => undefined,
        mark: () => undefined,
      };
    },
  };
}
