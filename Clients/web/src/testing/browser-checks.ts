/** Runs in a real browser, for what node does not have; posts what it found to "/". */
import * as Y from "yjs";
import { createDocument } from "../provider/document";
import { browserEnvironment } from "../provider/environment";
import { connectStore, openStore } from "../provider/indexeddb";
import { asideOf, nameOf } from "../provider/store";
import type { BoardKey } from "../provider/store";
import { loaded, read, unsentOf } from "./kept";

const key: BoardKey = { jam: "demo", room: "radio", board: "main", sub: "ann" };
const checks: string[] = [];

function check(what: string, holds: boolean): void {
  checks.push(`${holds ? "ok" : "WRONG"}: ${what}`);
}

function textOf(updates: readonly Uint8Array[]): string {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc.getText("t").toString();
}

async function run(): Promise<void> {
  const store = await connectStore();
  const tab = store.open(key);
  check("it is durable", store.durable);
  check("nothing is there at first", (await loaded(store, key)) === undefined);

  const doc = new Y.Doc();
  doc.on("update", (update: Uint8Array) => tab.append(update));
  for (let at = 0; at < 120; at++) doc.getText("t").insert(at, String(at % 10));
  tab.mark({ epoch: 3, unsaved: 7 });
  await store.settled();

  const second = await connectStore();
  const other = second.open(key);
  const found = await read(other);
  check("another tab finds it", textOf(found?.updates ?? []) === doc.getText("t").toString());
  check("with its marks", found?.epoch === 3 && found.unsaved === 7);
  check("and knows its room", (await second.rooms("demo", "ann")).join() === "radio");
  check("for this person and jam", (await second.rooms("demo", "ben")).length === 0);
  check("other people's boards are others", !(await loaded(second, { ...key, sub: "ben" })));

  doc.getText("t").insert(0, "unsent");
  await store.settled();
  const fresh = new Y.Doc();
  fresh.getText("t").insert(0, "fresh");
  other.replace(Y.encodeStateAsUpdate(fresh));
  fresh.on("update", (update: Uint8Array) => other.append(update));
  fresh.getText("t").insert(5, "er");
  await second.settled();
  const replaced = (await loaded(second, key))?.updates ?? [];
  check("replaced, and what came right after it", textOf(replaced.slice(1)) === "fresher");
  check("and what the first tab has added since", replaced.length === 3);
  tab.replace(Y.encodeStateAsUpdate(doc));
  await store.settled();
  check("a tab takes away its own", (await loaded(store, key))?.updates.length === 3);
  await setAside();
  await longSession();
  await lateDatabase();
  await lostDatabase();
}

/** What cannot be read is not loaded again, not listed and not lost. */
async function setAside(): Promise<void> {
  const where: BoardKey = { ...key, room: "odd" };
  const store = await connectStore();
  const tab = store.open(where);
  tab.mark({ epoch: 3, unsaved: 2 });
  tab.append(new Uint8Array([1, 2, 3]));
  const unsent = await unsentOf(store);
  check("what is unsent is known", unsent.some(({ room, count }) => room === "odd" && count === 2));
  check("to its person alone", (await unsentOf(store, "ben")).length === 0);
  tab.mark({ epoch: 3, unsaved: 2 });
  for (const one of unsent.filter(({ room }) => room === "odd")) tab.sent(one);
  const still = await unsentOf(store);
  check("what was marked anew is not sent", still.some(({ room }) => room === "odd"));
  for (const one of still.filter(({ room }) => room === "odd")) tab.sent(one);
  const gone = await unsentOf(store);
  check("what was sent does not wait", !gone.some(({ room }) => room === "odd"));
  // in one transaction with being set aside
  tab.append(new Uint8Array([4, 5, 6]));
  tab.setAside();
  tab.mark({ epoch: 3, unsaved: 0 });
  await store.settled();
  const again = await loaded(await connectStore(), where);
  check("what was set aside is not loaded again", again?.updates.length === 0);
  check("nor listed", !(await store.rooms("demo", "ann")).includes("odd"));
  check("nor unsent", !(await unsentOf(store)).some(({ room }) => room === "odd"));
  const opened = await new Promise<IDBDatabase>((done) => {
    const request = indexedDB.open("jamboree");
    request.onsuccess = () => done(request.result);
  });
  const rows = await new Promise<readonly { readonly board: string }[]>((done) => {
    const request = opened.transaction("updates").objectStore("updates").getAll();
    request.onsuccess = () => done(request.result as { readonly board: string }[]);
  });
  const aside = rows.filter(({ board }) => board === asideOf(nameOf(where)));
  check("all of it is still there", aside.length === 2);
}

