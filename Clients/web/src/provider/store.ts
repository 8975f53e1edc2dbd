/** What a browser keeps of the boards, for reloads without a connection. */

/** One board of one person. */
export interface BoardKey {
  readonly jam: string;
  readonly room: string;
  readonly board: string;
  /** Subject of the token: what somebody else wrote offline in this browser is not ours. */
  readonly sub: string;
}

export interface StoredBoard {
  /** Yjs updates (format v1), in any order. */
  readonly updates: readonly Uint8Array[];
  /** The board's epoch (wire.md section 4), 0 if never told. */
  readonly epoch: number;
  /** How many changes were not known to be saved when this was written. */
  readonly unsaved: number;
}

/**
 * Boards by key. Nothing here ever fails for its caller: a browser that refuses to store (private
 * windows, full disk) only loses the reload without a connection. Calls take effect in their order.
 */
export interface OfflineStore {
  /** False if nothing outlives the page. */
  readonly durable: boolean;
  load(key: BoardKey): Promise<StoredBoard | undefined>;
  /** The rooms of a jam of which something is kept for this person. */
  rooms(jam: string, sub: string): Promise<readonly string[]>;
  append(key: BoardKey, update: Uint8Array): void;
  mark(key: BoardKey, marks: { readonly epoch: number; readonly unsaved: number }): void;
  /** Forgets the board's updates, and keeps `update` in their place. */
  replace(key: BoardKey, update: Uint8Array): void;
  /** Resolves once everything asked for so far is stored. */
  settled(): Promise<void>;
}

/** Under which a board is kept. */
export const nameOf = (key: BoardKey): string =>
  JSON.stringify([key.jam, key.room, key.board, key.sub]);

/** The rooms among the names of what is kept, each once. */
export function roomsIn(names: readonly string[], jam: string, sub: string): readonly string[] {
  const rooms = names.map((name) => {
    const [inJam, room, , of] = JSON.parse(name) as readonly string[];
    return inJam === jam && of === sub ? room : undefined;
  });
  return [...new Set(rooms.filter((room): room is string => room !== undefined))];
}

/** Keeps boards as long as the page. */
export function memoryStore(): OfflineStore {
  const boards = new Map<string, StoredBoard>();
  const name = nameOf;
  const at = (key: BoardKey) =>
    boards.get(name(key)) ?? { updates: [], epoch: 0, unsaved: 0 };
  return {
    durable: false,
    load: async (key) => boards.get(name(key)),
    rooms: async (jam, sub) => {
      const found = [...boards].filter(([, { updates }]) => updates.length > 0);
      return roomsIn(found.map(([one]) => one), jam, sub);
    },
    append(key, update) {
      const board = at(key);
      boards.set(name(key), { ...board, updates: [...board.updates, update] });
    },
    mark: (key, marks) => void boards.set(name(key), { ...at(key), ...marks }),
    replace: (key, update) => void boards.set(name(key), { ...at(key), updates: [update] }),
    settled: async () => undefined,
  };
}
