import { test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { hex, loadEngine, unhex } from "../testing/engine";
import { EngineError, Subdocument, type EngineErrorCode, type Value } from ".";

const refuses = (code: EngineErrorCode, run: () => unknown): void =>
  assert.throws(run, (error: unknown) => error instanceof EngineError && error.code === code);

const nested = (levels: number): Value => {
  let value: Value = "inside";
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { inner: value };
  return value;
};

test("plain values around XML, whose text is asked for while they are read", async () => {
  const engine = await loadEngine();
  for (const children of [1, 20, 200]) {
    for (const keys of [1, 60, 600]) {
      const doc = engine.newDoc();
      const map = doc.getMap("m");
      doc.transact(() => {
        const node = map.setNew("xml", "xmlFragment");
        for (let index = 0; index < children; index++) node.insertText(index).insert(0, `some text ${index}`);
        for (let index = 0; index < keys; index++) map.set(`key${index}`, `value ${index}`);
      });
      const array = doc.getArray("a");
      for (let index = 0; index < 10; index++) {
        array.insertNew(index * 2, "xmlText").insert(0, `text ${index}`);
        array.push(`plain ${index}`);
      }
      const values = Array.from({ length: keys }, (_, index) => [`key${index}`, `value ${index}`] as const);
      const text = Array.from({ length: children }, (_, index) => `some text ${index}`).join("");
      assert.deepEqual(map.toJSON() as unknown, { xml: text, ...Object.fromEntries(values) });
      assert.deepEqual(array.toJSON() as unknown,
        Array.from({ length: 20 }, (_, index) => `${index % 2 ? "plain" : "text"} ${index >> 1}`));
      doc.free();
    }
  }
});

test("a new type is the one that was made, whatever listeners do meanwhile", async () => {
  const engine = await loadEngine();
  const doc = engine.newDoc();
  const other = engine.newDoc();
  let turns = 0;
  doc.onUpdate(() => other.getMap("log").set("turns", ++turns));
  doc.onUpdate(() => other.getMap("log").setNew(`new ${turns}`, "array").push(1));
  doc.onUpdate(() => { if (turns < 20) doc.getMap("own").setNew(`${turns}`, "text").insert(0, "own"); });
  doc.getMap("m").setNew("map", "map").set("a", 1);
  doc.getArray("a").insertNew(0, "array").push("inner");
  doc.getXmlFragment("x").insertElement(0, "p").setAttribute("k", "v");
  assert.deepEqual(doc.getMap("m").toJSON() as unknown, { map: { a: 1 } });
  assert.deepEqual(doc.getArray("a").toJSON() as unknown, [["inner"]]);
  assert.equal(doc.getXmlFragment("x").toString(), '<p k="v"></p>');
  assert(turns > 20 && Object.values(doc.getMap("own").toJSON()).every((text) => String(text).startsWith("own")));
});

test("a listener that comes within a transaction hears of it, one that goes does not", async () => {
  const doc = (await loadEngine()).newDoc();
  const map = doc.getMap("m");
  const heard: Uint8Array[] = [];
  doc.transact(() => {
    map.set("a", "earlier output");
    map.get("a");
    doc.onUpdate((update) => heard.push(update));
  });
  assert.deepEqual(heard.map(hex), [hex(doc.encodeStateAsUpdate())]);
  let gone = 0;
  const stop = doc.onUpdate(() => gone++);
  doc.transact(() => {
    map.set("b", 2);
    stop();
  });
  assert.deepEqual([heard.length, gone], [2, 0]);
  // The first listener adds one, which is told of the next update only.
  let late = 0;
  const once = doc.onUpdate(() => {
    once();
    doc.onUpdate(() => late++);
  });
  map.set("c", 3);
  assert.equal(late, 0);
  map.set("d", 4);
  assert.equal(late, 1);
});

test("values that no document can hold are refused, and nothing has changed", async () => {
  const doc = (await loadEngine()).newDoc({ clientID: 1 });
  const map = doc.getMap("m");
  const text = doc.getText("t");
  text.insert(0, "abc");
  const cyclic: Value[] = [];
  cyclic.push([cyclic]);
  const before = hex(doc.encodeStateAsUpdate());
  const wrong = [
    cyclic, nested(101), nested(600), nested(100_000), map, doc, [doc.getArray("a")], { inner: text },
    [new Subdocument("other")], Symbol("s"),
  ] as unknown as Value[];
  for (const value of wrong) {
    refuses("value", () => map.set("k", value));
    refuses("value", () => doc.getArray("a").push(1, value));
    refuses("value", () => text.insertEmbed(0, value));
    refuses("value", () => text.insert(0, "x", { mark: value }));
    refuses("value", () => text.format(0, 1, { mark: value }));
    refuses("value", () => text.applyDelta([{ insert: value }]));
    refuses("value", () => map.set("k", new Subdocument("d", { meta: value })));
  }
  assert.equal(hex(doc.encodeStateAsUpdate()), before);
  // As deep as it goes: attributes are an object around their values.
  map.set("k", nested(100));
  text.insertEmbed(0, nested(100), { mark: nested(99) });
  const copy = (await loadEngine()).newDoc();
  copy.applyUpdate(doc.encodeStateAsUpdate());
  assert.deepEqual(copy.getMap("m").get("k"), nested(100) as never);
  assert.deepEqual(copy.getText("t").toDelta()[0] as unknown, { insert: nested(100), attributes: { mark: nested(99) } });
});

test("what is deleted takes no keys", async () => {
  const doc = (await loadEngine()).newDoc({ clientID: 1 });
  const root = doc.getMap("m");
  const map = root.setNew("map", "map").set("a", 1);
  const text = root.setNew("text", "text");
  const element = root.setNew("xml", "xmlFragment").insertElement(0, "p");
  for (const key of root.keys()) root.delete(key);
  const before = hex(doc.encodeStateAsUpdate());
  let heard = 0;
  doc.onUpdate(() => heard++);
  refuses("gone", () => map.set("a", 2));
  refuses("gone", () => map.set("d", new Subdocument("d")));
  refuses("gone", () => map.setNew("b", "map"));
  refuses("gone", () => map.delete("a"));
  refuses("gone", () => map.clear());
  for (const type of [text, element]) {
    refuses("gone", () => type.setAttribute("k", "v"));
    refuses("gone", () => type.removeAttribute("k"));
  }
  doc.transact(() => refuses("gone", () => map.set("a", 2)));
  assert.deepEqual([map.toJSON() as unknown, map.get("a"), text.toString()], [{}, undefined, ""]);
  assert.equal(hex(doc.encodeStateAsUpdate()), before);
  assert.equal(heard, 0);
  root.delete("never set");
  root.clear();
  root.set("a", 1);
  assert.equal(heard, 1);
});

test("a type's number that was never given is an error, not a trap", async () => {
  const doc = (await loadEngine()).newDoc();
  doc.getMap("m").set("a", 1);
  for (const number of [-1, 1, 2 ** 31 - 1]) {
    const { calls } = doc.module;
    for (const result of [
      calls.length(doc.live, number), calls.name(doc.live, number), calls.text(doc.live, number),
      calls.plain(doc.live, number, 0), calls.runs(doc.live, number), calls.elements(doc.live, number),
      calls.entries(doc.live, number), calls.value(doc.live, number, 0), calls.clear(doc.live, number, 1),
      calls.delete(doc.live, number, 0, 0, 1), calls.applyDelta(doc.live, number, 0, 1),
    ]) refuses("value", () => doc.module.check(result));
  }
  assert.deepEqual(doc.getMap("m").toJSON() as unknown, { a: 1 });
});

test("the client id is an integer, and the one that the engine goes on under", async () => {
  const doc = (await loadEngine()).newDoc({ clientID: 2 ** 53 - 1 });
  assert.equal(doc.clientID, 2 ** 53 - 1);
  for (const wrong of [-1, 0.5, NaN, Infinity, 2 ** 53, "7", null, undefined, 7n] as number[]) {
    refuses("value", () => { doc.clientID = wrong; });
  }
  assert.equal(doc.clientID, 2 ** 53 - 1);
  for (const right of [0, -0, 7]) {
    doc.clientID = right;
    assert.equal(doc.clientID, Math.abs(right));
  }
  // Client 7 has used up all of its clocks; whoever writes under that id goes on under another.
  doc.applyUpdate(unhex("0101070000ffffffffffffff0f00"));
  doc.clientID = 7;
  let within = 7;
  doc.transact(() => {
    doc.getText("t").insert(0, "abc");
    within = doc.clientID;
  });
  assert.notEqual(doc.clientID, 7);
  assert.equal(within, doc.clientID);
  assert.equal(doc.clocks().get(doc.clientID), 3);
  const yjs = new Y.Doc();
  Y.applyUpdate(yjs, doc.encodeStateAsUpdate());
  assert.equal(yjs.getText("t").toString(), "abc");
  doc.free();
  refuses("freed", () => doc.clientID);
});

test("a root is the same object for each kind that it is read as", async () => {
  const doc = (await loadEngine()).newDoc();
  assert(doc.getMap("r") === doc.getMap("r") && doc.getArray("r") === doc.getArray("r"));
  assert.notEqual(doc.getMap("r") as unknown, doc.getArray("r"));
});
