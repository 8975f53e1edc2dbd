/** Runs in a real browser, for what node does not have; posts what it found to "/". */
import * as Y from "yjs";
import { openStore } from "../provider/indexeddb";
import type { BoardKey } from "../provider/store";

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
  const store = await openStore();
  check("it is durable", store.durable);
  check("nothing is there at first", (await store.load(key)) === undefined);

  const doc = new Y.Doc();
  doc.on("update", (update: Uint8Array) => store.append(key, update));
  for (let at = 0; at < 120; at++) doc.getText("t").insert(at, String(at % 10));
  store.mark(key, { epoch: 3, unsaved: 7 });
  await store.settled();

  const second = await openStore();
  const found = await second.load(key);
  check("another tab finds it", textOf(found?.updates ?? []) === doc.getText("t").toString());
  check("with its marks", found?.epoch === 3 && found.unsaved === 7);
  check("and knows its room", (await second.rooms("demo", "ann")).join() === "radio");
  check("for this person and jam", (await second.rooms("demo", "ben")).length === 0);
  await second.settled();
  const joined = await second.load(key);
  check("many updates have become one", joined?.updates.length === 1);
  check("that says the same", textOf(joined?.updates ?? []) === doc.getText("t").toString());
  check("other people's boards are others", !(await second.load({ ...key, sub: "ben" })));

  store.append(key, Y.encodeStateAsUpdate(new Y.Doc()));
  const fresh = new Y.Doc();
  fresh.getText("t").insert(0, "fresh");
  store.replace(key, Y.encodeStateAsUpdate(fresh));
  fresh.on("update", (update: Uint8Array) => store.append(key, update));
  fresh.getText("t").insert(5, "er");
  const replaced = await store.load(key);
  check("replaced, and what came right after it", textOf(replaced?.updates ?? []) === "fresher");
  check("and nothing else", replaced?.updates.length === 2);
}

void run()
  .catch((error: unknown) => check(String(error), false))
  .then(() => fetch("/", { method: "POST", body: checks.join("\n") }));
