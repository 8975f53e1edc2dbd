/**
 * Bytes <-> messages of jamboree.v1 (Protocol/wire.md, sections 3 and 4). A binary WebSocket
 * message is a board's name and one message for it.
 */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { readCode } from "./codes";
import type { RefusalCode } from "./codes";

export type Message =
  /** The sender's state vector; the other side answers with what is missing. */
  | { readonly is: "step1"; readonly stateVector: Uint8Array }
  | { readonly is: "step2"; readonly update: Uint8Array }
  | { readonly is: "update"; readonly update: Uint8Array }
  | { readonly is: "awareness"; readonly update: Uint8Array }
  | { readonly is: "query-awareness" }
  /** The first `count` messages of this session for this board are on disk, or were refused. */
  | { readonly is: "saved"; readonly epoch: number; readonly count: number }
  /** Message `number` was refused whole. */
  | Reject
  /** Joins the board; epoch 0: none known. */
  | { readonly is: "open"; readonly epoch: number }
  | { readonly is: "opened"; readonly epoch: number };

export interface Reject {
  readonly is: "reject";
  readonly number: number;
  readonly code: RefusalCode | "unknown";
  readonly reason: string;
}

/** Message types; within `sync` comes the step. */
const type = {
  sync: 0, awareness: 1, queryAwareness: 3, saved: 10, reject: 11, open: 12, opened: 13,
};
const step = { one: 0, two: 1, update: 2 };

type Encoder = encoding.Encoder;

function writeSync(to: Encoder, which: number, payload: Uint8Array): void {
  encoding.writeVarUint(to, type.sync);
  encoding.writeVarUint(to, which);
  encoding.writeVarUint8Array(to, payload);
}

function writeNumbers(to: Encoder, ...numbers: readonly number[]): void {
  for (const number of numbers) encoding.writeVarUint(to, number);
}

function writeMessage(to: Encoder, message: Message): void {
  switch (message.is) {
    case "step1": return writeSync(to, step.one, message.stateVector);
    case "step2": return writeSync(to, step.two, message.update);
    case "update": return writeSync(to, step.update, message.update);
    case "awareness":
      encoding.writeVarUint(to, type.awareness);
      return encoding.writeVarUint8Array(to, message.update);
    case "query-awareness": return writeNumbers(to, type.queryAwareness);
    case "saved": return writeNumbers(to, type.saved, message.epoch, message.count);
    case "reject":
      writeNumbers(to, type.reject, message.number);
      encoding.writeVarString(to, message.code);
      return encoding.writeVarString(to, message.reason);
    case "open": return writeNumbers(to, type.open, message.epoch);
    case "opened": return writeNumbers(to, type.opened, message.epoch);
  }
}

export function encodeMessage(board: string, message: Message): Uint8Array {
  const to = encoding.createEncoder();
  encoding.writeVarString(to, board);
  writeMessage(to, message);
  return encoding.toUint8Array(to);
}

function readSync(from: decoding.Decoder): Message | undefined {
  const which = decoding.readVarUint(from);
  // Copies: what Yjs keeps of an update must not keep the whole frame.
  const payload = decoding.readVarUint8Array(from).slice();
  switch (which) {
    case step.one: return { is: "step1", stateVector: payload };
    case step.two: return { is: "step2", update: payload };
    case step.update: return { is: "update", update: payload };
    default: return undefined;
  }
}

function readMessage(from: decoding.Decoder): Message | undefined {
  switch (decoding.readVarUint(from)) {
    case type.sync: return readSync(from);
    case type.awareness:
      return { is: "awareness", update: decoding.readVarUint8Array(from).slice() };
    case type.queryAwareness: return { is: "query-awareness" };
    case type.saved: {
      const epoch = decoding.readVarUint(from);
      return { is: "saved", epoch, count: decoding.readVarUint(from) };
    }
    case type.reject: {
      const number = decoding.readVarUint(from);
      const code = readCode(decoding.readVarString(from));
      return { is: "reject", number, code, reason: decoding.readVarString(from) };
    }
    case type.open: return { is: "open", epoch: decoding.readVarUint(from) };
    case type.opened: return { is: "opened", epoch: decoding.readVarUint(from) };
    default: return undefined;
  }
}

export type Decoded =
  | { readonly board: string; readonly message: Message }
  /** A type that a later protocol adds: to be passed over. */
  | "unknown"
  /** Ends before its lengths do, or is no such message at all. */
  | "malformed";

/** Never throws. Bytes behind a whole message are ignored. */
export function decodeMessage(bytes: Uint8Array): Decoded {
  try {
    const from = decoding.createDecoder(bytes);
    const board = decoding.readVarString(from);
    const message = readMessage(from);
    // lib0 reads a byte behind the end as if it were there.
    if (from.pos > bytes.length) return "malformed";
    return message ? { board, message } : "unknown";
  } catch {
    return "malformed";
  }
}
