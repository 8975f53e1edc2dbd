import { test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { hex, loadEngine, unhex } from "../testing/engine";
import { EngineError, SharedMap, SharedText, Subdocument, type Doc, type EngineErrorCode, type Value } from ".";

/** Runs what has to throw an engine's error of that kind. */
function refuses(code: EngineErrorCode, run: () => unknown): EngineError {
  try { run(); } catch (error) {
    assert(error instanceof EngineError, String(error));
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`nothing was thrown, expected ${code}`);
}

/** A document of Yjs that follows one of the engine's. */
function follower(doc: Doc): Y.Doc {
  const other = new Y.Doc();
  doc.onUpdate((update) => Y.applyUpdate(other, update));
  return other;
}

test("text: what is edited here shows in Yjs, and the other way round", async () => {
  const doc = (await loadEngine()).newDoc({ clientID: 1 });
  const yjs = follower(doc);
  const text = doc.getText("t");
  text.insert(0, "Hello 🌍!");
  text.format(0, 5, { bold: true });
  text.insert(8, " Привет", { italic: { size: 3 } });
  text.insertEmbed(0, { image: "a.png" }, { width: 3 });
  text.delete(1, 1);
  text.applyDelta([{ retain: 1 }, { insert: "J", attributes: { bold: true } }, { delete: 1 }, { retain: 2, attributes: { bold: null } }]);
  assert.deepEqual(text.toDelta(), yjs.getText("t").toDelta() as unknown);
  assert.equal(text.toString(), yjs.getText("t").toString());
  assert.equal(text.length, yjs.getText("t").length);
  yjs.getText("t").insert(0, "Ünten");
  doc.applyUpdate(Y.encodeStateAsUpdate(yjs, doc.stateVector()));
  assert.equal(text.toString(), yjs.getText("t").toString());
  assert.deepEqual([...doc.encodeStateAsUpdate()], [...Y.encodeStateAsUpdate(yjs)]);
  assert.deepEqual([...doc.encodeStateAsUpdateV2()], [...Y.encodeStateAsUpdateV2(yjs)]);
  doc.free();
});

test("maps and arrays, with types inside", async () => {
  const doc = (await loadEngine()).newDoc({ clientID: 2 ** 53 - 1 });
  const yjs = follower(doc);
  const shapes = doc.getMap("shapes");
  const note = shapes.setNew("s1", "map").set("x", 40).set("y", -0.5);
  note.setNew("text", "text").insert(0, "a note");
  const points = note.setNew("points", "array");
  points.push(1, 2, 4);
  points.insert(2, [3, "three"]);
  points.delete(3);
  points.insertNew(4, "map").set("deep", true);
  assert.deepEqual(shapes.toJSON(), yjs.getMap("shapes").toJSON() as Value as never);
  assert.deepEqual(shapes.toJSON() as unknown, {
    s1: { x: 40, y: -0.5, text: "a note", points: [1, 2, 3, 4, { deep: true }] },
  });
  assert(shapes.get("s1") === note, "a type is the same object each time");
  assert(shapes.get("s1") instanceof SharedMap && note.get("text") instanceof SharedText);
  assert.deepEqual([note.has("x"), note.has("z"), note.size, shapes.keys()], [true, false, 4, ["s1"]]);
  assert.equal(points.length, 5);
  assert.equal(points.get(1), 2);
  note.delete("x");
  note.clear();
  assert.deepEqual([note.toJSON(), note.get("x")], [{}, undefined]);
  assert.deepEqual(yjs.getMap("shapes").toJSON() as unknown, { s1: {} });
  assert.deepEqual([...doc.clocks().keys()], [2 ** 53 - 1]);
  doc.free();
});

test("values come back as they were, and are those of Yjs", async () => {
  const doc = (await loadEngine()).newDoc({ clientID: 1 });
  const yjs = follower(doc);
  const values: Value[] = [
    undefined, null, true, false, 0, -0, 1, -1, 63, 64, -64, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 40,
    2 ** 53 - 1, 2 ** 53, 1.5, 0.1, -1e-7, 1e21, 1e300, 5e-324, 1.7976931348623157e308, NaN, Infinity, -Infinity,
    0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), "", "text", "Ünïcödé 🌍", "\ufeffmark", "e\u0301", "é",
    new Uint8Array([0, 255]), new Uint8Array(), [], {}, [undefined, [null, { a: [] }]],
    { b: 1, a: { "10": 1, "2": 2, c: undefined } }, Object.fromEntries([["__proto__", { polluted: true }]]),
  ];
  const map = doc.getMap("m");
  const array = doc.getArray("a");
  values.forEach((value, index) => map.set(`k${index}`, value));
  array.push(...values);
  const copy = (await loadEngine()).newDoc();
  copy.applyUpdateV2(doc.encodeStateAsUpdateV2());
  for (const each of [doc, copy]) {
    values.forEach((value, index) => {
      assert.deepEqual(each.getMap("m").get(`k${index}`), value as never);
      assert(Object.is(each.getMap("m").get(`k${index}`), value) || typeof value === "object");
      assert.deepEqual(each.getArray("a").get(index), value as never);
    });
  }
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  // Yjs has no way to read a key "__proto__"; all others are the same there.
  values.slice(0, -1).forEach((value, index) => {
    assert.deepEqual(yjs.getMap("m").get(`k${index}`), value as never);
  });
  copy.free();
  doc.free();
});

