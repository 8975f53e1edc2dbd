/** What the open gesture did so far, each shape's part joined. */
import type { ShapeCopy } from "./copy";
import type { Entry, Gesture } from "./gestures";
import type { ShapeId } from "./schema";

export interface Recording {
  made(id: ShapeId, copy: ShapeCopy): void;
  removed(id: ShapeId, copy: ShapeCopy): void;
  value(id: ShapeId, key: string, before: unknown, after: unknown): void;
  points(id: ShapeId, offsets: readonly number[]): void;
  /** Whether the gesture has made this shape. */
  hasMade(id: ShapeId): boolean;
  /** Undefined if nothing remains of it. */
  finish(): Gesture | undefined;
}

interface Changed {
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
}

/** Something changed and changed back is nothing. */
function settled(entry: Entry): Entry | undefined {
  if (entry.kind !== "values") return entry;
  const keys = Object.keys(entry.after).filter((key) => entry.before[key] !== entry.after[key]);
  if (keys.length === 0) return undefined;
  const only = (values: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(keys.map((key) => [key, values[key]]));
  return { ...entry, before: only(entry.before), after: only(entry.after) };
}

export function startRecording(name: string): Recording {
  // By shape: what was made or removed is newer than its values.
  const made = new Map<ShapeId, ShapeCopy>();
  const points = new Map<ShapeId, unknown[]>();
  const values = new Map<ShapeId, Changed>();
  const removed = new Map<ShapeId, ShapeCopy>();
  return {
    made: (id, copy) => {
      made.set(id, copy);
      if (copy.points) points.set(id, [...copy.points]);
    },
    removed: (id, copy) => {
      if (made.delete(id)) return;
      removed.set(id, copy);
    },
    value(id, key, was, is) {
      const copy = made.get(id);
      if (copy) {
        made.set(id, { ...copy, values: { ...copy.values, [key]: is } });
        return;
      }
      const entry = values.get(id) ?? { before: {}, after: {} };
      if (!(key in entry.before)) entry.before[key] = was;
      entry.after[key] = is;
      values.set(id, entry);
    },
    points: (id, offsets) => void points.get(id)?.push(...offsets),
    hasMade: (id) => made.has(id),
    finish() {
      const entries: Entry[] = [];
      for (const [id, entry] of values) entries.push({ kind: "values", id, ...entry });
      for (const [id, copy] of made) {
        entries.push({ kind: "made", id, copy: { ...copy, points: points.get(id) } });
      }
      for (const [id, copy] of removed) entries.push({ kind: "removed", id, copy });
      const remaining = entries.flatMap((entry) => settled(entry) ?? []);
      return remaining.length > 0 ? { name, entries: remaining } : undefined;
    },
  };
}
