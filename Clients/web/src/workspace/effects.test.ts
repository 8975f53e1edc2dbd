import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { createEditor, penPoints, readShapes } from "../board";
import type { BoardEditor, Shape } from "../board";
import type { DocPoint } from "../canvas/geometry";
import { createEffects } from "./effects";
import type { Effects } from "./effects";

interface Drawing {
  readonly editor: BoardEditor;
  readonly effects: Effects;
  strokes(): readonly (Shape & { readonly type: "pen" })[];
}

function drawing(): Drawing {
  const editor = createEditor(new Y.Doc(), { sub: "ann", name: "Ann" });
  const effects = createEffects({
    editor: () => editor,
    shape: (id) => readShapes(editor.doc).get(id),
    mayWrite: () => true,
    color: () => "teal",
    penSize: () => 64,
    pan: () => undefined,
    select: () => undefined,
    toggle: () => undefined,
    marquee: () => undefined,
    done: () => undefined,
    wake: () => undefined,
  });
  const strokes: Drawing["strokes"] = () => [...readShapes(editor.doc).values()]
    .flatMap((shape) => (shape.type === "pen" ? [shape] : []))
    .sort((one, two) => (one.order < two.order ? -1 : 1));
  return { editor, effects, strokes };
}

const at = (x: number): DocPoint => ({ x, y: 8 }) as DocPoint;
const batch = 500;
const frames = 90;

function drawFar(effects: Effects): void {
  effects.run([{ do: "begin", at: at(0) }]);
  for (let frame = 0; frame < frames; frame++) {
    const points = Array.from({ length: batch }, (_, index) => at(frame * batch + index + 1));
    effects.run([{ do: "extend", points }]);
    effects.flush();
  }
}

test("a stroke that is full goes on in another, from where it ends", () => {
  const { editor, effects, strokes } = drawing();
  drawFar(effects);
  effects.run([{ do: "commit" }]);
  const all = strokes();
  assert.equal(all.length, 3);
  assert.deepEqual(new Set(all.map(({ color, size }) => `${color} ${size}`)), new Set(["teal 64"]));
  const ends = all.map(({ x, points }) => [x, x + (points[points.length - 2] ?? 0)]);
  assert.deepEqual(ends[0]?.[0], 0);
  assert.deepEqual(ends.slice(1).map(([from]) => from), ends.slice(0, -1).map(([, to]) => to));
  assert.deepEqual(ends[2]?.[1], batch * frames);
  assert(all.every((one) => penPoints(one).length > 0));
  assert.equal(editor.undo(), "done");
  assert.equal(strokes().length, 0, "one step of undo");
});

test("Escape takes back all of it, and a stroke that somebody deleted has no more parts", () => {
  const { editor, effects, strokes } = drawing();
  drawFar(effects);
  effects.run([{ do: "revert" }]);
  assert.equal(strokes().length, 0);
  effects.run([{ do: "begin", at: at(0) }]);
  const [only] = strokes();
  editor.doc.getMap("shapes").delete(only?.id ?? "");
  effects.run([{ do: "extend", points: [at(5)] }, { do: "commit" }]);
  assert.equal(strokes().length, 0);
});
