/** Writing shapes, with undo. */
import type * as Y from "yjs";
import type { Author, BoardEditor } from "./editor-types";

/** An editor for one person on one document. A new document (see `onDocument`) needs a new one. */
export function createEditor(_doc: Y.Doc, _author: Author): BoardEditor {
  throw new Error("comes next");
}
