import { EngineError } from "./errors";
import type { Value } from "./values";

/** Tags of lib0's Any. */
const enum Any { bytes = 116, array, object, string, yes, no, bigInt, float64, float32, integer, null, undefined }

const utf8 = new TextEncoder();
// With a byte order mark as what it is: text may begin with one.
const text = new TextDecoder("utf-8", { ignoreBOM: true });
const float32 = new Float32Array(1);

/** As deep as the engine reads arrays and objects inside each other (`ByteReader.any`). */
const depthLimit = 100;

/** Objects of the engine that are no part of a value: by their keys they would look like one. */
export abstract class NoValue {}

/** Writes lib0's encoding. One writer is used again and again; what it holds ends with `clear`. */
export class Writer {
  private room = new Uint8Array(256);
  private view = new DataView(this.room.buffer);
  private count = 0;

  clear(): this {
    this.count = 0;
    return this;
  }

  /** What was written: a view that the next write changes. */
  get bytes(): Uint8Array { return this.room.subarray(0, this.count); }

  private reserve(more: number): void {
    if (this.count + more <= this.room.length) return;
    const bigger = new Uint8Array(Math.max(this.room.length * 2, this.count + more));
    bigger.set(this.bytes);
    this.room = bigger;
    this.view = new DataView(bigger.buffer);
  }

  byte(value: number): this {
    this.reserve(1);
    this.room[this.count++] = value;
    return this;
  }

  /** An integer from 0 to 2^53-1. */
  varUint(value: number): this {
    this.reserve(8);
    while (value >= 0x80) {
      this.room[this.count++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.room[this.count++] = value;
    return this;
  }

  /** A signed integer; -0 is another one than 0. */
  private varInt(value: number): void {
    this.reserve(8);
    const sign = value < 0 || Object.is(value, -0) ? 0x40 : 0;
    let rest = Math.abs(value);
    this.room[this.count++] = (rest % 0x40) | sign | (rest >= 0x40 ? 0x80 : 0);
    rest = Math.floor(rest / 0x40);
    while (rest > 0) {
      this.room[this.count++] = (rest % 0x80) | (rest >= 0x80 ? 0x80 : 0);
      rest = Math.floor(rest / 0x80);
    }
  }

  raw(bytes: Uint8Array): this {
    this.reserve(bytes.length);
    this.room.set(bytes, this.count);
    this.count += bytes.length;
    return this;
  }

  /** Bytes and how many; an error for anything else that a program may hand over as such. */
  varBytes(bytes: Uint8Array): this {
    if (!(bytes instanceof Uint8Array)) throw new EngineError("value", "bytes have to come as a Uint8Array");
    return this.varUint(bytes.length).raw(bytes);
  }

  /** Text; halves of surrogate pairs become U+FFFD. */
  string(value: string): this {
    // The usual name is short and plain.
    if (value.length < 32) {
      this.reserve(33);
      const start = this.count++;
      for (let index = 0; index < value.length; index++) {
        const unit = value.charCodeAt(index);
        if (unit >= 0x80) {
          this.count = start;
          return this.varBytes(utf8.encode(value));
        }
        this.room[this.count++] = unit;
      }
      this.room[start] = value.length;
      return this;
    }
    return this.varBytes(utf8.encode(value));
  }

  /** `levels` are left for arrays and objects; one that holds itself runs out of them too. */
  any(value: Value, levels = depthLimit): this {
    switch (typeof value) {
      case "undefined": return this.byte(Any.undefined);
      case "boolean": return this.byte(value ? Any.yes : Any.no);
      case "string": return this.byte(Any.string).string(value);
      case "number": return this.number(value);
      case "bigint": return this.bigInt(value);
      case "object": return this.object(value, levels);
      default: throw new EngineError("value", `a document cannot hold a ${typeof value}`);
    }
  }

  private number(value: number): this {
    if (Number.isInteger(value) && Math.abs(value) <= 0x7fffffff) {
      this.byte(Any.integer).varInt(value);
      return this;
    }
    this.reserve(9);
    float32[0] = value;
    if (float32[0] === value) {
      this.room[this.count] = Any.float32;
      this.view.setFloat32(this.count + 1, value);
      this.count += 5;
    } else {
      this.room[this.count] = Any.float64;
      this.view.setFloat64(this.count + 1, value);
      this.count += 9;
    }
    return this;
  }

  private bigInt(value: bigint): this {
    if (BigInt.asIntN(64, value) !== value) throw new EngineError("value", "a BigInt of more than 64 bits");
    this.byte(Any.bigInt).reserve(8);
    this.view.setBigInt64(this.count, value);
    this.count += 8;
    return this;
  }

  private object(value: object | null, levels: number): this {
    if (value === null) return this.byte(Any.null);
    if (value instanceof Uint8Array) return this.byte(Any.bytes).varBytes(value);
    if (value instanceof NoValue) throw new EngineError("value", "a part of a document is no value: make it inside");
    if (levels <= 0) throw new EngineError("value", `more than ${depthLimit} arrays and objects inside each other`);
    if (Array.isArray(value)) {
      this.byte(Any.array).varUint(value.length);
      for (const element of value as Value[]) this.any(element, levels - 1);
      return this;
    }
    const entries = Object.entries(value as Record<string, Value>);
    this.byte(Any.object).varUint(entries.length);
    for (const [key, inner] of entries) this.string(key).any(inner, levels - 1);
    return this;
  }
}

/** Reads what the engine has written: it is well-formed. */
export class Reader {
  private offset = 0;
  private readonly view: DataView;

  constructor(private readonly source: Uint8Array) {
    this.view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  }

  get isAtEnd(): boolean { return this.offset >= this.source.length; }

  byte(): number { return this.view.getUint8(this.offset++); }

  varUint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  private varInt(): number {
    const first = this.byte();
    let value = first & 0x3f;
    for (let factor = 0x40, more = first >= 0x80; more; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      more = byte >= 0x80;
    }
    return (first & 0x40) !== 0 ? -value : value;
  }

  /** A view, not a copy. */
  private varBytes(): Uint8Array {
    const count = this.varUint();
    this.offset += count;
    return this.source.subarray(this.offset - count, this.offset);
  }

  string(): string { return text.decode(this.varBytes()); }

  any(): Value {
    switch (this.byte()) {
      case Any.null: return null;
      case Any.yes: return true;
      case Any.no: return false;
      case Any.string: return this.string();
      case Any.integer: return this.varInt();
      case Any.float32: return this.view.getFloat32((this.offset += 4) - 4);
      case Any.float64: return this.view.getFloat64((this.offset += 8) - 8);
      case Any.bigInt: return this.view.getBigInt64((this.offset += 8) - 8);
      case Any.bytes: return this.varBytes().slice();
      case Any.array: return this.list(() => this.any());
      case Any.object: return this.entries(() => this.any());
      default: return undefined;
    }
  }

  list<Element>(element: () => Element): Element[] {
    const list: Element[] = [];
    for (let count = this.varUint(); count > 0; count--) list.push(element());
    return list;
  }

  entries<Element>(element: () => Element): Record<string, Element> {
    const object: Record<string, Element> = {};
    for (let count = this.varUint(); count > 0; count--) {
      const key = this.string();
      // Not by assignment: "__proto__" is a key like any other here.
      Object.defineProperty(object, key, {
        value: element(), writable: true, enumerable: true, configurable: true,
      });
    }
    return object;
  }
}

/** The text of bytes. */
export const decodeText = (bytes: Uint8Array): string => text.decode(bytes);
