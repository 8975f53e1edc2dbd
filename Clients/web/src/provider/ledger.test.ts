import { test } from "node:test";
import assert from "node:assert/strict";
import {
  answered, edited, emptyLedger, found, isStep2, refused, restarted, saved, touchedOf, unsaved,
} from "./ledger";
import type { Ledger } from "./ledger";

type Step =
  | "edit"
  | "answer"
  | "restart"
  | { readonly saved: number }
  | { readonly found: number };

function after(steps: readonly Step[]): Ledger {
  let edit = 0;
  return steps.reduce((ledger: Ledger, step: Step) => {
    if (step === "edit") return edited(ledger, new Set([`shapes/${++edit}`]));
    if (step === "answer") return answered(ledger);
    if (step === "restart") return restarted(ledger);
    if ("saved" in step) return saved(ledger, step.saved);
    return found(ledger, { count: step.found, touched: undefined });
  }, emptyLedger);
}

const table: readonly (readonly [string, readonly Step[], number, number])[] = [
  // what happens, steps, unsaved, messages sent
  ["nothing", [], 0, 0],
  ["an edit without a connection waits", ["edit"], 1, 0],
  ["step 2 carries what waited", ["edit", "edit", "answer"], 2, 1],
  ["saved covers the step 2", ["edit", "edit", "answer", { saved: 1 }], 0, 1],
  ["an edit after it is a message", ["answer", "edit", "edit"], 2, 3],
  ["saved covers the first n", ["answer", "edit", "edit", { saved: 2 }], 1, 3],
  ["saved 0 covers nothing", ["answer", "edit", { saved: 0 }], 1, 2],
  ["the hub asks again: a second step 2", ["answer", "edit", "answer", { saved: 2 }], 0, 3],
  ["after a reconnect all is unsaved again", ["answer", "edit", "edit", "restart"], 2, 0],
  ["but what was saved", ["answer", "edit", "edit", { saved: 2 }, "restart"], 1, 0],
  ["until its step 2 is saved", ["answer", "edit", "restart", "answer", { saved: 1 }], 0, 1],
  ["what the store had counts too", [{ found: 5 }, "edit", "answer", "edit"], 7, 2],
  ["and is saved with the step 2", [{ found: 5 }, "edit", "answer", "edit", { saved: 1 }], 1, 2],
];
for (const [what, steps, left, sent] of table) {
  test(`ledger: ${what}`, () => {
    const ledger = after(steps);
    assert.deepEqual([unsaved(ledger), ledger.sent], [left, sent]);
  });
}

test("a refusal loses that message and what came after", () => {
  const before = after(["answer", "edit", "edit", "edit"]);
  assert(isStep2(before, 1) && !isStep2(before, 2));
  const { lost, ledger } = refused(before, 3);
  assert.deepEqual([lost.count, [...(touchedOf(lost) ?? [])]], [2, ["shapes/2", "shapes/3"]]);
  assert.deepEqual([unsaved(ledger), ledger.sent, ledger.answered], [1, 0, false]);
});

test("what was touched before the page was loaded is not known", () => {
  const { lost } = refused(after([{ found: 2 }, "edit", "answer"]), 1);
  assert.deepEqual([lost.count, touchedOf(lost)], [3, undefined]);
});

test("edits that pile up are counted without going through them", () => {
  const many = 20_000;
  let ledger = answered(emptyLedger);
  let counts = 0;
  const begun = performance.now();
  for (let at = 1; at <= many; at++) {
    ledger = edited(ledger, new Set([`shapes/${at}`]));
    if (at % 20 === 0) counts += unsaved(ledger);
  }
  const took = performance.now() - begun;
  assert.equal(counts, 1000 * (20 + many) / 2);
  assert(took < 1_000, `${Math.round(took)} ms`);
  assert.equal(unsaved(restarted(ledger)), many);
  const { lost } = refused(ledger, 11);
  assert.deepEqual([lost.count, touchedOf(lost)?.size], [many - 9, many - 9]);
});
