/** Joins a room only to send what this browser keeps of some of its boards. */
import { browserEnvironment } from "./environment";
import type { Unsent } from "./marks";
import { connectRoom } from "./room";
import type { BoardKey, BoardStore, OfflineStore } from "./store";
import type { RoomOptions } from "./types";

/** In ms: so long a connection may take, and then all of it. */
const patience = { connecting: 10_000, sending: 60_000 };

export type End =
  /** All of it is on the hub's disk, and the store knows. */
  | { readonly is: "saved" }
  /** These cannot be sent as they are. */
  | { readonly is: "refused"; readonly boards: readonly Unsent[] }
  /** Not now: the hub holds them up for something that passes, or the store cannot be read. */
  | { readonly is: "failed" }
  /** The hub is not there. */
  | { readonly is: "away" };

export interface Delivery {
  readonly done: Promise<End>;
  stop(): void;
}

/** `buried`: texts as in `BoardConnection.onBuried`; told again if they have to be sent again. */
export function deliver(
  options: RoomOptions,
  boards: readonly Unsent[],
  buried: (texts: readonly string[]) => void = () => undefined,
): Delivery {
  const environment = options.environment ?? browserEnvironment();
  let settle: (end: End) => void = () => undefined;
  const ended = new Promise<End>((resolve) => (settle = resolve));
  const fail = (): void => settle({ is: "failed" });
  const connection = connectRoom({
    ...options, environment, store: lookOnly(options.store, fail),
  });
  const open = boards.map((unsent) => ({ unsent, board: connection.board(unsent.board) }));
  for (const { unsent, board } of open) {
    // who only sends what they have written is not there
    board.awareness.setLocalState(null);
    // a new document: what was in this one is not taken
    board.onDocument(() => settle({ is: "refused", boards: [unsent] }));
    board.onBuried(buried);
  }
  const unconnected = environment.after(patience.connecting, () => {
    if (connection.status.at === "offline") settle({ is: "away" });
  });
  const late = environment.after(patience.sending, fail);

  function look(): void {
    switch (connection.status.at) {
      case "saved":
        if (open.every(({ board }) => board.unsaved === 0)) settle({ is: "saved" });
        return;
      case "ended": return settle({ is: "refused", boards });
      // the boards keep their documents: it is for something that may pass
      case "removed": case "refused": return fail();
      case "connecting": case "saving": case "offline": return;
    }
  }

  connection.onStatus(look);
  void Promise.all(open.map(({ board }) => board.loaded)).then(look);

  async function done(): Promise<End> {
    const end = await ended;
    unconnected.cancel();
    late.cancel();
    connection.close();
    if (end.is === "saved") await forget(options, boards);
    return end;
  }

  return {
    done: done(),
    stop() {
      fail();
      connection.close();
    },
  };
}

async function forget(
  { store, jam, room, session }: RoomOptions,
  boards: readonly Unsent[],
): Promise<void> {
  for (const unsent of boards) {
    const key: BoardKey = { jam, room, board: unsent.board, sub: session.sub };
    store.open(key).sent(unsent);
  }
  await store.settled();
}

/**
 * A store that gives what there is and keeps nothing: what the hub refuses stays as it was, and the
 * page that shows the room says what was lost.
 */
function lookOnly(store: OfflineStore, failed: () => void): OfflineStore {
  const nothing = (): void => undefined;
  return {
    ...store,
    open(key): BoardStore {
      const { load } = store.open(key);
      return {
        async load() {
          const found = await load();
          if (found === "failed") failed();
          return found;
        },
        append: nothing, replace: nothing, mark: nothing,
        sent: nothing, forget: nothing, setAside: nothing,
      };
    },
  };
}
