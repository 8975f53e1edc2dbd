import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as Y from "yjs";
import { penPoints } from "./geometry";
import { readShapes } from "./read";
import type { Pen } from "./schema";

/** Protocol/board.md is what others build against: its example is what we read. */
test("the example of the specification", () => {
  const page = readFileSync(`${process.env.JAMBOREE_ROOT}/Protocol/board.md`, "utf8");
  const json = /```json\n(\{"shapes"[^`]*)```/.exec(page)?.[1] ?? "";
  const { shapes } = JSON.parse(json) as { shapes: Record<string, Record<string, unknown>> };
  const doc = new Y.Doc();
  for (const [id, values] of Object.entries(shapes)) {
    const map = new Y.Map<unknown>(Object.entries(values));
    const { text, points } = values;
    if (typeof text === "string") map.set("text", new Y.Text(text));
    if (Array.isArray(points)) map.set("points", Y.Array.from(points as unknown[]));
    doc.getMap("shapes").set(id, map);
  }
  const read = [...readShapes(doc).values()];
  assert.deepEqual(read.map(({ type }) => type), ["note", "pen"]);
  const [note, stroke] = read;
  assert.deepEqual(note, { id: note?.id, ...shapes[note?.id ?? ""] });
  assert.deepEqual([...penPoints(stroke as Pen)], [0, 0, 40, 0, 40, 80]);
});
