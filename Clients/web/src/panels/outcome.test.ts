import assert from "node:assert/strict";
import { test } from "node:test";
import type { Person } from "../provider";
import { holds } from "./outcome";

const ann: Person = { sub: "ann", name: "Ann", role: "participant", boards: [] };
const out = { sub: "ann", name: "Ann" };

const rows = [
  ["removed", [], [out], true],
  ["removed", [ann], [out], true], // on her way out
  ["removed", [ann], [], false],
  ["removed", [], [], false], // let back in by somebody else
  ["readmitted", [], [], true],
  ["readmitted", [ann], [], false],
  ["readmitted", [], [out], false],
] as const;

for (const [done, people, removed, is] of rows) {
  test(`${done}: ${people.length} here, ${removed.length} out`, () => {
    assert.equal(holds({ done, ...out }, { people, removed }), is);
    assert.equal(holds({ done, sub: "ben", name: "Ben" }, { people, removed }), done !== "removed");
  });
}
