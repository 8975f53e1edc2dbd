/** Writing shapes, with undo. */
import * as Y from "yjs";
import { copyOf, mapFrom } from "./copy";
import type { Author, BoardEditor, Step } from "./editor-types";
import { createHistory } from "./history";
import { shapeMap, writeValue } from "./gestures";
import { startRecording } from "./recording";
import type { Recording } from "./recording";
import { newShape, offsetsFrom, strokeEnd, validChange } from "./write";
import { shapesOf } from "./read";
import { cut, startTyping, stepIn } from "./typing";
import type { Typing } from "./typing";
import { longestPoints, longestText } from "./schema";
import type { ShapeId } from "./schema";

/** An editor for one person on one document. A new document (see `onDocument`) needs a new one. */
export function createEditor(doc: Y.Doc, author: Author): BoardEditor {
  const origin = { editor: author.sub };
  const listeners = new Set<() => void>();
  const history = createHistory(doc, origin);
  let recording: Recording | undefined;
  let open: { readonly id: ShapeId; readonly typing: Typing } | undefined;

  const tell = () => listeners.forEach((listener) => listener());

  /** What was typed so far becomes a step; typing can go on. */
  function keepTyped(): void {
    if (!open) return;
    const { id, typing } = open;
    const typed = typing.finish();
    open = { id, typing: startTyping(doc, typing.text) };
    if (typed) history.push({ name: "text", entries: [{ kind: "text", id, typed }] });
  }

  function end(): void {
    const gesture = recording?.finish();
    recording = undefined;
    if (gesture) history.push(gesture);
    tell();
  }

  function begin(name: string): void {
    if (recording) end();
    keepTyped();
    recording = startRecording(name);
  }

  /** Runs inside the open gesture, or in one of its own. */
  function within<T>(name: string, edit: (recording: Recording) => T): T {
    const alone = recording === undefined;
    if (alone) begin(name);
    const current = recording ?? startRecording(name);
    const results: T[] = [];
    try {
      doc.transact(() => void results.push(edit(current)), origin);
    } finally {
      if (alone) end();
    }
    return results[0] as T;
  }

  function endText(): void {
    if (!open) return;
    const { id, typing } = open;
    open = undefined;
    const typed = typing.finish();
    if (typed) history.push({ name: "text", entries: [{ kind: "text", id, typed }] });
    tell();
  }

  function step(which: "undo" | "redo"): Step {
    if (recording) end();
    const became = open ? stepIn(open.typing.manager, which) : history[which]();
    tell();
    return became;
  }

  const text = (id: ShapeId): Y.Text | undefined => {
    const found = shapeMap(doc, id)?.get("text");
    return found instanceof Y.Text ? found : undefined;
  };

  return {
    doc,
    gesture: (name, edit) => within(name, edit),
    begin,
    end,
    cancel() {
      const gesture = recording?.finish();
      recording = undefined;
      if (gesture) history.drop(gesture);
      tell();
    },
    create: (shape) => within("create", (current) => {
      const [id, copy] = newShape(doc, author, shape);
      shapesOf(doc).set(id, mapFrom(copy));
      current.made(id, copy);
      return id;
    }),
    change: (id, change) => within("change", (current) => {
      const map = shapeMap(doc, id);
      if (!map) return false;
      for (const [key, value] of Object.entries(validChange(change))) {
        const before = map.get(key);
        if (before === value) continue;
        writeValue(map, key, value);
        current.value(id, key, before, value);
      }
      return true;
    }),
    remove: (id) => within("remove", (current) => {
      const map = shapeMap(doc, id);
      if (!map) return false;
      current.removed(id, copyOf(map));
      shapesOf(doc).delete(id);
      return true;
    }),
    appendPoints: (id, points) => within("append", (current) => {
      const stored = shapeMap(doc, id)?.get("points");
      if (!(stored instanceof Y.Array) || !current.hasMade(id)) return false;
      const offsets = offsetsFrom(strokeEnd(doc, id), points);
      if (stored.length + offsets.length > longestPoints) return false;
      stored.push(offsets);
      current.points(id, offsets);
      return true;
    }),

    text,
    beginText(id) {
      endText();
      if (recording) end();
      const found = text(id);
      if (!found) return false;
      open = { id, typing: startTyping(doc, found) };
      tell();
      return true;
    },
    type(value) {
      const short = cut(value, longestText);
      if (!open || text(open.id) !== open.typing.text) return;
      if (open.typing.text.toString() === short) return;
      open.typing.type(short);
      history.branch();
      tell();
    },
    endText,
    get textOpen() {
      return open?.id;
    },

    undo: () => step("undo"),
    redo: () => step("redo"),
    get canUndo() {
      return open ? open.typing.manager.undoStack.length > 0 : recording !== undefined
        || history.canUndo;
    },
    get canRedo() {
      return open ? open.typing.manager.redoStack.length > 0 : history.canRedo;
    },
    onHistory(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    destroy() {
      endText();
      recording = undefined;
      history.clear();
      listeners.clear();
    },
  };
}