test("numbers in marks and embeds are read and written as JavaScript does", async () => {
  const doc = (await loadEngine()).newDoc({ clientID: 1 });
  const numbers = [
    0, 1, 100, 1e21, 1e-7, 123456789012345680000, 0.1, 1 / 3, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
    2 ** 53, 4294967296, 2147483648, -2147483649, 1e15 + 0.5, 9007199254740993, 1.1e-310, 0.30000000000000004,
  ];
  const text = doc.getText("t");
  for (const number of numbers) text.insertEmbed(0, { number, text: String(number) });
  // Embeds are JSON inside of the document: each was written once and is read each time.
  const found = text.toDelta().map(({ insert }) => insert as { number: number; text: string });
  assert.equal(found.length, numbers.length);
  found.reverse().forEach(({ number, text: shown }, index) => {
    assert(Object.is(number, numbers[index]), `${number} instead of ${shown}`);
  });
  const yjs = new Y.Doc();
  Y.applyUpdate(yjs, doc.encodeStateAsUpdate());
  assert.deepEqual(text.toDelta(), yjs.getText("t").toDelta() as unknown);
  doc.free();
});

test("XML and subdocuments", async () => {
  const doc = (await loadEngine()).newDoc({ clientID: 1 });
  const yjs = follower(doc);
  const fragment = doc.getXmlFragment("x");
  const section = fragment.insertElement(0, "Section");
  section.setAttribute("lang", "be");
  section.setAttribute("class", "a");
  section.removeAttribute("class");
  const text = section.insertText(0);
  text.insert(0, "plain bold", {});
  text.format(6, 4, { b: { x: "1" } });
  section.insertElement(1, "br");
  assert.equal(fragment.toString(), '<section lang="be">plain <b x="1">bold</b><br></br></section>');
  assert.equal(fragment.toString(), yjs.getXmlFragment("x").toString());
  assert.equal(section.name, "Section");
  assert.deepEqual(section.attributes, [["lang", "be"]]);
  assert.equal(section.children.length, 2);
  section.delete(1);
  assert.equal(section.length, 1);
  refuses("notAnElement", () => fragment.setAttribute("a", 1));
  doc.getMap("m").set("d", new Subdocument("other", { meta: { title: "t" } }));
  const found = doc.getMap("m").get("d");
  assert(found instanceof Subdocument && found.guid === "other");
  assert.deepEqual(found.options, { meta: { title: "t" } });
  assert.equal((yjs.getMap("m").get("d") as Y.Doc).guid, "other");
  doc.free();
});

