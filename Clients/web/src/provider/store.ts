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
 * Nothing here ever fails for its caller: a browser that refuses to store (private windows, full
 * disk) only loses the reload without a connection. Calls take effect in their order.
 */
export interface OfflineStore {
  /** False if nothing outlives the page. */
  readonly durable: boolean;
  /** The rooms of a jam of which something is kept for this person. */
  rooms(jam: string, sub: string): Promise<readonly string[]>;
  /** Boards of a jam with changes of this person that are not known to be saved. */
  unsent(jam: string, sub: string): Promise<readonly Unsent[]>;
  open(key: BoardKey): BoardStore;
  /** Resolves once everything asked for so far is stored. */
  settled(): Promise<void>;
}

/**
 * What one tab keeps of one board. Several tabs, each with its own, keep the same board: each takes
 * away only what it has loaded or added itself, for nobody else knows whether the rest is needed.
 */
export interface BoardStore {
  /** What all tabs have kept. Undefined if there is nothing. */
  load(): Promise<StoredBoard | undefined>;
  append(update: Uint8Array): void;
  /** The epoch is that of what is kept from now on; what is of another is not loaded again. */
  mark(marks: { readonly epoch: number; readonly unsaved: number }): void;
  /** Nothing of what was `unsent` waits any more; void if somebody has marked the board since. */
  sent(unsent: Unsent): void;
  /**
   * Whatever this one has loaded and added so far is not loaded again, and stays under another
   * name: it cannot be read now, and may hold what nobody else has.
   */
  setAside(): void;
  /** Keeps `update` in the place of whatever this one has loaded and added so far. */
  replace(update: Uint8Array): void;
}

/**
 * Whether a row belongs to the board as it is: another tab may have kept some of a time before the
 * board was replaced. 0 and undefined: not known, the board was not there before.
 */
export const isOfEpoch = (row: { readonly epoch?: number }, epoch: number): boolean =>
  !row.epoch || epoch === 0 || row.epoch === epoch;

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

/** A board with changes that are not known to be on the hub's disk. */
export interface Unsent {
  readonly room: string;
  readonly board: string;
  readonly count: number;
  /** Of the mark that says so. */
  readonly stamp: string;
}

/** What is kept beside the updates of a board; pages before gave it no stamp. */
export interface Marks {
  readonly epoch: number;
  readonly unsaved: number;
  readonly stamp?: string;
}

/** No two marks have the same, in whichever tab. */
export const stamped = ({ epoch, unsaved }: Marks): Marks =>
  ({ epoch, unsaved, stamp: `${Date.now()} ${Math.random()}` });

/** Those of one person in one jam. */
export function unsentIn(
  marks: readonly (readonly [name: string, marks: Marks | undefined])[],
  jam: string,
  sub: string,
): readonly Unsent[] {
  return marks.flatMap(([name, { unsaved: count = 0, stamp = "" } = {} as Partial<Marks>]) => {
    const [inJam, room, board, of] = JSON.parse(name) as readonly string[];
    if (inJam !== jam || of !== sub || count <= 0) return [];
    return room === undefined || board === undefined ? [] : [{ room, board, count, stamp }];
  });
}

/** What is left of a board's marks once that was sent; undefined if they are others by now. */
export const afterSending = (marks: Marks | undefined, unsent: Unsent): Marks | undefined =>
  marks && (marks.stamp ?? "") === unsent.stamp && marks.unsaved === unsent.count
    ? stamped({ ...marks, unsaved: 0 })
    : undefined;

interface MemoryBoard {
  rows: { readonly update: Uint8Array; readonly epoch: number }[];
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

function inMemory(
  board: MemoryBoard,
  putAside: (rows: MemoryBoard["rows"]) => void,
): BoardStore {
  let own = new Set<MemoryBoard["rows"][number]>();
  let epoch = 0;
  const append = (update: Uint8Array): void => {
    const row = { update, epoch };
    own.add(row);
    board.rows.push(row);
  };
  return {
    async load() {
      const { rows, marks } = board;
      if (rows.length === 0 && !marks) return undefined;
      epoch = marks?.epoch ?? 0;
      const current = rows.filter((row) => isOfEpoch(row, epoch));
      for (const row of current) own.add(row);
      return { updates: current.map(({ update }) => update), epoch, unsaved: marks?.unsaved ?? 0 };
    },
    append,
    mark(marks) {
      board.marks = stamped(marks);
      epoch = marks.epoch;
    },
    sent: (unsent) => void (board.marks = afterSending(board.marks, unsent) ?? board.marks),
    setAside() {
      putAside(board.rows.filter((row) => own.has(row)));
      board.rows = board.rows.filter((row) => !own.has(row));
      own = new Set();
    },
    replace(update) {
      board.rows = board.rows.filter((row) => !own.has(row));
      own = new Set();
      append(update);
    },
  };
}
