import { test } from "node:test";
import assert from "node:assert/strict";
import { loadEngine } from "../testing/engine";
import { EngineError } from ".";

const refused = (call: () => unknown): void => {
  assert.throws(call, (error: unknown) => error instanceof EngineError && error.code === "value");
};

test("only bytes are taken for bytes", async () => {
  const engine = await loadEngine();
  const doc = engine.newDoc();
  for (const wrong of ["AAAA", new ArrayBuffer(2), [0, 0], { length: 1e12 }, null] as unknown as Uint8Array[]) {
    refused(() => doc.applyUpdate(wrong));
    refused(() => engine.merge([wrong]));
  }
  doc.getMap("m").set("k", 1);
  assert.deepEqual(doc.getMap("m").toJSON(), { k: 1 });
});

test("a block of over half a gigabyte is given back as others are", async () => {
  const engine = await loadEngine();
  const doc = engine.newDoc();
  for (const size of [300e6, 330e6, 540e6]) engine.stateVectorOf(new Uint8Array(size));
  for (let round = 0; round < 100; round++) doc.getArray("a").push("x".repeat(round * 40));
  assert.equal(doc.getArray("a").toJSON().length, 100);
});
