/**
 * The offline store of browsers: one database, `updates` (in order of arrival, with the board's
 * name) and `boards` (epoch and unsaved count). What is asked for while a transaction runs goes
 * into the next one together, so a fast typist costs one transaction at a time.
 */
import * as Y from "yjs";
import { memoryStore, nameOf, roomsIn } from "./store";
import type { OfflineStore, StoredBoard } from "./store";

const database = "jamboree";
const version = 1;
/** So long, in ms, the browser may take to open the database. */
const patience = 3_000;
/** From so many updates on they are joined into one when the board is loaded. */
const many = 50;

interface UpdateRow {
  readonly board: string;
  readonly update: Uint8Array;
}

interface Marks {
  readonly epoch: number;
  readonly unsaved: number;
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

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(database, version);
  request.onupgradeneeded = () => {
    const made = request.result;
    made.createObjectStore("updates", { autoIncrement: true }).createIndex("board", "board");
    made.createObjectStore("boards");
  };
  // A browser that keeps us waiting would keep the page from connecting.
  const late = new Promise<never>((_, fail) => void setTimeout(fail, patience));
  return Promise.race([result(request), late]);
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

/** Deletes what a board has now, up to and with `last` if given; what is added later stays. */
function deleteUpdates(updates: IDBObjectStore, board: string, last?: IDBValidKey): void {
  const keys = updates.index("board").getAllKeys(board);
  keys.onsuccess = () => {
    for (const key of keys.result) {
      if (last === undefined || indexedDB.cmp(key, last) <= 0) updates.delete(key);
    }
  };
}

function storeIn(opened: IDBDatabase): OfflineStore {
  // A later version of this page, in another tab, may need the database to itself.
  opened.onversionchange = () => opened.close();
  let waiting: Job[] = [];
  let running: Promise<void> | undefined;

  const begin = () => opened.transaction(["updates", "boards"], "readwrite");

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const jobs = waiting;
      waiting = [];
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

  const settled = async () => {
    while (running) await running;
  };

  async function read(name: string): Promise<StoredBoard | undefined> {
    const transaction = opened.transaction(["updates", "boards"], "readonly");
    const index = transaction.objectStore("updates").index("board");
    const [rows, keys, marks] = await Promise.all([
      result<UpdateRow[]>(index.getAll(name)),
      result(index.getAllKeys(name)),
      result<Marks | undefined>(transaction.objectStore("boards").get(name)),
    ]);
    const last = keys[keys.length - 1];
    if (rows.length === 0 && !marks) return undefined;
    const updates = rows.map(({ update }) => update);
    if (updates.length >= many && last !== undefined) compact(name, updates, last);
    return { updates, epoch: marks?.epoch ?? 0, unsaved: marks?.unsaved ?? 0 };
  }

  /** What another tab has written since is newer than `last`, and stays. */
  function compact(board: string, updates: readonly Uint8Array[], last: IDBValidKey): void {
    const update = Y.mergeUpdates([...updates]);
    enqueue((rows) => {
      deleteUpdates(rows, board, last);
      rows.add({ board, update });
    });
  }

  return {
    durable: true,
    async load(key) {
      await settled();
      return read(nameOf(key)).catch(() => undefined);
    },
    async rooms(jam, sub) {
      try {
        return roomsIn(await names(opened.transaction("updates").objectStore("updates")), jam, sub);
      } catch {
        return [];
      }
    },
    append(key, update) {
      enqueue((rows) => rows.add({ board: nameOf(key), update }));
    },
    mark(key, { epoch, unsaved }) {
      enqueue((_, boards) => boards.put({ epoch, unsaved }, nameOf(key)));
    },
    replace(key, update) {
      const board = nameOf(key);
      enqueue((rows) => {
        deleteUpdates(rows, board);
        rows.add({ board, update });
      });
    },
    settled,
  };
}

/** IndexedDB where the browser has it and lets us; otherwise a store for as long as the page. */
export async function openStore(): Promise<OfflineStore> {
  try {
    return storeIn(await openDatabase(globalThis.indexedDB));
  } catch {
    return memoryStore();
  }
}
