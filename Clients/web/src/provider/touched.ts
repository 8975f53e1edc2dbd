/** What a transaction touched, at the top level of the document. */
import type * as Y from "yjs";

/** The part of a shared type that says where it is. */
interface Placed {
  readonly _item: { readonly parent: unknown; readonly parentSub: string | null } | null;
}

function rootName(doc: Y.Doc, root: unknown): string {
  for (const [name, type] of doc.share) if (type === root) return name;
  return "";
}

/** "root/key" for each entry of a root map that changed, in whatever depth. */
export function touchedBy(transaction: Y.Transaction): ReadonlySet<string> {
  const touched = new Set<string>();
  for (const [type, keys] of transaction.changed) {
    let child: Placed = type;
    let below: readonly (string | null)[] = [...keys];
    while (child._item) {
      below = [child._item.parentSub];
      child = child._item.parent as Placed;
    }
    const root = rootName(transaction.doc, child);
    for (const key of below) touched.add(key === null ? root : `${root}/${key}`);
  }
  return touched;
}
