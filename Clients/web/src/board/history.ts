/** The stacks of undo and redo. */
import type * as Y from "yjs";
import type { Step } from "./editor-types";
import { forget, takeBack } from "./gestures";
import type { Gesture } from "./gestures";

/** Steps that can be taken back. */
const deepest = 200;

export interface History {
  push(gesture: Gesture): void;
  /** Something new was done: what was taken back cannot come again. */
  branch(): void;
  undo(): Step;
  redo(): Step;
  /** Takes back what is not to become a step. */
  drop(gesture: Gesture): void;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  clear(): void;
}

export function createHistory(doc: Y.Doc, origin: unknown): History {
  const done: Gesture[] = [];
  const undone: Gesture[] = [];

  /** A void step is not passed over: the one before may be old, and about something else. */
  function move(from: Gesture[], to: Gesture[]): Step {
    const gesture = from.pop();
    if (!gesture) return "none";
    const back = takeBack(doc, gesture, origin);
    if (back) to.push(back);
    else forget([gesture]);
    return back ? "done" : "void";
  }

  const branch = () => forget(undone.splice(0));

  return {
    push(gesture) {
      branch();
      done.push(gesture);
      if (done.length > deepest) forget(done.splice(0, 1));
    },
    branch,
    undo: () => move(done, undone),
    redo: () => move(undone, done),
    drop(gesture) {
      takeBack(doc, gesture, origin);
      forget([gesture]);
    },
    get canUndo() {
      return done.length > 0;
    },
    get canRedo() {
      return undone.length > 0;
    },
    clear() {
      forget(done.splice(0));
      forget(undone.splice(0));
    },
  };
}
