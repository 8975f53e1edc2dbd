import assert from "node:assert/strict";
import { test } from "node:test";
import { createTeller, loadPack } from "../text/texts";
import { awayHint } from "./away";

const table: readonly (readonly [string, string])[] = [
  ["not-saving", "The hub cannot save at the moment."],
  ["frozen", "The room is frozen. What you wrote offline is sent when it is open again."],
  ["foreign-client", "Somebody else still has to send what this builds on."],
  ["board-limit", "This room cannot have any more boards."],
  ["toString", "The hub does not take it now (toString)."],
];
for (const [code, why] of table) {
  test(`who waits is told why: ${code}`, async () => {
    const { text } = createTeller(await loadPack("en"));
    const hint = "Your changes are kept here and offered again.";
    assert.equal(awayHint({ at: "refused", code, unsaved: 1 }, text), `${why} ${hint}`);
  });
}