test("a transaction is one update, and an error inside keeps what came before it", async () => {
  const doc = (await loadEngine()).newDoc({ clientID: 1 });
  const updates: [string, unknown][] = [];
  const stop = doc.onUpdate((update, origin) => updates.push([hex(update), origin]));
  const map = doc.getMap("m");
  const sum = doc.transact(() => {
    map.set("a", 1);
    map.set("b", (map.get("a") as number) + 1);
    doc.transact(() => map.set("c", 3));
    return map.size;
  }, "me");
  assert.equal(sum, 3);
  assert.equal(updates.length, 1);
  assert.equal(updates[0]?.[1], "me");
  doc.transact(() => undefined);
  map.delete("nothing");
  assert.equal(updates.length, 1, "what changes nothing is no update");
  assert.throws(() => doc.transact(() => {
    map.set("d", 4);
    throw new TypeError("mine");
  }), /mine/);
  assert.deepEqual(map.get("d"), 4);
  assert.equal(updates.length, 2);
  doc.transact(() => {
    refuses("busy", () => doc.applyUpdate(unhex("0000")));
    refuses("busy", () => { doc.clientID = 5; });
    refuses("busy", () => doc.free());
    refuses("outOfBounds", () => doc.getText("t").insert(1, "x"));
    assert(doc.encodeStateAsUpdate().length > 2 && doc.stateVector().length > 1);
  });
  stop();
  map.set("e", 5);
  assert.equal(updates.length, 2);
  const copy = (await loadEngine()).newDoc();
  for (const [update] of updates) copy.applyUpdate(unhex(update));
  assert.deepEqual(copy.getMap("m").toJSON() as unknown, { a: 1, b: 2, c: 3, d: 4 });
  copy.free();
  doc.free();
});

test("updates of others: told of once, waited for, and a client id in use is given up", async () => {
  const engine = await loadEngine();
  const doc = engine.newDoc({ clientID: 1 });
  const seen: [string, unknown][] = [];
  doc.onUpdate((update, origin) => seen.push([hex(update), origin]));
  const yjs = new Y.Doc();
  yjs.clientID = 7;
  const sent: Uint8Array[] = [];
  yjs.on("update", (update: Uint8Array) => sent.push(update));
  yjs.getText("t").insert(0, "ab");
  yjs.getText("t").insert(2, "cd");
  const [first, second] = sent as [Uint8Array, Uint8Array];
  assert.deepEqual(doc.applyUpdate(second, "network"), { changed: false, pending: true });
  assert.deepEqual(doc.applyUpdate(first, "network"), { changed: true, pending: false });
  assert.deepEqual(doc.applyUpdate(first, "network"), { changed: false, pending: false });
  assert.deepEqual(seen.map(([, origin]) => origin), ["network"]);
  assert.equal(doc.getText("t").toString(), "abcd");
  assert.deepEqual([...doc.clocks()], [[7, 4]]);
  doc.clientID = 7;
  doc.getText("t").insert(0, "!");
  assert.deepEqual([...doc.clocks()], [[7, 5]]);
  const stolen = new Y.Doc();
  stolen.clientID = 7;
  Y.applyUpdate(stolen, doc.encodeStateAsUpdate());
  const vector = Y.encodeStateVector(stolen);
  stolen.clientID = 7;
  stolen.getText("t").insert(0, "?");
  doc.applyUpdate(Y.encodeStateAsUpdate(stolen, vector), "network");
  assert(doc.clientID !== 7, "two who write under one id would lose each other's letters");
  assert.equal(seen.length, 3, "that update too is told of");
  doc.free();
});

test("merging, differences and conversion without a document", async () => {
  const engine = await loadEngine();
  const yjs = new Y.Doc();
  const updates: Uint8Array[] = [];
  yjs.on("update", (update: Uint8Array) => updates.push(update));
  for (let step = 0; step < 20; step++) yjs.getText("t").insert(step % 3, `word ${step} `);
  const merged = engine.merge(updates);
  assert.equal(hex(merged), hex(Y.mergeUpdates(updates)));
  const half = engine.stateVectorOf(engine.merge(updates.slice(0, 10)));
  assert.equal(hex(half), hex(Y.encodeStateVectorFromUpdate(Y.mergeUpdates(updates.slice(0, 10)))));
  assert.equal(hex(engine.diff(merged, half)), hex(Y.diffUpdate(merged, half)));
  const v2 = engine.convertV1ToV2(merged);
  assert.equal(hex(engine.convertV2ToV1(v2)), hex(merged));
  assert.equal(hex(engine.convertV2ToV1(engine.mergeV2([v2, v2]))), hex(merged));
  assert.equal(hex(engine.convertV2ToV1(engine.diffV2(v2, half))), hex(engine.diff(merged, half)));
  assert.equal(hex(engine.merge([])), "0000");
  const broken = refuses("decoding", () => engine.merge([merged, unhex("0101"), merged]));
  assert.equal(broken.offset, 0);
  assert(broken.message.endsWith(", in the update at index 1"), broken.message);
});

