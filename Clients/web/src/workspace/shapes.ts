import type * as Y from "yjs";
import { compareOrder, observeShapes, readShape, readShapes } from "../board";
import type { Shape, ShapeId } from "../board";

/** The shapes of a document as they are now; each stays the same object until it changes. */
export interface Shapes {
  /** Bottom first. */
  list(): readonly Shape[];
  get(id: ShapeId): Shape | undefined;
  stop(): void;
}

export function watchShapes(
  doc: Y.Doc,
  changed: (ids: ReadonlySet<ShapeId>) => void,
): Shapes {
  const known = new Map(readShapes(doc));
  let sorted: readonly Shape[] | null = null;
  const stop = observeShapes(doc, (ids) => {
    for (const id of ids) {
      const shape = readShape(doc, id);
      if (shape) known.set(id, shape);
      else known.delete(id);
    }
    sorted = null;
    changed(ids);
  });
  return {
    list: () => (sorted ??= [...known.values()].sort(compareOrder)),
    get: (id) => known.get(id),
    stop,
  };
}
