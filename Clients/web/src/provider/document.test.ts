import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { fakeWorld } from "../testing/fake";
import { loaded } from "../testing/kept";
import { createDocument } from "./document";
import { memoryStore } from "./store";
import type { BoardKey } from "./store";

const key: BoardKey = { jam: "demo", room: "radio", board: "main", sub: "ann" };

function scene() {
  const world = fakeWorld();
  const store = memoryStore();
  const live = createDocument({
    store: store.open(key), environment: world.environment,
    edited: () => undefined, announce: () => undefined, broken: () => undefined,
  });
  const kept = async (): Promise<readonly Uint8Array[]> =>
    (await loaded(store, key))?.updates ?? [];
  const docOf = (updates: readonly Uint8Array[]): Y.Doc => {
    const doc = new Y.Doc();
    for (const update of updates) Y.applyUpdate(doc, update);
    return doc;
  };
  return { world, store, live, kept, docOf };
}

test("a long session is joined while it goes on, not at the next load", async () => {
  const { world, live, kept, docOf } = scene();
  const points = live.doc.getArray<number>("points");
  let most = 0;
  for (let at = 0; at < 20_000; at++) {
    points.push([at]);
    if (at % 100 !== 0) continue;
    await world.pass(500);
    most = Math.max(most, (await kept()).length);
  }
  await world.pass(2_000);
  const rows = await kept();
  assert(most <= 5_300, `${most} rows`);
  assert.deepEqual(docOf(rows).getArray("points").length, 20_000);
  live.release();
});

test("what waits for something that is missing is not lost when rows are joined", async () => {
  const { world, live, kept, docOf } = scene();
  const other = new Y.Doc();
  const updates: Uint8Array[] = [];
  other.on("update", (update: Uint8Array) => updates.push(update));
  other.getText("t").insert(0, "a");
  other.getText("t").insert(1, "b");
  other.getText("t").delete(0, 1);
  const [first, ...rest] = updates;
  for (const update of rest) live.receive(update);
  live.restore(Array.from({ length: 50 }, () => rest[0] as Uint8Array));
  await world.pass(2_000);
  const rows = await kept();
  assert.equal(rows.length, 1);
  const doc = docOf([...rows, first as Uint8Array]);
  assert.equal(doc.getText("t").toString(), "b");
  live.release();
});

test("what another tab keeps meanwhile stays", async () => {
  const { world, store, live, kept, docOf } = scene();
  const fresh = new Y.Doc();
  fresh.getText("t").insert(0, "other tab");
  const other = store.open(key);
  for (let at = 0; at < 600; at++) {
    live.doc.getArray("points").push([at]);
    if (at === 550) other.append(Y.encodeStateAsUpdate(fresh));
  }
  await world.pass(2_000);
  const rows = await kept();
  assert.equal(rows.length, 2);
  assert.equal(docOf(rows).getText("t").toString(), "other tab");
  live.release();
});
