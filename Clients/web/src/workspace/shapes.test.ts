import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { readShapes } from "../board";
import { below, pick, randomFrom } from "../testing/random";
import { watchShapes } from "./shapes";

function add(doc: Y.Doc, id: string, order: string): void {
  const entries: readonly (readonly [string, unknown])[] =
    [["type", "rect"], ["x", 0], ["y", 0], ["w", 80], ["h", 80], ["order", order]];
  doc.getMap("shapes").set(id, new Y.Map(entries));
}

test("the list is what reading all of it gives, whatever changes", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomFrom(seed);
    const doc = new Y.Doc();
    const root = doc.getMap("shapes");
    const shapes = watchShapes(doc, () => undefined);
    for (let step = 0; step < 100; step++) {
      doc.transact(() => {
        for (let edits = below(random, 8); edits >= 0; edits--) {
          const id = `s${below(random, 30)}`;
          const map = root.get(id);
          const order = pick(random, ["1", "2", "V", "k", "z"]);
          if (!(map instanceof Y.Map) || random() < 0.1) add(doc, id, order);
          else if (random() < 0.3) root.delete(id);
          else if (random() < 0.3) map.set("order", pick(random, [order, "0", ""]));
          else map.set("x", below(random, 9));
        }
      });
      if (random() < 0.3) continue;
      const wanted = [...readShapes(doc).values()];
      assert.deepEqual(shapes.list(), wanted, `seed ${seed}, step ${step}`);
      assert.equal(shapes.size, wanted.length);
    }
  }
});

test("a list that was given stays as it is, and the same while nothing changes", () => {
  const doc = new Y.Doc();
  add(doc, "a", "1");
  add(doc, "b", "2");
  const shapes = watchShapes(doc, () => undefined);
  const before = shapes.list();
  assert.equal(shapes.list(), before);
  (doc.getMap("shapes").get("a") as Y.Map<unknown>).set("x", 8);
  const after = shapes.list();
  assert.notEqual(after, before);
  assert.equal(before[0]?.x, 0);
  assert.equal(after[0]?.x, 8);
  assert.equal(after[1], before[1], "what did not change is the same object");
});
