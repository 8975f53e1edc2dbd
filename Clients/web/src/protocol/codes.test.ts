import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readCode, refusalCodes } from "./codes";

/** Those that no `reject` has: they answer commands and the opening of boards. */
const elsewhere = [
  "board-limit", "member-limit", "bad-name", "not-here", "not-allowed", "bad-command",
];

test("the codes are those of the specification", () => {
  const text = readFileSync(`${process.env.JAMBOREE_ROOT}/Protocol/wire.md`, "utf8");
  const section = text.slice(text.indexOf("## 6."));
  const rows = [...section.matchAll(/^\| (`.*?`) \|/gm)].map(([, codes = ""]) => codes);
  const codes = rows.flatMap((cell) => cell.split(", ").map((code) => code.replace(/`/g, "")));
  assert.deepEqual(codes.slice().sort(), [...refusalCodes, ...elsewhere].sort());
});

test("a code that is not known here is one all the same", () => {
  assert.equal(readCode("of a later hub"), "unknown");
  assert.equal(readCode("frozen"), "frozen");
});
