/** Sending and receiving awareness: who is here, and where. */
import {
  Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates,
} from "y-protocols/awareness";
import type * as Y from "yjs";
import type { Environment, Timer } from "./environment";

/** The hub passes states on at most 30 times a second; more would only cost. */
const gap = 33;

export interface Presence {
  readonly awareness: Awareness;
  /** Sends our state, whenever it was sent last. */
  announce(): void;
  receive(update: Uint8Array): void;
  /** Everybody else is out of sight until they are heard again. */
  lost(): void;
  destroy(): void;
}

/** `send` is called with awareness updates; what it does without a connection is its business. */
export function createPresence(
  doc: Y.Doc,
  environment: Environment,
  send: (update: Uint8Array) => void,
): Presence {
  const awareness = new Awareness(doc);
  const remote = { from: "hub" };
  let last = -Infinity;
  let timer: Timer | undefined;

  function announce(): void {
    timer?.cancel();
    timer = undefined;
    last = environment.now();
    send(encodeAwarenessUpdate(awareness, [awareness.clientID]));
  }

  awareness.on("update", (_changes: unknown, origin: unknown) => {
    if (origin === remote) return;
    const due = last + gap - environment.now();
    if (due <= 0) announce();
    else timer ??= environment.after(due, announce);
  });

  return {
    awareness,
    announce,
    receive(update) {
      applyAwarenessUpdate(awareness, update, remote);
    },
    lost() {
      const others = [...awareness.meta.keys()].filter((id) => id !== awareness.clientID);
      removeAwarenessStates(awareness, others, remote);
      // Whoever has not moved since announces the same clock again, and is to be seen.
      for (const id of others) awareness.meta.delete(id);
    },
    destroy() {
      awareness.destroy();
      announce();
      timer?.cancel();
    },
  };
}
