/** What a person is told when the hub did not take what they did. */
import * as Y from "yjs";
import { equalityDeep } from "lib0/function";
import { readShape, shapesOf } from "./read";
import { hasText } from "./schema";
import type { ShapeId, ShapeType } from "./schema";

/** A shape of which something did not go through. */
export interface LostShape {
  readonly id: ShapeId;
  readonly type: ShapeType;
  /** What this person had done with it. */
  readonly change: "created" | "changed" | "deleted";
  /** Its text as this person saw it; empty for strokes. */
  readonly text: string;
}

/**
 * Compares the refused document with the current one. `touched` are the entries that the lost
 * changes touched ("shapes/<id>"); without it all shapes are compared.
 */
export function lostShapes(
  refused: Y.Doc,
  current: Y.Doc,
  touched: ReadonlySet<string> | undefined,
): readonly LostShape[] {
  const ids = new Set([...shapesOf(refused).keys(), ...shapesOf(current).keys()]);
  const lost: LostShape[] = [];
  for (const id of ids) {
    if (touched && !touched.has(`shapes/${id}`)) continue;
    const mine = readShape(refused, id);
    const theirs = readShape(current, id);
    const shape = mine ?? theirs;
    if (!shape || equalityDeep(mine, theirs)) continue;
    const change = !theirs ? "created" : mine ? "changed" : "deleted";
    lost.push({ id, type: shape.type, change, text: hasText(shape) ? shape.text : "" });
  }
  return lost;
}

/** All texts that are on a board, without the space around them. */
export function textsOn(doc: Y.Doc): ReadonlySet<string> {
  const texts = new Set<string>();
  for (const shape of shapesOf(doc).values()) {
    const text = shape instanceof Y.Map ? shape.get("text") : undefined;
    if (text instanceof Y.Text) texts.add(text.toString().trim());
  }
  return texts;
}
