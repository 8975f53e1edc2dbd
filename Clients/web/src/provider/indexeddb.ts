/**
 * The offline store of browsers: one database, `updates` (in order of arrival, with the board's
 * name) and `boards` (epoch and unsaved count). What is asked for while a transaction runs goes
 * into the next one together, so a fast typist costs one transaction at a time.
 */
import { createMarker, isOfEpoch, unsentIn, without } from "./marks";
import type { Change, Marks } from "./marks";
import { asideOf, memoryStore, nameOf, roomsIn } from "./store";
import type { BoardStore, OfflineStore } from "./store";

const database = "jamboree";
const version = 1;
/** So long, in ms, the browser may take to open the database. */
const patience = 3_000;

interface UpdateRow {
  readonly board: string;
  readonly update: Uint8Array;
  /** Pages before kept none. */
  readonly epoch?: number;
}

/** A row that this tab has loaded or added; without a key as long as it is not stored. */
interface OwnRow {
  key: IDBValidKey | undefined;
}

type Job = (updates: IDBObjectStore, boards: IDBObjectStore) => void;

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((done, fail) => {
    transaction.oncomplete = () => done();
    transaction.onerror = transaction.onabort = () => fail(transaction.error);
  });
}

async function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(database, version);
  request.onupgradeneeded = () => {
    const made = request.result;
    made.createObjectStore("updates", { autoIncrement: true }).createIndex("board", "board");
    made.createObjectStore("boards");
  };
  const opened = result(request);
  // A browser that keeps us waiting would keep the page from connecting.
  let isLate = false;
  const late = new Promise<never>((_, fail) => void setTimeout(() => {
    isLate = true;
    fail(new Error("the database is late"));
  }, patience));
  opened.then((made) => void (isLate && made.close()), () => undefined);
  return Promise.race([opened, late]);
}

/** The boards of which there is anything. */
function names(updates: IDBObjectStore): Promise<readonly string[]> {
  return new Promise((done, fail) => {
    const found: string[] = [];
    const request = updates.index("board").openKeyCursor(null, "nextunique");
    request.onerror = () => fail(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) return done(found);
      found.push(String(cursor.key));
      cursor.continue();
    };
  });
}

function storeIn(opened: IDBDatabase): OfflineStore {
  let waiting: Job[] = [];
  /** Of these, the marks to change, by board. */
  const changes = new Map<string, Change[]>();
  let running: Promise<void> | undefined;

  const begin = () => opened.transaction(["updates", "boards"], "readwrite");

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const jobs = waiting;
      waiting = [];
      changes.clear();
      try {
        const transaction = begin();
        const done = finished(transaction);
        const [updates, boards] = [
          transaction.objectStore("updates"), transaction.objectStore("boards"),
        ];
        for (const job of jobs) job(updates, boards);
        await done;
      } catch {
        // The disk is full, or the browser took the database away: only reloads suffer.
      }
    }
    running = undefined;
  }

  function enqueue(job: Job): void {
    waiting.push(job);
    running ??= Promise.resolve().then(run);
  }

  /** All that wait for a board are one job: two would each begin from what they have read. */
  function change(board: string, how: Change): void {
    const before = changes.get(board);
    if (before) return void before.push(how);
    const all = [how];
    changes.set(board, all);
    enqueue((_, boards) => {
      const request: IDBRequest<Marks | undefined> = boards.get(board);
      request.onsuccess = () => {
        const marks = all.reduce((now, one) => one(now), request.result);
        if (marks) boards.put(marks, board);
      };
    });
  }

  const settled = async () => {
    while (running) await running;
  };

  return {
    durable: true,
    async rooms(jam, sub) {
      try {
        return roomsIn(await names(opened.transaction("updates").objectStore("updates")), jam, sub);
      } catch {
        return [];
      }
    },
    async unsent(jam, sub) {
      await settled();
      try {
        const boards = opened.transaction("boards").objectStore("boards");
        const [names, marks] = await Promise.all([
          result(boards.getAllKeys()), result<Marks[]>(boards.getAll()),
        ]);
        return unsentIn(names.map((name, at) => [String(name), marks[at]]), jam, sub);
      } catch {
        return undefined;
      }
    },
    open: (key) => boardIn({ opened, enqueue, change, settled }, nameOf(key)),
    settled,
  };
}

