/** One document of a board with its presence, kept in the store, and what its person does to it. */
import * as Y from "yjs";
import type { Environment } from "./environment";
import { createPresence } from "./presence";
import type { Presence } from "./presence";
import type { BoardKey, OfflineStore } from "./store";
import { touchedBy } from "./touched";

export interface LiveDocument {
  readonly doc: Y.Doc;
  readonly presence: Presence;
  /** From the hub. */
  receive(update: Uint8Array): void;
  /** From this browser's store. */
  restore(updates: readonly Uint8Array[]): void;
  /** The document stays as it is; nothing hears of it any more. */
  release(): void;
}

export interface DocumentUses {
  readonly key: BoardKey;
  readonly store: OfflineStore;
  readonly environment: Environment;
  readonly edited: (update: Uint8Array, touched: ReadonlySet<string>) => void;
  readonly announce: (update: Uint8Array) => void;
}

export function createDocument(uses: DocumentUses): LiveDocument {
  const { key, store, environment } = uses;
  const doc = new Y.Doc();
  const presence = createPresence(doc, environment, uses.announce);
  const fromHub = { from: "hub" };
  const fromStore = { from: "store" };

  const heard = (update: Uint8Array, origin: unknown, _doc: Y.Doc, change: Y.Transaction) => {
    if (origin === fromStore) return;
    store.append(key, update);
    if (origin !== fromHub) uses.edited(update, touchedBy(change));
  };
  doc.on("update", heard);

  return {
    doc,
    presence,
    receive: (update) => Y.applyUpdate(doc, update, fromHub),
    restore: (updates) => doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update, fromStore);
    }, fromStore),
    release() {
      doc.off("update", heard);
      presence.destroy();
    },
  };
}
