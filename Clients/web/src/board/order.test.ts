import { test } from "node:test";
import assert from "node:assert/strict";
import { compareOrder, isOrderKey, keyBetween } from "./order";
import { below, randomFrom } from "../testing/random";

test("what is an order key", () => {
  for (const good of ["1", "a", "zz", "0001", "V".repeat(64)]) assert(isOrderKey(good), good);
  for (const bad of ["", "0", "a0", "a-b", "ä", "V".repeat(65), 5, null]) {
    assert(!isOrderKey(bad), String(bad));
  }
});

test("a key lies between its neighbours, wherever one inserts", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = randomFrom(seed);
    const keys: string[] = [];
    for (let step = 0; step < 300; step++) {
      const at = below(random, keys.length + 1);
      const key = keyBetween(keys[at - 1], keys[at], random);
      assert(key !== undefined && isOrderKey(key), `seed ${seed}: ${key}`);
      assert(at === 0 || (keys[at - 1] ?? "") < key, `seed ${seed}`);
      assert(at === keys.length || key < (keys[at] ?? ""), `seed ${seed}`);
      keys.splice(at, 0, key);
    }
  }
});

test("on top and at the bottom keys stay short", () => {
  for (const top of [true, false]) {
    const random = randomFrom(7);
    let key = keyBetween(undefined, undefined, random);
    for (let step = 0; step < 20_000; step++) {
      key = top ? keyBetween(key, undefined, random) : keyBetween(undefined, key, random);
    }
    assert(key !== undefined && key.length <= 6, key);
  }
});

test("at one place there is room for hundreds of keys, and an honest end", () => {
  const random = randomFrom(3);
  const low = keyBetween(undefined, undefined, random);
  let high: string | undefined;
  let count = 0;
  for (;; count++) {
    const next = keyBetween(low, high, random);
    if (next === undefined) break;
    assert(isOrderKey(next) && next > (low ?? "") && (!high || next < high), next);
    high = next;
  }
  assert(count > 200, String(count));
});

test("no key between equal or crossed neighbours", () => {
  assert.equal(keyBetween("a", "a"), undefined);
  assert.equal(keyBetween("b", "a"), undefined);
});

test("a key of the full length has neighbours on its far sides", () => {
  const top = "z".repeat(64);
  assert.equal(keyBetween(top, undefined), undefined);
  assert((keyBetween(undefined, top) ?? "~") < top);
  assert((keyBetween("zzzzzz", undefined) ?? "") > "zzzzzz");
});

test("two people who insert at the same place rarely choose the same key", () => {
  const random = randomFrom(11);
  const keys = Array.from({ length: 50 }, () => keyBetween("a", "b", random));
  assert(new Set(keys).size > 45);
});

test("equal keys go by id", () => {
  const shapes = [{ order: "b", id: "a" }, { order: "a", id: "z" }, { order: "a", id: "b" }];
  assert.deepEqual(shapes.sort(compareOrder).map(({ id }) => id), ["b", "z", "a"]);
});