interface Queue {
  readonly opened: IDBDatabase;
  readonly enqueue: (job: Job) => void;
  readonly change: (board: string, how: Change) => void;
  readonly settled: () => Promise<void>;
}

function boardIn(queue: Queue, board: string): BoardStore {
  const { opened, enqueue, change, settled } = queue;
  let own = new Set<OwnRow>();
  const marker = createMarker();

  /** `then` runs once the row is there, in the same transaction. */
  function add(update: Uint8Array, then?: (rows: IDBObjectStore) => void): void {
    const row: OwnRow = { key: undefined };
    own.add(row);
    const value: UpdateRow = { board, update, epoch: marker.epoch };
    enqueue((rows) => {
      const request = rows.add(value);
      request.onsuccess = () => {
        row.key = request.result;
        then?.(rows);
      };
      // the key is free again, and the next who adds something gets it
      rows.transaction.addEventListener("abort", () => void (row.key = undefined));
    });
  }

  function takeOwn(take: (rows: IDBObjectStore, key: IDBValidKey) => void): void {
    const taken = own;
    own = new Set();
    // Rows that are added in the same transaction have their keys once this is answered.
    enqueue((rows) => void (rows.get(0).onsuccess = () => {
      for (const { key } of taken) if (key !== undefined) take(rows, key);
    }));
  }

  async function read() {
    const transaction = opened.transaction(["updates", "boards"], "readonly");
    const index = transaction.objectStore("updates").index("board");
    const [rows, keys, marks] = await Promise.all([
      result<UpdateRow[]>(index.getAll(board)),
      result(index.getAllKeys(board)),
      result<Marks | undefined>(transaction.objectStore("boards").get(board)),
    ]);
    if (rows.length === 0 && !marks) return undefined;
    const { epoch, unsaved } = marker.load(marks);
    const updates: Uint8Array[] = [];
    rows.forEach((row, at) => {
      if (!isOfEpoch(row, epoch)) return;
      updates.push(row.update);
      own.add({ key: keys[at] });
    });
    return { updates, epoch, unsaved };
  }

  return {
    async load() {
      await settled();
      return read().catch(() => "failed" as const);
    },
    append: (update) => add(update),
    mark: (marks) => change(board, marker.mark(marks)),
    sent: ({ stamps }) => change(board, without(stamps)),
    setAside() {
      takeOwn((rows, key) => rename(rows, key, asideOf(board)));
      change(board, marker.forget());
    },
    forget() {
      takeOwn((rows, key) => rows.delete(key));
      change(board, marker.forget());
    },
    replace(update) {
      const former = own;
      own = new Set();
      add(update, (rows) => {
        for (const { key } of former) if (key !== undefined) rows.delete(key);
        rows.transaction.addEventListener("abort", () => former.forEach((row) => own.add(row)));
      });
    },
  };
}

function rename(rows: IDBObjectStore, key: IDBValidKey, board: string): void {
  const request: IDBRequest<UpdateRow | undefined> = rows.get(key);
  request.onsuccess = () => {
    if (request.result) rows.put({ ...request.result, board }, key);
  };
}

/**
 * A connection of one's own, as another tab has one. `lost` is called when the next one may be
 * better. Where the browser does not let us, it is a store for as long as the page; what IndexedDB
 * then keeps nobody can say.
 */
export async function connectStore(lost: () => void = () => undefined): Promise<OfflineStore> {
  try {
    const opened = await openDatabase(globalThis.indexedDB);
    // A later version of this page, in another tab, may need the database to itself.
    opened.onversionchange = () => {
      opened.close();
      lost();
    };
    opened.onclose = lost;
    return storeIn(opened);
  } catch {
    lost();
    const store = memoryStore();
    return "indexedDB" in globalThis ? { ...store, unsent: async () => undefined } : store;
  }
}

let shared: Promise<OfflineStore> | undefined;

/** The same for all who ask on this page, so that their calls take effect in their order. */
export function openStore(): Promise<OfflineStore> {
  if (shared) return shared;
  const own: Promise<OfflineStore> = connectStore(() => {
    if (shared === own) shared = undefined;
  });
  return (shared = own);
}
