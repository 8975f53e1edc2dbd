import type * as Y from "yjs";
import { compareOrder, observeShapes, readShape, readShapes } from "../board";
import type { Shape, ShapeId } from "../board";

/** The shapes of a document as they are now; each stays the same object until it changes. */
export interface Shapes {
  /** Bottom first; the same array until something changes. */
  list(): readonly Shape[];
  get(id: ShapeId): Shape | undefined;
  readonly size: number;
  stop(): void;
}

export function watchShapes(doc: Y.Doc, changed: () => void): Shapes {
  const known = new Map(readShapes(doc));
  let sorted: readonly Shape[] = [...known.values()];
  /** What has changed since, each with the shape that stands for it in `sorted`. */
  const former = new Map<ShapeId, Shape | undefined>();
  const stop = observeShapes(doc, (ids) => {
    for (const id of ids) {
      const before = known.get(id);
      const shape = readShape(doc, id);
      if (!former.has(id)) former.set(id, before);
      if (shape) known.set(id, shape);
      else known.delete(id);
    }
    changed();
  });
  return {
    list() {
      if (former.size > 0) sorted = resorted(sorted, former, known);
      former.clear();
      return sorted;
    },
    get: (id) => known.get(id),
    get size() {
      return known.size;
    },
    stop,
  };
}

/**
 * A large board is not sorted anew for each step of a drag: what keeps its place is replaced, and
 * the rest is merged in.
 */
function resorted(
  sorted: readonly Shape[],
  former: ReadonlyMap<ShapeId, Shape | undefined>,
  known: ReadonlyMap<ShapeId, Shape>,
): readonly Shape[] {
  const list = sorted.slice();
  const gone = new Set<number>();
  const come: Shape[] = [];
  for (const [id, before] of former) {
    const now = known.get(id);
    const place = before && placeOf(sorted, before);
    if (place !== undefined && now?.order === before?.order && now) list[place] = now;
    else {
      if (place !== undefined) gone.add(place);
      if (now) come.push(now);
    }
  }
  return gone.size + come.length > 0 ? merged(list, gone, come.sort(compareOrder)) : list;
}

/** Where a shape stands that is in the list. */
function placeOf(sorted: readonly Shape[], shape: Shape): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = sorted[middle];
    if (other && compareOrder(other, shape) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merged(
  list: readonly Shape[],
  gone: ReadonlySet<number>,
  come: readonly Shape[],
): readonly Shape[] {
  const result: Shape[] = [];
  let next = 0;
  list.forEach((shape, place) => {
    if (gone.has(place)) return;
    for (let one = come[next]; one && compareOrder(one, shape) < 0; one = come[++next]) {
      result.push(one);
    }
    result.push(shape);
  });
  return [...result, ...come.slice(next)];
}
