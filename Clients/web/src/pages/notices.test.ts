import assert from "node:assert/strict";
import { test } from "node:test";
import type { LostNotice } from "../panels/losses";
import { memoryStorage } from "../testing/storage";
import { claimed, keptNotices } from "./notices";

const notice: LostNotice =
  { number: 1, code: "frozen", refused: 2, texts: ["Антэна"], more: false };

test("notices are there after a reload, for the same person in the same room", () => {
  const storage = memoryStorage();
  keptNotices(storage, "/j/demo/radio", "ann").write([notice]);
  assert.deepEqual(keptNotices(storage, "/j/demo/radio", "ann").read(), [notice]);
  assert.deepEqual(keptNotices(storage, "/j/demo/garden", "ann").read(), []);
  assert.deepEqual(keptNotices(storage, "/j/demo/radio", "ben").read(), []);
  keptNotices(storage, "/j/demo/radio", "ann").write([]);
  assert.deepEqual(keptNotices(storage, "/j/demo/radio", "ann").read(), []);
});

test("what is no notice is left out, and a storage that refuses is borne", () => {
  for (const odd of ["7", "{", "[7, null]", '[{"number": 1}]']) {
    const storage = memoryStorage();
    storage.setItem("jamboree-lost/r/s", odd);
    assert.deepEqual(keptNotices(storage, "r", "s").read(), []);
  }
  const refuse = (): never => {
    throw new Error("full");
  };
  const full = { getItem: refuse, setItem: refuse, removeItem: refuse };
  keptNotices(full, "r", "s").write([notice]);
  assert.deepEqual(keptNotices(full, "r", "s").read(), []);
  assert.deepEqual(keptNotices(undefined, "r", "s").read(), []);
});

test("what was left in the browser is the tab's once it is shown, and only then", () => {
  const [tab, browser] = [memoryStorage(), memoryStorage()].map((storage) =>
    keptNotices(storage, "/j/demo/radio", "ann"));
  assert(tab && browser);
  tab.write([{ ...notice, number: 4 }]);
  browser.write([notice, { ...notice, number: 2 }]);
  assert.deepEqual(claimed(tab, browser).map(({ number }) => number), [4, 5, 6]);
  assert.deepEqual(browser.read(), []);
  assert.deepEqual(claimed(tab, browser), tab.read());
  assert.equal(tab.read().length, 3);
});
