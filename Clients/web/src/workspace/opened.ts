import { createEditor } from "../board";
import type { Author, BoardEditor } from "../board";
import type { OpenDocument } from "../provider";
import { createPresence, Presence } from "./presence";
import { Shapes, watchShapes } from "./shapes";

/** A document with all that listens to it. */
export interface Opened {
  readonly editor: BoardEditor;
  readonly shapes: Shapes;
  readonly presence: Presence;
  close(): void;
}

export interface Listeners {
  shapes(): void;
  history(): void;
  presence(): void;
}

/** All of it, whatever happens: a document that broke may fail at anything. */
export function leaveAll(steps: readonly (() => void)[]): void {
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      console.warn("left as it was:", error);
    }
  }
}

export function openDocument(document: OpenDocument, me: Author, heard: Listeners): Opened {
  const editor = createEditor(document.doc, me);
  const shapes = watchShapes(document.doc, heard.shapes);
  const presence = createPresence(document.awareness, me.name, heard.presence);
  const stopHistory = editor.onHistory(heard.history);
  return {
    editor, shapes, presence,
    close() {
      stopHistory();
      shapes.stop();
      presence.stop();
      editor.destroy();
    },
  };
}
