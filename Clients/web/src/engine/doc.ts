import { NoValue, Reader } from "./bytes";
import { EngineError } from "./errors";
import type { Handle, Module } from "./module";
import { SharedArray, SharedMap, SharedText, SharedType, XmlNode } from "./types";
import { Kind } from "./values";

export interface DocOptions {
  /** Who the edits made here are by: an integer up to 2^53-1, random if you say nothing. */
  readonly clientID?: number;
  /** Whether the content of what is deleted is dropped; true if you say nothing. */
  readonly gc?: boolean;
}

/** What became of an update. */
export interface Applied {
  /** Whether the document shows, or knows, more than before. */
  readonly changed: boolean;
  /** Whether something waits for an update that has not come. */
  readonly pending: boolean;
}

/** Told of each transaction: the update that it is (format v1), and where it came from. */
export type UpdateListener = (update: Uint8Array, origin: unknown, doc: Doc) => void;

const enum Did { change = 1, leftPending = 2, ownClientAdvanced = 4 }
const enum Format { v1 = 1, v2 = 2 }

const randomID = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** A document. It lives in the module's memory until `free`. */
export class Doc extends NoValue {
  private handle: Handle;
  private readonly listeners = new Set<UpdateListener>();
  /** By number and kind: a root may be read as several kinds. */
  private readonly types = new Map<number, SharedType>();
  /** The origin of the transaction that runs. */
  private running: { readonly origin: unknown } | null = null;

  /**
   * By `Engine.newDoc`.
   *
   * @param module For the types.
   */
  constructor(readonly module: Module, options: DocOptions) {
    super();
    this.handle = module.calls.newDoc(checkedID(options.clientID ?? randomID()), options.gc === false ? 0 : 1);
  }

  /**
   * Who the edits made here are by: an integer up to 2^53-1. It changes by itself where somebody else writes
   * under it, as in Yjs, and where its last clock is used up.
   */
  get clientID(): number { return this.module.calls.clientID(this.live); }

  set clientID(client: number) {
    this.notWithin("a change of the client id");
    this.module.calls.setClientID(this.live, checkedID(client));
  }

  /** Gives the memory back. The document and its types cannot be used any more. */
  free(): void {
    if (this.handle === 0) return;
    this.notWithin("free");
    this.module.calls.freeDoc(this.handle);
    this.handle = 0;
    this.listeners.clear();
  }

  /** For the types: the handle of a document that is still there. */
  get live(): Handle {
    if (this.handle === 0) throw new EngineError("freed", "the document was given back");
    return this.handle;
  }

  // What is in it

  /** The root of that name, read as a map: the same object each time. */
  getMap(name: string): SharedMap { return this.root(name, Kind.map) as SharedMap; }
  getArray(name: string): SharedArray { return this.root(name, Kind.array) as SharedArray; }
  getText(name: string): SharedText { return this.root(name, Kind.text) as SharedText; }
  getXmlFragment(name: string): XmlNode { return this.root(name, Kind.xmlFragment) as XmlNode; }

  private root(name: string, kind: Kind): SharedType {
    const bytes = new TextEncoder().encode(name);
    return this.typeOf(this.module.calls.root(this.live, this.module.give(bytes)), kind);
  }

  /** For the types: the object for a type's number. It calls nothing of the module. */
  typeOf(number: number, kind: Kind): SharedType {
    const key = number * 8 + kind;
    const known = this.types.get(key);
    if (known) return known;
    const type = this.newType(number, kind);
    this.types.set(key, type);
    return type;
  }

  private newType(number: number, kind: Kind): SharedType {
    switch (kind) {
      case Kind.map: case Kind.xmlHook: return new SharedMap(this, number, kind);
      case Kind.text: return new SharedText(this, number, kind);
      case Kind.xmlText: return new SharedText(this, number, kind);
      case Kind.xmlElement: case Kind.xmlFragment: return new XmlNode(this, number, kind);
      default: return new SharedArray(this, number, kind);
    }
  }

  // Edits

  /** Runs edits as one transaction: one update. Within another one they become part of that. */
  transact<Result>(body: () => Result, origin: unknown = null): Result {
    let result: Result | undefined;
    if (this.running) return body();
    const handle = this.live;
    let failure: { error: unknown } | undefined;
    this.transaction(origin, (wantsUpdate) => {
      const outcome = this.module.within(
        () => this.module.calls.transact(handle), () => { result = body(); }, wantsUpdate);
      failure = outcome.failure;
      return outcome.result;
    });
    if (failure) throw failure.error;
    return result as Result;
  }

