import { Reader, Writer } from "./bytes";
import { EngineError, errorCode } from "./errors";

/** A document in the module's memory. */
export type Handle = number;

/** What the module offers (Sources/CRDTWasm). Results below 0 are errors. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  input(count: number): number;
  output(): number;
  outputCount(): number;
  newDoc(client: number, collectsGarbage: number): Handle;
  freeDoc(doc: Handle): void;
  setClientID(doc: Handle, client: number): void;
  clientID(doc: Handle): number;
  apply(doc: Handle, count: number, format: number, wantsUpdate: number): number;
  transact(doc: Handle): number;
  encode(doc: Handle, vector: number, format: number): number;
  stateVector(doc: Handle): number;
  convert(count: number, from: number, to: number): number;
  merge(count: number, format: number): number;
  diff(count: number, format: number): number;
  stateVectorOf(count: number, format: number): number;
  root(doc: Handle, count: number): number;
  length(doc: Handle, type: number): number;
  name(doc: Handle, type: number): number;
  text(doc: Handle, type: number): number;
  plain(doc: Handle, type: number, kind: number): number;
  runs(doc: Handle, type: number): number;
  elements(doc: Handle, type: number): number;
  entries(doc: Handle, type: number): number;
  value(doc: Handle, type: number, count: number): number;
  newType(index: number): number;
  insertText(doc: Handle, type: number, index: number, count: number, wantsUpdate: number): number;
  insertEmbed(doc: Handle, type: number, index: number, count: number, wantsUpdate: number): number;
  format(
    doc: Handle, type: number, index: number, length: number, count: number, wantsUpdate: number,
  ): number;
  deleteText(doc: Handle, type: number, index: number, length: number, wantsUpdate: number): number;
  applyDelta(doc: Handle, type: number, count: number, wantsUpdate: number): number;
  insert(doc: Handle, type: number, index: number, count: number, wantsUpdate: number): number;
  append(doc: Handle, type: number, count: number, wantsUpdate: number): number;
  delete(doc: Handle, type: number, index: number, length: number, wantsUpdate: number): number;
  set(doc: Handle, type: number, count: number, wantsUpdate: number): number;
  remove(doc: Handle, type: number, count: number, wantsUpdate: number): number;
  clear(doc: Handle, type: number, wantsUpdate: number): number;
}

/** Bytes in one call. Half of what the module's memory may grow to. */
const INPUT_MAX = 2 ** 30;

/** The module and its memory: bytes in, bytes out. */
export class Module {
  readonly writer = new Writer();
  private readonly bodies: (() => number)[] = [];
  private view = new Uint8Array(0);
  private input = 0;
  private room = 0;

  private constructor(private readonly instance: { exports: Exports | null }) {}

  static async load(source: BufferSource | WebAssembly.Module | Response | Promise<Response>): Promise<Module> {
    const holder: { exports: Exports | null } = { exports: null };
    const module = new Module(holder);
    const imports = { page: {
      body: () => module.bodies[module.bodies.length - 1]?.() ?? 0,
      random: (start: number, count: number) => {
        // 65536 bytes are the most that browsers give at once; the engine asks for a few.
        crypto.getRandomValues(module.memory.subarray(start, start + count));
      },
      number: (start: number, count: number) => Number(ascii(module.memory, start, count)),
    } };
    holder.exports = (await instantiate(source, imports)).exports as unknown as Exports;
    return module;
  }

  get calls(): Exports { return this.instance.exports as Exports; }

  /** All of its memory. What grows may move it, so views are not kept over a call. */
  private get memory(): Uint8Array {
    if (this.view.byteLength === 0) this.view = new Uint8Array(this.calls.memory.buffer);
    return this.view;
  }

  /** Hands bytes over; the result is their count. */
  give(bytes: Uint8Array): number {
    if (!(bytes instanceof Uint8Array)) throw new EngineError("value", "bytes have to come as a Uint8Array");
    const count = bytes.length;
    if (count > INPUT_MAX) throw new EngineError("value", `${count} bytes are more than the engine takes at once`);
    if (count > this.room || this.input === 0) {
      const room = Math.max(count, 4096);
      // Nothing is there while that fails: the module may be out of memory.
      this.room = 0;
      this.input = this.calls.input(room);
      this.room = room;
    }
    this.memory.set(bytes, this.input);
    return count;
  }

  /** The last result: a view that the next call spoils, so none is given away but by `glance`. */
  private get output(): Uint8Array {
    const start = this.calls.output();
    return this.memory.subarray(start, start + this.calls.outputCount());
  }

  /** A copy of the last result. */
  copy(): Uint8Array { return this.output.slice(); }

  /** A result that is a number, or the error that it stands for. */
  check(result: number): number {
    if (result >= 0) return result;
    const reader = new Reader(this.output);
    const code = errorCode(reader.byte());
    const offset = reader.varUint();
    throw new EngineError(code, reader.string(), offset === 0 ? undefined : offset - 1);
  }

  /** A copy of the bytes that a call has given. */
  bytes(result: number): Uint8Array {
    this.check(result);
    return this.copy();
  }

  /** The same, to be read. It is a copy too: who reads may call again before the end. */
  reader(result: number): Reader {
    return new Reader(this.bytes(result));
  }

  /**
   * What `read` makes of a result where it lies: `read` must call nothing of the module. For single values
   * only, where the copy would be a third of the time.
   */
  glance<Result>(result: number, read: (reader: Reader) => Result): Result {
    this.check(result);
    return read(new Reader(this.output));
  }

  /**
   * Runs a call of the module that calls `body` and then asks `wantsUpdate`. What `body` throws passes the
   * module by: the call comes to its end, and the error is in the result.
   */
  within(
    call: () => number, body: () => void, wantsUpdate: () => number,
  ): { result: number; failure?: { error: unknown } } {
    let failure: { error: unknown } | undefined;
    this.bodies.push(() => {
      try { body(); } catch (error) { failure = { error }; }
      return wantsUpdate();
    });
    try {
      const result = call();
      return failure ? { result, failure } : { result };
    } finally {
      this.bodies.pop();
    }
  }
}

function ascii(memory: Uint8Array, start: number, count: number): string {
  let text = "";
  for (let index = start; index < start + count; index++) text += String.fromCharCode(memory[index] ?? 0);
  return text;
}

async function instantiate(
  source: BufferSource | WebAssembly.Module | Response | Promise<Response>, imports: WebAssembly.Imports,
): Promise<WebAssembly.Instance> {
  if (source instanceof WebAssembly.Module) return WebAssembly.instantiate(source, imports);
  const given = await source;
  if (typeof Response !== "undefined" && given instanceof Response) {
    return (await WebAssembly.instantiate(await given.arrayBuffer(), imports)).instance;
  }
  return (await WebAssembly.instantiate(given as BufferSource, imports)).instance;
}
