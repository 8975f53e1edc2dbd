import { Doc, type DocOptions } from "./doc";
import { Module } from "./module";

/**
 * The engine of the hub, as WebAssembly: documents that any Yjs program understands.
 *
 *     const engine = await Engine.load(fetch("jamboree-crdt.wasm"));
 *     const doc = engine.newDoc();
 *     doc.onUpdate((update) => socket.send(update));
 *     doc.getText("title").insert(0, "Radio for the stairwell");
 *     doc.free();
 *
 * All documents of an engine share its memory, 2 GiB at most. Errors are `EngineError`s; they change nothing.
 * Only where that memory is full a call ends with a `WebAssembly.RuntimeError`, and the engine is lost.
 */
export class Engine {
  private constructor(private readonly module: Module) {}

  /** From the bytes of `jamboree-crdt.wasm`, a compiled module, or what `fetch` gives. */
  static async load(source: BufferSource | WebAssembly.Module | Response | Promise<Response>): Promise<Engine> {
    return new Engine(await Module.load(source));
  }

  newDoc(options: DocOptions = {}): Doc { return new Doc(this.module, options); }

  /** The memory that all documents together have asked for so far; it never shrinks. */
  get memoryByteCount(): number { return this.module.calls.memory.buffer.byteLength; }

  /** One update that does what all of them do, without a document. An error says which one is broken. */
  merge(updates: readonly Uint8Array[]): Uint8Array { return this.merged(updates, 1); }
  mergeV2(updates: readonly Uint8Array[]): Uint8Array { return this.merged(updates, 2); }

  /** The part of an update that whoever has the state vector lacks. */
  diff(update: Uint8Array, stateVector: Uint8Array): Uint8Array { return this.difference(update, stateVector, 1); }
  diffV2(update: Uint8Array, stateVector: Uint8Array): Uint8Array { return this.difference(update, stateVector, 2); }

  /** The state vector of whoever has this update and nothing else. */
  stateVectorOf(update: Uint8Array): Uint8Array {
    return this.module.bytes(this.module.calls.stateVectorOf(this.module.give(update), 1));
  }

  convertV1ToV2(update: Uint8Array): Uint8Array {
    return this.module.bytes(this.module.calls.convert(this.module.give(update), 1, 2));
  }

  convertV2ToV1(update: Uint8Array): Uint8Array {
    return this.module.bytes(this.module.calls.convert(this.module.give(update), 2, 1));
  }

  private merged(updates: readonly Uint8Array[], format: number): Uint8Array {
    const writer = this.module.writer.clear();
    for (const update of updates) writer.varBytes(update);
    return this.module.bytes(this.module.calls.merge(this.module.give(writer.bytes), format));
  }

  private difference(update: Uint8Array, stateVector: Uint8Array, format: number): Uint8Array {
    const writer = this.module.writer.clear().varBytes(update).varBytes(stateVector);
    return this.module.bytes(this.module.calls.diff(this.module.give(writer.bytes), format));
  }
}