  /** For the types: an edit, which is a transaction of its own unless one runs. */
  edit(call: (doc: Handle, wantsUpdate: number) => number): void {
    const handle = this.live;
    if (this.running) this.module.check(call(handle, 0));
    else this.transaction(null, (wantsUpdate) => call(handle, wantsUpdate()));
  }

  /** The same for an edit that makes a type: that type. */
  editNew(kind: Kind, call: (doc: Handle, wantsUpdate: number) => number): SharedType {
    let number = -1;
    this.edit((doc, wantsUpdate) => {
      const result = call(doc, wantsUpdate);
      // Asked for here, before listeners are told: they may make types, here or in other documents.
      if (result >= 0) number = this.module.calls.newType(0);
      return result;
    });
    return this.typeOf(number, kind);
  }

  /** `call` asks once whether an update is wanted, when no more of the page's code runs before its end. */
  private transaction(origin: unknown, call: (wantsUpdate: () => number) => number): void {
    this.running = { origin };
    let wanted = 0;
    let result: number;
    try {
      result = call(() => (wanted = this.wantsUpdate));
    } finally { this.running = null; }
    this.tell(this.updateOf(this.module.check(result), wanted), origin);
  }

  private get wantsUpdate(): number { return this.listeners.size > 0 ? 1 : 0; }

  /** The update that the last call has written, if it was asked for one and there is one. */
  private updateOf(did: number, wanted: number): Uint8Array | null {
    return wanted !== 0 && (did & Did.change) !== 0 ? this.module.copy() : null;
  }

  private tell(update: Uint8Array | null, origin: unknown): void {
    if (!update) return;
    for (const listener of [...this.listeners]) listener(update, origin, this);
  }

  /** Tells of each transaction from now on. The result ends that. */
  onUpdate(listener: UpdateListener): () => void {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }

  // Updates

  /** Applies an update in format v1: what it needs and lacks is waited for. Twice is as good as once. */
  applyUpdate(update: Uint8Array, origin: unknown = null): Applied { return this.apply(update, Format.v1, origin); }
  applyUpdateV2(update: Uint8Array, origin: unknown = null): Applied { return this.apply(update, Format.v2, origin); }

  private apply(update: Uint8Array, format: Format, origin: unknown): Applied {
    this.notWithin("an update");
    const handle = this.live;
    const count = this.module.give(update);
    const wanted = this.wantsUpdate;
    const did = this.module.check(this.module.calls.apply(handle, count, format, wanted));
    const sent = this.updateOf(did, wanted);
    if ((did & Did.ownClientAdvanced) !== 0) this.clientID = randomID();
    this.tell(sent, origin);
    return { changed: (did & Did.change) !== 0, pending: (did & Did.leftPending) !== 0 };
  }

  /** The document as an update; with a state vector, what whoever has that lacks. */
  encodeStateAsUpdate(stateVector?: Uint8Array): Uint8Array { return this.encode(stateVector, Format.v1); }
  encodeStateAsUpdateV2(stateVector?: Uint8Array): Uint8Array { return this.encode(stateVector, Format.v2); }

  private encode(vector: Uint8Array | undefined, format: Format): Uint8Array {
    const handle = this.live;
    const count = vector ? this.module.give(vector) : 0;
    return this.module.bytes(this.module.calls.encode(handle, count, format));
  }

  /** How much of each client is here, encoded: what a peer needs to answer with the rest. */
  stateVector(): Uint8Array { return this.module.bytes(this.module.calls.stateVector(this.live)); }

  /** The same as numbers: the next clock expected of each client. */
  clocks(): Map<number, number> {
    const reader = new Reader(this.stateVector());
    return new Map(reader.list(() => [reader.varUint(), reader.varUint()] as const));
  }

  private notWithin(what: string): void {
    if (this.running) throw new EngineError("busy", `${what} has to wait for the end of the transaction`);
  }
}

function checkedID(client: number): number {
  if (!Number.isSafeInteger(client) || client < 0) throw new EngineError("value", `${client} is no client id`);
  return client;
}
