/** A shape as plain values, so that it can be made again, and compared. */
import * as Y from "yjs";
import { equalityDeep } from "lib0/function";

export interface ShapeCopy {
  /** Everything but text and points, also keys that we do not know. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly text: string | undefined;
  /** The offsets as they are stored. */
  readonly points: readonly unknown[] | undefined;
}

export function copyOf(map: Y.Map<unknown>): ShapeCopy {
  const values: Record<string, unknown> = {};
  let text: string | undefined;
  let points: readonly unknown[] | undefined;
  map.forEach((value, key) => {
    if (key === "text" && value instanceof Y.Text) text = value.toString();
    else if (key === "points" && value instanceof Y.Array) points = value.toArray();
    else values[key] = value instanceof Y.AbstractType ? value.toJSON() : value;
  });
  return { values, text, points };
}

/** A map that is not in a document yet. */
export function mapFrom(copy: ShapeCopy): Y.Map<unknown> {
  const map = new Y.Map<unknown>(Object.entries(copy.values));
  if (copy.text !== undefined) map.set("text", new Y.Text(copy.text));
  if (copy.points !== undefined) map.set("points", Y.Array.from([...copy.points]));
  return map;
}

export const isCopyOf = (copy: ShapeCopy, map: Y.Map<unknown>): boolean =>
  equalityDeep(copy, copyOf(map));
