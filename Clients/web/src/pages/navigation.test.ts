import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "./navigation";

const rows: readonly [string, unknown][] = [
  ["/", { at: "home" }],
  ["/j/demo", { at: "jam", jam: "demo" }],
  ["/j/demo/", { at: "jam", jam: "demo" }],
  ["/j/demo/radio-1", { at: "room", jam: "demo", room: "radio-1" }],
  ["/j/demo/radio/more", { at: "unknown" }],
  ["/j/%2e%2e/x", { at: "unknown" }],
  ["/trust", { at: "trust" }],
  ["/trust/more", { at: "unknown" }],
  ["/other", { at: "unknown" }],
];

for (const [path, wanted] of rows) {
  test(`the page at ${path}`, () => assert.deepEqual(placeOf(path), wanted));
}
