/** What went wrong, in the order of the module's own numbers; the last ones are the wrapper's. */
const codes = [
  "decoding", "encoding", "outOfBounds", "notAnElement", "notAChild", "gone", "busy", "freed", "value",
] as const;

/**
 * - `decoding`: bytes are no update, state vector or whatever was asked for; `offset` is the first bad one.
 * - `encoding`: format v2 cannot say it (two clocks more than 2^52 apart).
 * - `outOfBounds`: an index, or the end of a range, is beyond the sequence.
 * - `notAnElement`, `notAChild`: XML that has no attributes, or no such child.
 * - `gone`: the type was deleted.
 * - `busy`: not possible while a transaction runs.
 * - `freed`: the document was given back.
 * - `value`: a value that no document can hold: of another kind, too deep, or inside itself.
 */
export type EngineErrorCode = (typeof codes)[number];

/** An error of the engine: nothing has changed by the call that throws it. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  constructor(
    readonly code: EngineErrorCode,
    message: string,
    /** Of the first bad byte, where bytes are at fault. */
    readonly offset?: number,
  ) {
    super(offset === undefined ? message : `byte ${offset}: ${message}`);
  }
}

export const errorCode = (number: number): EngineErrorCode => codes[number] ?? "decoding";
