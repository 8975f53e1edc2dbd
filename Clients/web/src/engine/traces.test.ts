import { test } from "node:test";
import assert from "node:assert/strict";
import { loadEngine, hex, unhex, vectors } from "../testing/engine";
import { SharedArray, SharedMap, SharedText, XmlNode, type Content, type Doc, type Value } from ".";

/** One recorded session (Protocol/vectors/README.md). */
interface Session {
  readonly id: number;
  readonly encoding?: "v1" | "v2";
  readonly updates: readonly string[];
  readonly state_vector?: Readonly<Record<string, number>>;
  readonly roots: Readonly<Record<string, Root>>;
}
interface Root {
  readonly type: "text" | "array" | "map" | "xml";
  readonly string?: string;
  readonly delta?: unknown;
  readonly length?: number;
  readonly value?: unknown;
}

/** Values as the vectors write what JSON lacks. */
function exact(value: Content): unknown {
  if (value instanceof SharedMap) {
    const map = Object.fromEntries(value.entries().map(([key, inner]) => [key, exact(inner)]));
    return value.name === "" ? { $map: map } : { $xmlhook: { name: value.name, map } };
  }
  if (value instanceof SharedArray) return { $array: value.toArray().map(exact) };
  if (value instanceof XmlNode) return { $xml: value.toString() };
  if (value instanceof SharedText) {
    const text = value.toJSON();
    return text === plainText(value) ? { $text: runs(value) } : { $xml: text };
  }
  if (typeof value === "object" && value !== null && "guid" in value && "options" in value) {
    return { $doc: { guid: value.guid } };
  }
  return exactValue(value as Value);
}

const plainText = (text: SharedText): string =>
  text.toDelta().map(({ insert }) => (typeof insert === "string" ? insert : "")).join("");

function exactValue(value: Value): unknown {
  if (value === undefined) return { $undefined: true };
  if (typeof value === "bigint") return { $bigint: value.toString() };
  if (value instanceof Uint8Array) return { $bytes: hex(value) };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { $number: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (Array.isArray(value)) return (value as Value[]).map(exactValue);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, exactValue(inner)]));
  }
  return value;
}

/** Runs as the vectors have them: neighbours with equal attributes are one. */
function runs(text: SharedText): unknown[] {
  const joined: { insert: unknown; attributes?: unknown }[] = [];
  for (const run of text.toDelta()) {
    const insert = typeof run.insert === "string" ? run.insert : exact(run.insert);
    const attributes = run.attributes && exactValue(run.attributes);
    const last = joined[joined.length - 1];
    if (last && typeof last.insert === "string" && typeof run.insert === "string"
      && sorted(last.attributes) === sorted(attributes)) {
      last.insert += run.insert;
    } else {
      joined.push(attributes === undefined ? { insert } : { insert, attributes });
    }
  }
  return joined;
}

/** JSON with keys in order, whatever order they came in. Of a subdocument the name counts. */
const sorted = (value: unknown): string => JSON.stringify(value, (key, inner: unknown) => {
  if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
  const entries = Object.entries(inner).filter(([name]) => key !== "$doc" || name === "guid");
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}) ?? "";

function view(doc: Doc, name: string, root: Root): Record<string, unknown> {
  switch (root.type) {
    case "text": {
      const text = doc.getText(name);
      return { string: text.toString(), length: text.length, delta: runs(text) };
    }
    case "array": {
      const array = doc.getArray(name);
      return { value: array.toArray().map(exact), length: array.length };
    }
    case "map": return { value: (exact(doc.getMap(name)) as { $map: unknown }).$map };
    case "xml": {
      const fragment = doc.getXmlFragment(name);
      return { string: fragment.toString(), length: fragment.length };
    }
  }
}

function compare(doc: Doc, session: Session, how: string): number {
  let compared = 0;
  for (const [client, clock] of Object.entries(session.state_vector ?? {})) {
    assert.equal(doc.clocks().get(Number(client)) ?? 0, clock, `${how}: clock of ${client}`);
    compared++;
  }
  for (const [name, root] of Object.entries(session.roots)) {
    const shown = view(doc, name, root);
    for (const [field, expected] of Object.entries(root)) {
      if (field === "type") continue;
      assert.equal(sorted(shown[field]), sorted(expected), `${how}: ${name}.${field}`);
      compared++;
    }
  }
  return compared;
}

for (const file of [
  "fuzz-public.jsonl", "fuzz-public-v2.jsonl", "fuzz-public-pending.jsonl", "fuzz-surrogates-yjs-only.jsonl",
]) {
  test(`the sessions of ${file} end as in Yjs`, async () => {
    const engine = await loadEngine();
    const sessions = vectors(file).trim().split("\n").map((line) => JSON.parse(line) as Session);
    assert(sessions.length >= 70);
    for (const session of sessions) {
      const updates = session.updates.map(unhex);
      const isV2 = session.encoding === "v2";
      const merged = isV2 ? engine.mergeV2(updates) : engine.merge(updates);
      for (const [how, list] of [["as recorded", updates], ["merged", [merged]]] as const) {
        const doc = engine.newDoc({ clientID: 0 });
        let pending = false;
        for (const update of list) {
          ({ pending } = isV2 ? doc.applyUpdateV2(update) : doc.applyUpdate(update));
        }
        assert.equal(pending, false);
        assert(compare(doc, session, `session ${session.id} ${how}`) > 0);
        // What is written reads back as the same, in both formats.
        for (const again of ["encodeStateAsUpdate", "encodeStateAsUpdateV2"] as const) {
          const copy = engine.newDoc({ clientID: 0 });
          if (again === "encodeStateAsUpdate") copy.applyUpdate(doc.encodeStateAsUpdate());
          else copy.applyUpdateV2(doc.encodeStateAsUpdateV2());
          compare(copy, session, `session ${session.id} ${how}, ${again}`);
          copy.free();
        }
        doc.free();
      }
    }
  });
}

interface Case {
  readonly name: string;
  readonly updates: readonly { readonly v1: string }[];
  readonly final: { readonly update_v1: string; readonly state_vector: string };
}

test("documents and state vectors are the bytes of Yjs", async () => {
  const engine = await loadEngine();
  const { cases } = JSON.parse(vectors("cases.json")) as { cases: readonly Case[] };
  assert(cases.length >= 80);
  for (const { name, updates, final } of cases) {
    const doc = engine.newDoc({ clientID: 0, gc: !name.endsWith("gc-off") });
    for (const { v1 } of updates) doc.applyUpdate(unhex(v1));
    assert.equal(hex(doc.encodeStateAsUpdate()), final.update_v1, name);
    assert.equal(hex(doc.stateVector()), final.state_vector, name);
    doc.free();
  }
});
