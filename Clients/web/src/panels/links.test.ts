import assert from "node:assert/strict";
import { test } from "node:test";
import { takeInvitation } from "../provider/membership";
import { intoRoom, ownLink } from "./links";

const rows: readonly (readonly [string, string, string])[] = [
  ["/j/demo#i=x2y", "radio-1", "/j/demo/radio-1#i=x2y"],
  ["/j/demo/#i=x2y", "radio-1", "/j/demo/radio-1#i=x2y"],
  ["https://hub:8080/j/demo#i=x#y", "r", "https://hub:8080/j/demo/r#i=x#y"],
];
for (const [link, room, wanted] of rows) {
  test(`${link} into ${room}`, () => assert.equal(intoRoom(link, room), wanted));
}

test("a link that is handed on lets in with the same invitation", () => {
  const link = ownLink("demo", "radio", { invitation: "a+b/c=" }) ?? "";
  const taken = takeInvitation(new URL(link, "https://hub").href);
  assert.deepEqual(taken, { invitation: "a+b/c=", rest: "/j/demo/radio" });
  assert.equal(ownLink("demo", "radio", undefined), undefined);
});
