import assert from "node:assert/strict";
import { test } from "node:test";
import { called, repeated } from "./titles";

test("titles that look the same are the same", () => {
  const twice = repeated(["Radio", "Bau", "radio ", "Mü", "Mu\u0308", "two  words", "two\u00a0words"]);
  assert.deepEqual([...twice], ["radio", "mü", "two words"]);
  assert(twice.has(called("RADIO")) && !twice.has(called("Bau")));
});
