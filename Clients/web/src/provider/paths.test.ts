import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { pathByYjs as theirs, pathOf } from "./paths";

type Event = Parameters<typeof pathOf>[0];

/** Compares at every event that anybody hears of, at every type in the tree, edits in between. */
function compared(root: Y.Map<unknown>): () => number {
  let looks = 0;
  const look = (events: readonly unknown[]): void => {
    for (const event of events as readonly Event[]) {
      assert.deepEqual(pathOf(event), theirs?.call(event));
      assert.equal(pathOf(event).length > 0, event.target !== event.currentTarget);
      looks++;
    }
  };
  const listen = (type: unknown): void => {
    if (!(type instanceof Y.Map) && !(type instanceof Y.Array)) return;
    type.observeDeep(look as Parameters<typeof type.observeDeep>[0]);
    type.forEach((child: unknown) => listen(child));
  };
  listen(root);
  return () => looks;
}

const tree = (doc: Y.Doc) => {
  const root = doc.getMap("shapes");
  const list = new Y.Array<unknown>();
  root.set("list", list);
  for (let at = 0; at < 20; at++) {
    const inner = new Y.Array<unknown>();
    const map = new Y.Map<unknown>([["a", new Y.Text("t")], ["b", inner]]);
    list.push([at, "x", map]);
    inner.push([new Y.Map<unknown>(), "y", new Y.Map<unknown>()]);
  }
  list.delete(3, 5);
  list.delete(9, 1);
  return { root, list };
};

const maps = (list: Y.Array<unknown>) =>
  list.toArray().filter((one): one is Y.Map<unknown> => one instanceof Y.Map);

test("our way stands in the place of that of Yjs", () => {
  assert(theirs);
  assert.notEqual(Object.getOwnPropertyDescriptor(Y.YEvent.prototype, "path")?.get, theirs);
});

test("paths are those of Yjs, in maps and lists, with deleted items, at every depth", () => {
  const doc = new Y.Doc();
  const { root, list } = tree(doc);
  const looks = compared(root);
  doc.transact(() => {
    for (const map of maps(list)) {
      map.set("c", 1);
      (map.get("a") as Y.Text).insert(0, "u");
      const inner = map.get("b") as Y.Array<unknown>;
      maps(inner).forEach((one) => one.set("d", 2));
      inner.delete(1, 1);
    }
    list.delete(0, 2);
    list.insert(4, [new Y.Map(), 5]);
  });
  assert(looks() > 100, String(looks()));
});

test("paths are right again after a listener's own edit", () => {
  const doc = new Y.Doc();
  const { root, list } = tree(doc);
  let moved = false;
  root.observeDeep((events) => {
    for (const event of events) void event.path;
    if (moved) return;
    moved = true;
    doc.transact(() => {
      list.insert(0, ["before all others", new Y.Map()]);
      for (const event of events) assert.deepEqual(event.path, theirs?.call(event));
    });
    for (const event of events) assert.deepEqual(event.path, theirs?.call(event));
  });
  const looks = compared(root);
  doc.transact(() => maps(list).forEach((map) => map.set("c", 3)));
  assert(looks() > 10);
});

test("a path that is asked for long after is that of now", () => {
  const doc = new Y.Doc();
  const { root, list } = tree(doc);
  const events: Y.YEvent<Y.AbstractType<unknown>>[] = [];
  root.observeDeep((heard) => void events.push(...(heard as typeof events)));
  maps(list)[4]?.set("c", 4);
  const [event] = events;
  assert(event);
  const before = [...event.path];
  list.insert(0, [new Y.Map()]);
  assert.deepEqual(event.path, theirs?.call(event));
  assert.notEqual(event.path.join(), before.join());
});

/** A document in which somebody touches everything at once, and how long it took in ms. */
function timed(make: (doc: Y.Doc) => readonly Y.Map<unknown>[]): number {
  const from = new Y.Doc();
  let touched: readonly Y.Map<unknown>[] = [];
  from.transact(() => void (touched = [...make(from)].reverse()));
  const to = new Y.Doc();
  Y.applyUpdate(to, Y.encodeStateAsUpdate(from));
  to.getMap("shapes").observeDeep((events) => events.forEach((event) => event.path[0]));
  const vector = Y.encodeStateVector(from);
  from.transact(() => touched.forEach((map, at) => map.set("k", at)));
  const update = Y.encodeStateAsUpdate(from, vector);
  const start = performance.now();
  Y.applyUpdate(to, update);
  return performance.now() - start;
}

test("a long list of maps, each of them touched, keeps nobody waiting", () => {
  const ms = timed((doc) => {
    const list = new Y.Array<unknown>();
    doc.getMap("shapes").set("list", list);
    const all = Array.from({ length: 10_000 }, () => new Y.Map<unknown>());
    all.forEach((map) => list.push([map, "between"]));
    return all;
  });
  assert(ms < 1_500, `${ms} ms`);
});

test("a deep chain of maps, each of them touched, keeps nobody waiting", () => {
  const ms = timed((doc) => {
    const all: Y.Map<unknown>[] = [];
    let map = doc.getMap("shapes");
    for (let depth = 0; depth < 700; depth++) {
      const inner = new Y.Map<unknown>();
      map.set("a", inner);
      all.push((map = inner));
    }
    return all;
  });
  assert(ms < 1_500, `${ms} ms`);
});
