import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { hex, loadEngine, unhex, vectors } from "../testing/engine";
import { below, pick, randomFrom, type Random } from "../testing/random";
import { Engine, EngineError, type Doc } from ".";

const hub = process.env.JAMBOREE ?? "";
const isThere = existsSync(hub);

/** Honest updates of all kinds, in both formats. */
function honest(): { v1: string[]; v2: string[] } {
  const { cases } = JSON.parse(vectors("cases.json")) as { cases: { updates: { v1: string; v2: string }[] }[] };
  const v1 = cases.flatMap(({ updates }) => updates.map((update) => update.v1));
  const v2 = cases.flatMap(({ updates }) => updates.map((update) => update.v2));
  const sessions = (file: string): string[] => vectors(file).trim().split("\n")
    .filter((_, line) => line % 10 === 0).flatMap((line) => (JSON.parse(line) as { updates: string[] }).updates);
  return { v1: [...v1, ...sessions("fuzz-public.jsonl")], v2: [...v2, ...sessions("fuzz-public-v2.jsonl")] };
}

/** Flips bits, cuts, and puts numbers of up to 2^53-1 where there were small ones. */
function mutated(random: Random, bytes: Uint8Array): Uint8Array {
  let result = [...bytes];
  for (let times = 1 + below(random, 3); times > 0 && result.length > 0; times--) {
    const at = below(random, result.length);
    switch (below(random, 8)) {
      case 0: result = result.slice(0, at); break;
      case 1: result.splice(at, 1, ...pick(random, huge)); break;
      case 2: result.splice(at, below(random, 4)); break;
      default: result[at] = (result[at] ?? 0) ^ (1 << below(random, 8));
    }
  }
  return Uint8Array.from(result);
}

/** 2^31, 2^32, 2^53-1 and 2^53, as varUint. */
const huge = ["8080808008", "8080808010", "ffffffffffffff0f", "8080808080808010"].map(unhex);

interface Step {
  readonly before: string | null;
  readonly update: string;
  readonly isV2: boolean;
}

function steps(seed: number, count: number): Step[] {
  const random = randomFrom(seed);
  const { v1, v2 } = honest();
  return Array.from({ length: count }, () => {
    const isV2 = random() < 0.3;
    const source = pick(random, isV2 ? v2 : v1);
    const before = random() < 0.5 ? pick(random, v1) : null;
    return { before, update: hex(mutated(random, unhex(source))), isV2 };
  });
}

/** What the native engine answers to each step: an error, or the document in both formats. */
function native(all: readonly Step[]): unknown[][] {
  const lines = all.flatMap(({ before, update, isV2 }) => [
    { new: 1 }, { apply: before ?? "0000" }, { apply: update, ...(isV2 ? { format: "v2" } : {}) },
    { vector: true }, { state: "v1" }, { state: "v2" },
  ]);
  const input = `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
  const output = execFileSync(hub, ["doc", "session"], { encoding: "utf8", input, maxBuffer: 1 << 28 });
  const answers = output.trim().split("\n").map((line) => JSON.parse(line) as unknown);
  assert.equal(answers.length, lines.length);
  return all.map((_, index) => answers.slice(index * 6 + 2, index * 6 + 6));
}

const orError = (work: () => string): string => {
  try { return work(); } catch (error) {
    // Anything else is a trap: the module must never do that.
    if (error instanceof EngineError) return `error ${error.message}`;
    throw error;
  }
};

function ours(engine: Engine, { before, update, isV2 }: Step): string[] {
  const doc: Doc = engine.newDoc({ clientID: 1 });
  if (before !== null) doc.applyUpdate(unhex(before));
  const applied = orError(() => {
    const { pending } = isV2 ? doc.applyUpdateV2(unhex(update)) : doc.applyUpdate(unhex(update));
    return pending ? "pending" : "";
  });
  const answers = [
    applied, orError(() => hex(doc.stateVector())), orError(() => hex(doc.encodeStateAsUpdate())),
    orError(() => hex(doc.encodeStateAsUpdateV2())),
  ];
  // Everything that reads is asked as well.
  for (const root of ["t", "a", "m", "x", "text", "array"]) {
    doc.getMap(root).toJSON();
    doc.getText(root).toDelta();
    doc.getArray(root).toJSON();
    doc.getXmlFragment(root).toString();
  }
  doc.free();
  return answers;
}

function asOurs([applied, vector, v1, v2]: unknown[]): string[] {
  const text = (answer: unknown, key: string): string => {
    const given = answer as Record<string, unknown>;
    return "error" in given ? `error ${String(given.error)}` : String(given[key]);
  };
  const did = applied as { error?: string; waits?: boolean };
  return [
    did.error !== undefined ? `error ${did.error}` : did.waits ? "pending" : "",
    text(vector, "vector"), text(v1, "state"), text(v2, "state"),
  ];
}

test("broken updates are refused or applied as by the native engine", { skip: !isThere }, async (context) => {
  const engine = await loadEngine();
  const all = steps(Number(process.env.SEED ?? 1), Number(process.env.STEPS ?? 4000));
  const expected = native(all).map(asOurs);
  let refused = 0;
  all.forEach((step, index) => {
    const answers = ours(engine, step);
    if (answers[0]?.startsWith("error")) refused++;
    assert.deepEqual(answers, expected[index] as string[], `step ${index}: ${JSON.stringify(step)}`);
  });
  context.diagnostic(`${refused} of ${all.length} were refused`);
  assert(refused > all.length / 10 && refused < all.length);
});
