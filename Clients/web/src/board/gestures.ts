/**
 * Steps of undo: what a gesture did, and how to take it back without touching what others did
 * since. Taking back gives the entry that does it again, or nothing if there was nothing to do.
 */
import * as Y from "yjs";
import { copyOf, isCopyOf, mapFrom } from "./copy";
import type { ShapeCopy } from "./copy";
import { shapesOf } from "./read";
import type { ShapeId } from "./schema";
import { replaceText } from "./typing";
import type { Typed } from "./typing";

export type Values = Readonly<Record<string, unknown>>;

export type Entry =
  /** A shape was made; as the gesture left it. */
  | { readonly kind: "made"; readonly id: ShapeId; readonly copy: ShapeCopy }
  /** A shape was removed; as it was then. */
  | { readonly kind: "removed"; readonly id: ShapeId; readonly copy: ShapeCopy }
  | {
      readonly kind: "values";
      readonly id: ShapeId;
      readonly before: Values;
      readonly after: Values;
    }
  | { readonly kind: "text"; readonly id: ShapeId; readonly typed: Typed };

export interface Gesture {
  readonly name: string;
  readonly entries: readonly Entry[];
}

/** Where a shape lies is one thing: half of a move taken back would put it where nobody did. */
const place: readonly string[] = ["x", "y", "w", "h"];

export function shapeMap(doc: Y.Doc, id: ShapeId): Y.Map<unknown> | undefined {
  const map = shapesOf(doc).get(id);
  return map instanceof Y.Map ? map : undefined;
}

export function writeValue(map: Y.Map<unknown>, key: string, value: unknown): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

function takeBackValues(
  map: Y.Map<unknown>,
  entry: Extract<Entry, { kind: "values" }>,
): Entry | undefined {
  const stands = (key: string) => map.get(key) === entry.after[key];
  const keys = Object.keys(entry.after);
  const placed = keys.filter((key) => place.includes(key)).every(stands);
  const mine = keys.filter((key) => (place.includes(key) ? placed : stands(key)));
  if (mine.length === 0) return undefined;
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  for (const key of mine) {
    before[key] = entry.after[key];
    after[key] = entry.before[key];
    writeValue(map, key, after[key]);
  }
  return { kind: "values", id: entry.id, before, after };
}

function takeBackEntry(doc: Y.Doc, entry: Entry): Entry | undefined {
  const map = shapeMap(doc, entry.id);
  switch (entry.kind) {
    case "made": {
      if (!map || !isCopyOf(entry.copy, map)) return undefined;
      shapesOf(doc).delete(entry.id);
      return { kind: "removed", id: entry.id, copy: entry.copy };
    }
    case "removed": {
      if (shapesOf(doc).has(entry.id)) return undefined;
      const made = mapFrom(entry.copy);
      shapesOf(doc).set(entry.id, made);
      return { kind: "made", id: entry.id, copy: copyOf(made) };
    }
    case "values":
      return map && takeBackValues(map, entry);
    case "text": {
      const text = map?.get("text");
      const back = text instanceof Y.Text ? takeBackText(text, entry.typed) : undefined;
      return back && { kind: "text", id: entry.id, typed: back };
    }
  }
}

/**
 * What was typed is taken back character by character, so what others wrote between stays. If the
 * text is another one (its shape was deleted and came back) it is written back as a whole, unless
 * anybody has changed it.
 */
function takeBackText(text: Y.Text, typed: Typed): Typed | undefined {
  const { manager } = typed;
  const other: Typed = {
    ...typed,
    before: typed.after,
    after: typed.before,
    next: typed.next === "undo" ? "redo" : "undo",
  };
  if (typed.text === text) {
    const was = text.toString();
    const steps = typed.next === "undo" ? manager.undoStack : manager.redoStack;
    while (steps.length > 0 && manager[typed.next]() !== null);
    return text.toString() === was ? undefined : other;
  }
  if (typed.before === undefined || text.toString() !== typed.after) return undefined;
  replaceText(text, typed.before);
  return other;
}

/** Takes a gesture back, newest entry first; everything but typing in one transaction. */
export function takeBack(doc: Y.Doc, gesture: Gesture, origin: unknown): Gesture | undefined {
  const entries: Entry[] = [];
  const run = () => {
    for (const entry of [...gesture.entries].reverse()) {
      const back = takeBackEntry(doc, entry);
      if (back) entries.push(back);
    }
  };
  // A text's manager only notices what it does in transactions of its own.
  if (gesture.entries.some((entry) => entry.kind === "text")) run();
  else doc.transact(run, origin);
  return entries.length > 0 ? { name: gesture.name, entries } : undefined;
}

/** For steps that can no longer be reached: Yjs may forget the characters kept for them. */
export function forget(gestures: readonly Gesture[]): void {
  for (const entry of gestures.flatMap((gesture) => gesture.entries)) {
    if (entry.kind === "text") {
      entry.typed.manager.clear();
      entry.typed.manager.destroy();
    }
  }
}
