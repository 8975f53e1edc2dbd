/** The room's stage: a document that only the hub writes. */
import * as Y from "yjs";
import type { Message } from "../protocol/messages";

export const stageName = "@stage";

export interface StageState {
  readonly frozen: boolean;
  readonly frozenBy: string | undefined;
}

export interface Stage {
  connected(send: (message: Message) => void): void;
  receive(message: Message): void;
}

/** Each connection begins with an empty document: the stage is small, and nothing of it is ours. */
export function createStage(changed: (state: StageState) => void): Stage {
  let doc = new Y.Doc();
  let send: ((message: Message) => void) | undefined;

  function apply(update: Uint8Array): void {
    Y.applyUpdate(doc, update);
    const room = doc.getMap("room");
    const by: unknown = room.get("frozenBy");
    changed({
      frozen: room.get("frozen") === true,
      frozenBy: typeof by === "string" ? by : undefined,
    });
  }

  return {
    connected(to) {
      send = to;
      doc = new Y.Doc();
      send({ is: "open", epoch: 0 });
    },
    receive(message) {
      if (message.is === "opened") {
        send?.({ is: "step1", stateVector: Y.encodeStateVector(doc) });
      } else if (message.is === "step1") {
        send?.({ is: "step2", update: Y.encodeStateAsUpdate(doc, message.stateVector) });
      } else if (message.is === "step2" || message.is === "update") apply(message.update);
    },
  };
}