test("errors say what and where, and change nothing", async () => {
  const engine = await loadEngine();
  const doc = engine.newDoc({ clientID: 1 });
  const text = doc.getText("t");
  text.insert(0, "abc");
  const before = hex(doc.encodeStateAsUpdate());
  const cut = refuses("decoding", () => doc.applyUpdate(unhex("0101010004010174036162")));
  assert.equal(cut.offset, 8);
  assert.equal(cut.message, "byte 8: the input ends too early");
  refuses("decoding", () => doc.applyUpdateV2(unhex("0101")));
  refuses("decoding", () => doc.encodeStateAsUpdate(unhex("ffff")));
  refuses("outOfBounds", () => text.insert(4, "x"));
  refuses("outOfBounds", () => text.delete(2, 2));
  for (const wrong of [-1, 0.5, NaN, 2 ** 31, 2 ** 53]) refuses("outOfBounds", () => text.insert(wrong, "x"));
  refuses("outOfBounds", () => text.delete(0, 2 ** 31 - 1));
  refuses("outOfBounds", () => text.delete(3, 2 ** 31 - 1));
  refuses("outOfBounds", () => text.applyDelta([{ insert: "x" }, { retain: 2 }, { delete: 2 }]));
  refuses("outOfBounds", () => text.applyDelta([{ retain: 1 }, { delete: 2 ** 31 - 1 }]));
  refuses("value", () => doc.getMap("m").set("k", 2n ** 64n));
  refuses("value", () => doc.getMap("m").set("k", (() => 1) as unknown as Value));
  for (const wrong of [-1, 0.5, 2 ** 53, NaN]) refuses("value", () => engine.newDoc({ clientID: wrong }));
  assert.equal(hex(doc.encodeStateAsUpdate()), before);
  const map = doc.getMap("m").setNew("inner", "array");
  doc.getMap("m").delete("inner");
  refuses("gone", () => map.push(1));
  assert.deepEqual(map.toJSON(), []);
  doc.free();
  doc.free();
  refuses("freed", () => text.toString());
  refuses("freed", () => doc.applyUpdate(unhex("0000")));
});

test("structs of more than 2^32 units are cut and joined", async () => {
  const engine = await loadEngine();
  const doc = engine.newDoc({ clientID: 1 });
  // A tombstone of 2^47 units by client 2, then a letter of client 3 behind its unit 2^39.
  doc.applyUpdate(unhex("010102000101017480808080808020" + "00"));
  assert.deepEqual([...doc.clocks()], [[2, 2 ** 47]]);
  doc.applyUpdate(unhex("010103008402808080808010017a00"));
  assert.equal(doc.getText("t").toString(), "z");
  const copy = engine.newDoc();
  copy.applyUpdate(doc.encodeStateAsUpdate());
  assert.equal(copy.getText("t").toString(), "z");
  assert.equal(hex(copy.encodeStateAsUpdate()), hex(doc.encodeStateAsUpdate()));
  // For whoever has 2^46 of them the rest is a struct of its own: 2^47 - 2^46 units behind clock 2^46 - 1.
  const rest = hex(engine.diff(doc.encodeStateAsUpdate(), unhex("010280808080808010")));
  assert(rest.includes("80808080808010"), rest);
  assert.deepEqual([...engine.stateVectorOf(doc.encodeStateAsUpdate())], [...doc.stateVector()]);
  doc.free();
  copy.free();
});

test("memory is used again", async () => {
  const engine = await loadEngine();
  const memory = (): number => engine.memoryByteCount;
  const work = (): void => {
    const doc = engine.newDoc();
    const text = doc.getText("t");
    for (let step = 0; step < 2000; step++) text.insert(Math.floor(text.length / 2), `word ${step} `);
    const copy = engine.newDoc();
    copy.applyUpdateV2(doc.encodeStateAsUpdateV2());
    assert.equal(copy.getText("t").toString(), text.toString());
    copy.free();
    doc.free();
  };
  for (let turn = 0; turn < 3; turn++) work();
  const before = memory();
  for (let turn = 0; turn < 50; turn++) work();
  assert.equal(memory(), before);
});
