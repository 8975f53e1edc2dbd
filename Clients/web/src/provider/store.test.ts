import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "./store";
import type { BoardKey } from "./store";

test("the rooms of which something is kept, for one person in one jam, each once", async () => {
  const store = memoryStore();
  const key = (jam: string, room: string, board: string, sub: string): BoardKey =>
    ({ jam, room, board, sub });
  const update = new Uint8Array([0, 0]);
  store.append(key("demo", "radio", "main", "ann"), update);
  store.append(key("demo", "radio", "second", "ann"), update);
  store.append(key("demo", "garden", "main", "ann"), update);
  store.append(key("demo", "kitchen", "main", "ben"), update);
  store.append(key("other", "hall", "main", "ann"), update);
  // looked at, and nothing was there
  store.mark(key("demo", "mistyped", "main", "ann"), { epoch: 1, unsaved: 0 });
  assert.deepEqual(await store.rooms("demo", "ann"), ["radio", "garden"]);
  assert.deepEqual(await store.rooms("demo", "eve"), []);
});
