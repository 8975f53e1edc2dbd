/** What a person is told when the hub did not take what they did. */
import type * as Y from "yjs";
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
  _refused: Y.Doc,
  _current: Y.Doc,
  _touched: ReadonlySet<string> | undefined,
): readonly LostShape[] {
  return [];
}
