/** One document of a board with its presence, kept in the store, and what its person does to it. */
import * as Y from "yjs";
import type { Environment, Timer } from "./environment";
import "./formatting";
import "./paths";
import { createPresence } from "./presence";
import type { Presence } from "./presence";
import type { BoardStore } from "./store";
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
  readonly store: BoardStore;
  readonly environment: Environment;
  readonly edited: (update: Uint8Array, touched: ReadonlySet<string>) => void;
  readonly announce: (update: Uint8Array) => void;
  /** Yjs failed inside, not at the hand of any caller. */
  readonly broken: (error: unknown) => void;
}

/**
 * Everybody's updates are kept one by one, and a session may have tens of thousands: so many are
 * joined into one as soon as they are as big as that one was, or at the latest `most`.
 */
const few = 500;
const most = 5_000;
/** When a board was loaded, fewer are worth it. */
const found = 50;
/** In ms: not in the middle of what somebody just does. */
const later = 1_000;

export function createDocument(uses: DocumentUses): LiveDocument {
  const { store, environment } = uses;
  const doc = new Y.Doc();
  const presence = createPresence(doc, environment, uses.announce);
  const fromHub = { from: "hub" };
  const fromStore = { from: "store" };

  /** What is kept beside what was last joined. */
  let kept = { rows: 0, bytes: 0 };
  let whole = 0;
  let joining: Timer | undefined;

  function keep(update: Uint8Array): void {
    store.append(update);
    kept = { rows: kept.rows + 1, bytes: kept.bytes + update.length };
    if (kept.rows >= most || (kept.rows >= few && kept.bytes >= whole)) joinLater();
  }

  function joinLater(): void {
    joining ??= environment.after(later, () => {
      joining = undefined;
      // whatever was kept is in the document, also what waits in it for what is missing
      const update = joined();
      if (!update) return;
      kept = { rows: 0, bytes: 0 };
      whole = update.length;
      store.replace(update);
    });
  }

  function joined(): Uint8Array | undefined {
    try {
      return Y.encodeStateAsUpdate(doc);
    } catch (error) {
      uses.broken(error);
      return undefined;
    }
  }

  const heard = (update: Uint8Array, origin: unknown, _doc: Y.Doc, change: Y.Transaction) => {
    if (origin === fromStore) return;
    keep(update);
    if (origin !== fromHub) uses.edited(update, touchedBy(change));
  };
  doc.on("update", heard);

  return {
    doc,
    presence,
    receive: (update) => Y.applyUpdate(doc, update, fromHub),
    restore(updates) {
      doc.transact(() => {
        for (const update of updates) Y.applyUpdate(doc, update, fromStore);
      }, fromStore);
      if (updates.length >= found) joinLater();
    },
    release() {
      joining?.cancel();
      doc.off("update", heard);
      presence.destroy();
    },
  };
}
