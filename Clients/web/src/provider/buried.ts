/**
 * What somebody wrote where others had deleted the whole: it is sent and taken, and shows nowhere.
 *
 * Only what the hub does not have when it says what it has can be lost like this unseen: whoever
 * writes in a text that is deleted at that moment sees it go.
 */
import * as Y from "yjs";
import type { Environment } from "./environment";
import type { Unsubscribe } from "./types";

/** In ms: so long after all is saved others, who were away too, may bring what they deleted. */
const others = 60_000;

export interface Burials {
  /** The hub has so much; of the texts in `doc` it does not have all. */
  expect(doc: Y.Doc, stateVector: Uint8Array): void;
  /** All is on the hub's disk. */
  saved(): void;
  /** There is another document. */
  forget(): void;
  /** Tells which of those texts went while `receive` took in what others did, as they were. */
  during(receive: () => void): void;
  /** What was told when nobody listened is told to the first who does. */
  listen(listener: (texts: readonly string[]) => void): Unsubscribe;
}

export function createBurials(environment: Pick<Environment, "now">): Burials {
  const listeners = new Set<(texts: readonly string[]) => void>();
  /** Until when each is expected. */
  const waiting = new Map<Y.Text, number>();
  let untold: readonly string[] = [];

  function tell(): void {
    if (listeners.size === 0 || untold.length === 0) return;
    const texts = untold;
    untold = [];
    for (const listener of [...listeners]) listener(texts);
  }

  /** As they are now. What somebody has deleted themselves is no loss. */
  function alive(): readonly { readonly text: Y.Text; readonly said: string }[] {
    if (waiting.size === 0) return [];
    const now = environment.now();
    for (const [text, until] of waiting) if (until < now || !isThere(text)) waiting.delete(text);
    return [...waiting.keys()].map((text) => ({ text, said: text.toString() }));
  }

  return {
    expect(doc, stateVector) {
      for (const text of unsentTexts(doc, stateVector)) waiting.set(text, Infinity);
    },
    saved() {
      const end = environment.now() + others;
      for (const [text, until] of waiting) if (until > end) waiting.set(text, end);
    },
    forget: () => waiting.clear(),
    during(receive) {
      const before = alive();
      receive();
      untold = [...untold, ...before.filter(({ text }) => !isThere(text)).map(({ said }) => said)];
      tell();
    },
    listen(listener) {
      listeners.add(listener);
      tell();
      return () => void listeners.delete(listener);
    },
  };
}

const isThere = (text: Y.Text): boolean => text._item?.deleted === false;

/** Texts inside of something with letters in them that are beyond the state vector. */
function unsentTexts(doc: Y.Doc, stateVector: Uint8Array): ReadonlySet<Y.Text> {
  const known = Y.decodeStateVector(stateVector);
  const texts = new Set<Y.Text>();
  for (const [client, structs] of doc.store.clients) {
    const from = known.get(client) ?? 0;
    for (let at = structs.length - 1; at >= 0; at--) {
      const struct = structs[at];
      if (!struct || struct.id.clock + struct.length <= from) break;
      if (!(struct instanceof Y.Item) || struct.deleted) continue;
      const { content, parent } = struct;
      if (!(content instanceof Y.ContentString) || !(parent instanceof Y.Text)) continue;
      if (isThere(parent)) texts.add(parent);
    }
  }
  return texts;
}
