import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import "./formatting";
import "./paths";

const copyOf = (doc: Y.Doc): Y.Doc => {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
};

/** Two documents with `count` texts each, and one update that changes all of them. */
function many(count: number, letters: string): { readonly page: Y.Doc; readonly update: Uint8Array } {
  const writer = new Y.Doc();
  const texts = Array.from({ length: count }, () => new Y.Text("t"));
  writer.getArray<Y.Text>("other").push(texts);
  const page = copyOf(writer);
  const before = Y.encodeStateVector(writer);
  writer.transact(() => texts.forEach((text) => {
    for (const letter of letters) text.insert(0, letter);
  }));
  return { page, update: Y.encodeStateAsUpdate(writer, before) };
}

test("an update that changes thousands of texts is taken", () => {
  const { page, update } = many(20_000, "x");
  Y.applyUpdate(page, update);
  assert.equal(String(page.getArray("other").get(19_999)), "xt");
});

test("texts that others change begin no transaction of their own", () => {
  const { page, update } = many(100, "abc");
  let transactions = 0;
  page.on("afterTransaction", () => transactions++);
  Y.applyUpdate(page, update);
  assert.equal(transactions, 1);
});

test("places in a text are found anew after others have changed it", () => {
  const writer = new Y.Doc();
  writer.getText("t").insert(0, "a".repeat(200));
  for (let at = 0; at < 50; at++) writer.getText("t").insert(at * 3, "b");
  const page = copyOf(writer);
  const text = page.getText("t");
  for (let at = 0; at < 50; at++) text.insert(at * 4, "c");
  text.insert(150, "here");
  Y.applyUpdate(writer, Y.encodeStateAsUpdate(page));
  const before = Y.encodeStateVector(writer);
  writer.getText("t").insert(10, "others".repeat(10));
  Y.applyUpdate(page, Y.encodeStateAsUpdate(writer, before));
  const wanted = String(text).slice(0, 210) + "X" + String(text).slice(210);
  text.insert(210, "X");
  assert.equal(String(text), wanted);
});

test("listeners of a text are told, and of the tree above it", () => {
  const writer = new Y.Doc();
  const inner = new Y.Text("a");
  writer.getMap("shapes").set("one", inner);
  const page = copyOf(writer);
  const heard: string[] = [];
  const text = page.getMap("shapes").get("one") as Y.Text;
  text.observe((event) => heard.push(JSON.stringify(event.delta)));
  page.getMap("shapes").observeDeep(([event]) => heard.push(String(event?.path)));
  let isLocal: boolean | undefined;
  page.on("update", (_update, _origin, _doc, change: Y.Transaction) => (isLocal = change.local));
  const before = Y.encodeStateVector(writer);
  inner.insert(1, "b");
  Y.applyUpdate(page, Y.encodeStateAsUpdate(writer, before));
  assert.deepEqual(heard, ['[{"retain":1},{"insert":"b"}]', "one"]);
  assert.equal(isLocal, false, "it was somebody else's");
});
