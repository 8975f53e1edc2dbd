/** Typing into a text, and remembering whose characters are whose. */
import * as Y from "yjs";
import type { Step } from "./editor-types";

/** A finished edit of one text. */
export interface Typed {
  readonly text: Y.Text;
  /** Knows the characters typed and deleted; has an origin of its own, so it knows no others. */
  readonly manager: Y.UndoManager;
  /** What the manager does to take this back. */
  readonly next: "undo" | "redo";
  /** The whole text; undefined if others wrote at the same time, so that it is not ours alone. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** Cuts at so many UTF-16 units, never inside a pair. */
export function cut(value: string, units: number): string {
  if (value.length <= units) return value;
  return value.slice(0, isHigh(value.charCodeAt(units - 1)) ? units - 1 : units);
}

/** Makes a text say `value` by one deletion and one insertion where they differ. */
export function replaceText(text: Y.Text, value: string): void {
  const now = text.toString();
  if (now === value) return;
  const shorter = Math.min(now.length, value.length);
  let start = 0;
  while (start < shorter && now.charCodeAt(start) === value.charCodeAt(start)) start++;
  // A pair of surrogates is one character: Yjs would replace halves of it.
  if (start > 0 && isHigh(now.charCodeAt(start - 1))) start--;
  let end = 0;
  while (
    end < shorter - start &&
    now.charCodeAt(now.length - 1 - end) === value.charCodeAt(value.length - 1 - end)
  ) end++;
  if (end > 0 && isLow(now.charCodeAt(now.length - end))) end--;
  const gone = now.length - start - end;
  if (gone > 0) text.delete(start, gone);
  const come = value.slice(start, value.length - end);
  if (come !== "") text.insert(start, come);
}

/** One step inside of a text. Left to itself the manager would pass over steps that are void. */
export function stepIn(manager: Y.UndoManager, which: "undo" | "redo"): Step {
  const steps = which === "undo" ? manager.undoStack : manager.redoStack;
  if (steps.length === 0) return "none";
  const older = steps.splice(0, steps.length - 1);
  const done = manager[which]() !== null;
  steps.unshift(...older);
  return done ? "done" : "void";
}

/** A text that is open for typing. */
export interface Typing {
  readonly text: Y.Text;
  readonly manager: Y.UndoManager;
  type(value: string): void;
  /** What was typed; undefined if nothing remains of it. */
  finish(): Typed | undefined;
}

export function startTyping(doc: Y.Doc, text: Y.Text): Typing {
  const origin = { typing: text };
  const manager = new Y.UndoManager(text, { trackedOrigins: new Set<unknown>([origin]) });
  const before = text.toString();
  // Somebody may delete the shape meanwhile: its text says nothing then, but it may come back.
  let now = before;
  let shared = false;
  const observer = (_event: Y.YTextEvent, transaction: Y.Transaction) => {
    if (transaction.origin !== origin && transaction.origin !== manager) shared = true;
    now = text.toString();
  };
  text.observe(observer);
  return {
    text,
    manager,
    type: (value) => doc.transact(() => replaceText(text, value), origin),
    finish() {
      text.unobserve(observer);
      if (manager.undoStack.length === 0 || (!shared && now === before)) {
        manager.clear();
        manager.destroy();
        return undefined;
      }
      // Only from now on: what came back by redo inside the text is one edit with the rest.
      manager.stopCapturing();
      manager.trackedOrigins.delete(origin);
      const [was, is] = shared ? [undefined, undefined] : [before, now];
      return { text, manager, next: "undo", before: was, after: is };
    },
  };
}
