/**
 * What was written without a connection in rooms that were left since: sent in the background, one
 * room after the other, as soon as the hub is there.
 */
import { browserEnvironment } from "./environment";
import type { Timer } from "./environment";
import { connectRoom } from "./room";
import type { BoardKey, BoardStore, OfflineStore, Unsent } from "./store";
import type { RoomOptions } from "./types";

export interface LeftoverOptions extends Omit<RoomOptions, "room"> {
  /** The room that the page shows: it sends what is its own itself. */
  readonly shown: () => string | undefined;
  /** Something was sent. */
  readonly sent?: (room: string) => void;
}

/** In ms: the first look, how long to look away where nothing waits, and what attempts wait. */
const waits = { first: 1_000, nothing: 30_000, failed: 2_000, longest: 120_000 };
/** So long a connection may take, and then all of it. */
const patience = { connecting: 10_000, sending: 60_000 };

/** Goes on until it is stopped. */
export function sendLeftovers(options: LeftoverOptions): { stop(): void } {
  const { jam, session, store, shown } = options;
  const environment = options.environment ?? browserEnvironment();
  /** What the hub did not take: told when its room is opened again, and not offered before. */
  const refused = new Set<string>();
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
    const [first] = waiting;
    if (stopped) return;
    if (!first) return wait(waits.nothing);
    const end = await send(first.room, waiting.filter(({ room }) => room === first.room));
    leave = undefined;
    if (stopped) return;
    if (end === "sent") options.sent?.(first.room);
    if (end === "refused") refused.add(first.room);
    failures = end === "failed" ? failures + 1 : 0;
    wait(failures === 0 ? 0 : Math.min(waits.longest, waits.failed * 2 ** Math.min(failures, 10)));
  }

  function send(room: string, boards: readonly Unsent[]): Promise<"sent" | "refused" | "failed"> {
    const kept = boards.map(({ board, count }) => {
      const key: BoardKey = { jam, room, board, sub: session.sub };
      return { board, count, store: store.open(key), epoch: 0 };
    });
    const looking = lookOnly(store, (name, epoch) => {
      for (const one of kept) if (one.board === name) one.epoch = epoch;
    });
    return new Promise((done) => {
      const connection = connectRoom({ ...options, environment, room, store: looking });
      const open = boards.map(({ board }) => connection.board(board));
      // who only sends what they have written is not there
      for (const { awareness } of open) awareness.setLocalState(null);
      let isOver = false;
      const end = (how: "sent" | "refused" | "failed"): void => {
        if (isOver) return;
        isOver = true;
        unconnected.cancel();
        late.cancel();
        connection.close();
        if (how !== "sent") return done(how);
        void forget().then(() => done(how));
      };
      const unconnected = environment.after(patience.connecting, () => {
        if (connection.status.at === "offline") end("failed");
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

    /** Nothing waits any more, unless another tab has written in the meantime. */
    async function forget(): Promise<void> {
      const now = await store.unsent(jam, session.sub);
      for (const { board, count, epoch, store: own } of kept) {
        const same = now.some((one) =>
          one.room === room && one.board === board && one.count === count);
        if (same) own.mark({ epoch, unsaved: 0 });
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

/**
 * A store that gives what there is and keeps nothing: what the hub refuses stays as it was, and the
 * page that shows the room says what was lost.
 */
function lookOnly(
  store: OfflineStore,
  marked: (board: string, epoch: number) => void,
): OfflineStore {
  return {
    ...store,
    open(key): BoardStore {
      const { load } = store.open(key);
      return {
        load,
        append: () => undefined,
        replace: () => undefined,
        setAside: () => undefined,
        mark: ({ epoch }) => marked(key.board, epoch),
      };
    },
  };
}
