/** What a browser keeps of the boards, for reloads without a connection. */
import { createMarker, isOfEpoch, unsentIn, without } from "./marks";
import type { Change, Marks, Unsent } from "./marks";

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
 * Nothing here ever throws: a browser that refuses to store (private windows, full disk) only
 * loses the reload without a connection. But a read that failed does not look as if nothing were
 * there. Calls take effect in their order.
 */
export interface OfflineStore {
  /** False if nothing outlives the page. */
  readonly durable: boolean;
  /** The rooms of a jam of which something is kept for this person. */
  rooms(jam: string, sub: string): Promise<readonly string[]>;
  /**
   * Boards of a jam with changes of this person that are not known to be saved. Undefined if the
   * store cannot be read: there may be any.
   */
  unsent(jam: string, sub: string): Promise<readonly Unsent[] | undefined>;
  open(key: BoardKey): BoardStore;
  /** Resolves once everything asked for so far is stored. */
  settled(): Promise<void>;
}

/**
 * What one tab keeps of one board. Several tabs, each with its own, keep the same board: each takes
 * away only what it has loaded or added itself, for nobody else knows whether the rest is needed.
 */
export interface BoardStore {
  /** What all tabs have kept. Undefined if there is nothing; `failed` if there may be something. */
  load(): Promise<StoredBoard | undefined | "failed">;
  append(update: Uint8Array): void;
  /**
   * So many changes of this tab, those that it has loaded among them, are not known to be saved.
   * What other tabs say stays. The epoch is that of what is kept from now on; what is of another is
   * not loaded again, unless it waits to be sent.
   */
  mark(marks: { readonly epoch: number; readonly unsaved: number }): void;
  /** Nothing of what was `unsent` waits any more; what a tab has marked since does. */
  sent(unsent: Unsent): void;
  /** Whatever this one has loaded, added and marked so far is not needed any more. */
  forget(): void;
  /**
   * The same of what cannot be read now, and may hold what nobody else has: it stays under another
   * name.
   */
  setAside(): void;
  /** Keeps `update` in the place of whatever this one has loaded and added so far. */
  replace(update: Uint8Array): void;
}

/** Under which a board is kept. */
export const nameOf = (key: BoardKey): string =>
  JSON.stringify([key.jam, key.room, key.board, key.sub]);

/** Under which is kept what was set aside. */
export const asideOf = (name: string): string =>
  JSON.stringify([...(JSON.parse(name) as readonly string[]), "aside"]);

/** The rooms among the names of what is kept, each once. */
export function roomsIn(names: readonly string[], jam: string, sub: string): readonly string[] {
  const rooms = names.map((name) => {
    const [inJam, room, , of, aside] = JSON.parse(name) as readonly string[];
    return aside === undefined && inJam === jam && of === sub ? room : undefined;
  });
  return [...new Set(rooms.filter((room): room is string => room !== undefined))];
}

interface Row {
  readonly update: Uint8Array;
  readonly epoch: number;
}

interface MemoryBoard {
  rows: readonly Row[];
  marks: Marks | undefined;
}

/** Keeps boards as long as the page. */
export function memoryStore(): OfflineStore {
  const boards = new Map<string, MemoryBoard>();
  return {
    durable: false,
    rooms: async (jam, sub) => {
      const found = [...boards].filter(([, { rows }]) => rows.length > 0);
      return roomsIn(found.map(([one]) => one), jam, sub);
    },
    unsent: async (jam, sub) =>
      unsentIn([...boards].map(([name, { marks }]) => [name, marks]), jam, sub),
    open(key) {
      const name = nameOf(key);
      const board = boards.get(name) ?? { rows: [], marks: undefined };
      boards.set(name, board);
      const aside = asideOf(name);
      return inMemory(board, (rows) => {
        const before = boards.get(aside)?.rows ?? [];
        boards.set(aside, { rows: [...before, ...rows], marks: undefined });
      });
    },
    settled: async () => undefined,
  };
}

function inMemory(board: MemoryBoard, putAside: (rows: readonly Row[]) => void): BoardStore {
  let own = new Set<Row>();
  const marker = createMarker();
  const change = (how: Change): void => void (board.marks = how(board.marks));
  const append = (update: Uint8Array): void => {
    const row = { update, epoch: marker.epoch };
    own.add(row);
    board.rows = [...board.rows, row];
  };
  /** Out of the board. */
  const takeOwn = (): readonly Row[] => {
    const taken = board.rows.filter((row) => own.has(row));
    board.rows = board.rows.filter((row) => !own.has(row));
    own = new Set();
    return taken;
  };
  return {
    async load() {
      const { rows, marks } = board;
      if (rows.length === 0 && !marks) return undefined;
      const { epoch, unsaved } = marker.load(marks);
      const current = rows.filter((row) => isOfEpoch(row, epoch));
      for (const row of current) own.add(row);
      return { updates: current.map(({ update }) => update), epoch, unsaved };
    },
    append,
    mark: (marks) => change(marker.mark(marks)),
    sent: ({ stamps }) => change(without(stamps)),
    setAside() {
      putAside(takeOwn());
      change(marker.forget());
    },
    forget() {
      takeOwn();
      change(marker.forget());
    },
    replace(update) {
      takeOwn();
      append(update);
    },
  };
}
