import { test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { loadEngine } from "../testing/engine";
import { below, pick, randomFrom, type Random } from "../testing/random";
import { SharedMap, SharedText, type Doc, type Engine, type Value } from ".";

/** A document of either kind that can be scribbled on. */
interface Writer {
  scribble(random: Random): void;
  apply(update: Uint8Array, isV2: boolean): void;
  state(isV2: boolean, since?: Uint8Array): Uint8Array;
  vector(): Uint8Array;
  shown(): unknown;
}

// No surrogate pairs: Yjs cuts them in half, and shows others what it does not show itself.
const words = ["a", "bc", "Привет ", "e\u0301", "\n"];
const values: readonly Value[] = [1, -0.5, "x", true, null, [1, "two"], { a: { b: 2 } }, 2 ** 40];
const keys = ["k", "ключ", "0"];

class Ours implements Writer {
  constructor(readonly doc: Doc) {}

  scribble(random: Random): void {
    const text = this.doc.getText("t");
    const [at, rest] = place(random, text.length);
    const map = this.doc.getMap("m");
    const list = this.doc.getArray("a");
    switch (below(random, 9)) {
      case 0: case 1: text.insert(at, pick(random, words)); break;
      case 2: text.delete(at, rest); break;
      case 3: text.format(at, rest, { [pick(random, ["b", "i"])]: pick(random, [true, null, { x: 1 }]) }); break;
      case 4: map.set(pick(random, keys), pick(random, values)); break;
      case 5: map.setNew(pick(random, keys), "text").insert(0, "inner"); break;
      case 6: {
        const inner = map.get(pick(random, keys));
        if (inner instanceof SharedText) inner.insert(inner.length, "!");
        else if (inner instanceof SharedMap) inner.clear();
        else map.delete(pick(random, keys));
        break;
      }
      case 7: list.insert(below(random, list.length + 1), [pick(random, values), pick(random, values)]); break;
      default: if (list.length > 0) list.delete(below(random, list.length));
    }
  }

  apply(update: Uint8Array, isV2: boolean): void {
    if (isV2) this.doc.applyUpdateV2(update);
    else this.doc.applyUpdate(update);
  }

  state(isV2: boolean, since?: Uint8Array): Uint8Array {
    return isV2 ? this.doc.encodeStateAsUpdateV2(since) : this.doc.encodeStateAsUpdate(since);
  }

  vector(): Uint8Array { return this.doc.stateVector(); }

  shown(): unknown {
    const { doc } = this;
    return [doc.getText("t").toDelta(), doc.getMap("m").toJSON(), doc.getArray("a").toJSON()];
  }
}

class Theirs implements Writer {
  readonly doc = new Y.Doc();

  scribble(random: Random): void {
    const text = this.doc.getText("t");
    const [at, rest] = place(random, text.length);
    switch (below(random, 4)) {
      case 0: text.insert(at, pick(random, words)); break;
      case 1: text.delete(at, rest); break;
      case 2: text.format(at, rest, { [pick(random, ["b", "i"])]: pick(random, [true, null]) }); break;
      default: this.doc.getMap("m").set(pick(random, keys), pick(random, [new Y.Map(), 7]));
    }
  }

  apply(update: Uint8Array, isV2: boolean): void { (isV2 ? Y.applyUpdateV2 : Y.applyUpdate)(this.doc, update); }

  state(isV2: boolean, since?: Uint8Array): Uint8Array {
    return (isV2 ? Y.encodeStateAsUpdateV2 : Y.encodeStateAsUpdate)(this.doc, since);
  }

  vector(): Uint8Array { return Y.encodeStateVector(this.doc); }

  shown(): unknown {
    const { doc } = this;
    return [doc.getText("t").toDelta(), doc.getMap("m").toJSON(), doc.getArray("a").toJSON()];
  }
}

/** An index and how much to take from there. */
function place(random: Random, length: number): [number, number] {
  const at = below(random, length + 1);
  return [at, Math.min(length - at, below(random, 6))];
}

/** Neighbouring runs with the same formatting as one, and keys in order. */
function comparable([delta, map, list]: [{ insert: unknown; attributes?: object }[], object, unknown]): string {
  const runs: { insert: unknown; attributes: string }[] = [];
  for (const { insert, attributes = {} } of delta) {
    const sorted = JSON.stringify(Object.entries(attributes).sort());
    const last = runs[runs.length - 1];
    if (last && last.attributes === sorted && typeof insert === "string") last.insert = `${String(last.insert)}${insert}`;
    else runs.push({ insert, attributes: sorted });
  }
  return JSON.stringify([runs, Object.entries(map).sort(([one], [other]) => (one < other ? -1 : 1)), list]);
}

function session(engine: Engine, seed: number): void {
  const random = randomFrom(seed);
  const docs = [engine.newDoc({ clientID: seed * 10 }), engine.newDoc({ clientID: 2 ** 53 - 1 - seed })];
  const writers: Writer[] = [...docs.map((doc) => new Ours(doc)), new Theirs()];
  const exchange = (from: Writer, to: Writer): void => {
    const isV2 = random() < 0.5;
    to.apply(from.state(isV2, random() < 0.8 ? to.vector() : undefined), isV2);
  };
  for (let step = 0; step < 60; step++) {
    pick(random, writers).scribble(random);
    if (random() < 0.2) exchange(pick(random, writers), pick(random, writers));
  }
  for (let round = 0; round < 2; round++) {
    for (const from of writers) for (const to of writers) exchange(from, to);
  }
  const [first, ...others] = writers.map((writer) => comparable(writer.shown() as never));
  for (const other of others) assert.equal(other, first, `seed ${seed}`);
  for (const doc of docs) doc.free();
}

test("random sessions of this engine and Yjs end alike", async () => {
  const engine = await loadEngine();
  for (let seed = 1; seed <= Number(process.env.SESSIONS ?? 200); seed++) session(engine, seed);
});
