import type { BoardEditor, Eighth, Shape, ShapeId } from "../board";
import { eighth } from "../board";
import { boundsOf } from "../canvas/hit";
import { changeTo } from "./effects";

/** Makes a shape like `shape`, so many units away; its id. The author is who copies. */
export function makeCopy(editor: BoardEditor, shape: Shape, dx: number, dy: number): ShapeId {
  const { color } = shape;
  if (shape.type === "pen") {
    const points = pairs(shape.points).map(([x, y]) => ({
      x: eighth(shape.x + x), y: eighth(shape.y + y),
    }));
    const id = editor.create({ type: "pen", color, size: shape.size, points });
    const box = boundsOf(shape);
    editor.change(id, changeTo({ ...shape, id }, { ...box, x: box.x + dx, y: box.y + dy }));
    const { w, h } = shape;
    if (w !== undefined && h !== undefined) editor.change(id, { w, h });
    return id;
  }
  const { type, w, h, text } = shape;
  const place: { readonly x: Eighth; readonly y: Eighth } = {
    x: eighth(shape.x + dx), y: eighth(shape.y + dy),
  };
  return editor.create({ type, color, ...place, w, h, text });
}

function pairs(points: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at + 1 < points.length; at += 2) {
    found.push([points[at] ?? 0, points[at + 1] ?? 0]);
  }
  return found;
}