/** A hub's session of an afternoon: each update of everybody is a row, and then the page comes. */
async function longSession(): Promise<void> {
  const where: BoardKey = { ...key, room: "long" };
  const store = await connectStore();
  const writing = store.open(where);
  const docs = [1, 2, 3, 4, 5].map((client) => {
    const doc = new Y.Doc();
    doc.clientID = client;
    doc.on("update", (update: Uint8Array) => writing.append(update));
    doc.getMap("shapes").set(`stroke ${client}`, new Y.Array());
    return doc;
  });
  for (let at = 0; at < 20_000; at++) {
    const doc = docs[at % 5] as Y.Doc;
    const [stroke] = [...doc.getMap("shapes").values()];
    (stroke as Y.Array<number>).push([1, 2]);
  }
  await store.settled();
  const begun = performance.now();
  const again = await connectStore();
  const reading = again.open(where);
  const live = createDocument({
    store: reading, environment: browserEnvironment(),
    edited: () => undefined, announce: () => undefined, broken: () => undefined,
  });
  const updates = (await read(reading))?.updates ?? [];
  check(`all rows are there: ${updates.length}`, updates.length === 20_005);
  live.restore(updates);
  const took = performance.now() - begun;
  const points = [...live.doc.getMap("shapes").values()]
    .reduce((sum: number, stroke) => sum + (stroke as Y.Array<number>).length, 0);
  check("with all points", points === 40_000);
  check(`20,000 updates are loaded in ${Math.round(took)} ms`, took < 5_000);
  await new Promise((done) => void setTimeout(done, 1_500));
  await again.settled();
  const joined = (await loaded(again, where))?.updates ?? [];
  check("and have become one", joined.length === 1);
  const [one = new Uint8Array()] = joined;
  check("that says the same", one.join() === Y.encodeStateAsUpdate(live.doc).join());
  live.release();
}

/** A browser that is slow to open it says neither that there is something nor that there is not. */
async function lateDatabase(): Promise<void> {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest;
  const store = await openStore();
  IDBFactory.prototype.open = open;
  check("a database that is late keeps nothing", !store.durable);
  check("and nobody knows what waits", (await store.unsent("demo", "ann")) === undefined);
  check("the next who asks gets a better one", (await openStore()).durable);
  check("and all others the same", (await openStore()) === (await openStore()));
}

/** A later page, in another tab, needs the database in another form. */
async function lostDatabase(): Promise<void> {
  const store = await openStore();
  store.open(key).mark({ epoch: 3, unsaved: 2 });
  const before = await unsentOf(store);
  check("something waits", before.some(({ room, count }) => room === "radio" && count >= 2));
  await new Promise<void>((done) => {
    const request = indexedDB.open("jamboree", 2);
    request.onsuccess = () => done();
  });
  check("what cannot be read is not known", (await store.unsent("demo", "ann")) === undefined);
  check("nor is what a board has", (await store.open(key).load()) === "failed");
  const other = await openStore();
  check("nor to who asks then", (await other.unsent("demo", "ann")) === undefined);
}

void run()
  .catch((error: unknown) => check(String(error), false))
  .then(() => fetch("/", { method: "POST", body: checks.join("\n") }));
