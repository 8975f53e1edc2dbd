import type { Doc } from "./doc";
import { decodeText, NoValue, type Reader, type Writer } from "./bytes";
import { EngineError } from "./errors";
import {
  Kind, readContent, readPlain, Tag, writeChanges, writeNew, writeNewType,
  type Attributes, type Change, type Content, type Run, Subdocument, type Value,
} from "./values";
import { xmlText } from "./xml";

/** The shared types that can be made inside others. */
export interface NewTypes {
  readonly map: SharedMap;
  readonly array: SharedArray;
  readonly text: SharedText;
  readonly xmlText: SharedText;
  readonly xmlFragment: XmlNode;
}

const kinds: { readonly [name in keyof NewTypes]: Kind } = {
  map: Kind.map, array: Kind.array, text: Kind.text, xmlText: Kind.xmlText, xmlFragment: Kind.xmlFragment,
};

/** A part of a document that several people can edit. Once it is deleted it reads as empty. */
export abstract class SharedType extends NoValue {
  /** By the document. */
  constructor(readonly doc: Doc, protected readonly number: number, readonly kind: Kind) { super(); }

  /** All that is in it as plain values; XML as text. */
  abstract toJSON(): Value;

  protected get writer(): Writer { return this.doc.module.writer.clear(); }

  /** Hands over what the writer holds; the result is the count of bytes. */
  protected give(writer: Writer): number { return this.doc.module.give(writer.bytes); }

  protected get calls(): Doc["module"]["calls"] { return this.doc.module.calls; }

  protected plain(): Value {
    const reader = this.doc.module.reader(this.calls.plain(this.doc.live, this.number, this.kind));
    return readPlain(reader, (number, kind) => this.doc.typeOf(number, kind));
  }

  protected content(reader: Reader): Content {
    return readContent(reader, (number, kind) => this.doc.typeOf(number, kind));
  }

  /** The units of a text, the elements of a sequence. */
  protected count(): number { return this.doc.module.check(this.calls.length(this.doc.live, this.number)); }

  protected insertType(index: number, kind: Kind, name: string): SharedType {
    const at = checkedIndex(index);
    const writer = this.writer;
    writeNewType(writer, kind, name);
    const count = this.give(writer);
    return this.doc.editNew(kind, (doc, wanted) => this.calls.insert(doc, this.number, at, count, wanted));
  }

  protected contents(): Content[] {
    const reader = this.doc.module.reader(this.calls.elements(this.doc.live, this.number));
    const contents: Content[] = [];
    while (!reader.isAtEnd) contents.push(this.content(reader));
    return contents;
  }
}

/** Keys with values. */
abstract class Keyed extends SharedType {
  /** undefined where the key has no value. */
  protected valueAt(key: string): Content { return this.glance(key, (reader) => this.content(reader)); }

  protected hasKey(key: string): boolean { return this.glance(key, (reader) => reader.byte() !== Tag.nothing); }

  private glance<Result>(key: string, read: (reader: Reader) => Result): Result {
    const count = this.give(this.writer.string(key));
    return this.doc.module.glance(this.calls.value(this.doc.live, this.number, count), read);
  }

  protected setValue(key: string, value: Value | Subdocument): void {
    const writer = this.writer.string(key);
    writeNew(writer, value);
    const count = this.give(writer);
    this.doc.edit((doc, wanted) => this.calls.set(doc, this.number, count, wanted));
  }

  protected removeKey(key: string): void {
    const count = this.give(this.writer.string(key));
    this.doc.edit((doc, wanted) => this.calls.remove(doc, this.number, count, wanted));
  }

  protected allEntries(): [string, Content][] {
    const reader = this.doc.module.reader(this.calls.entries(this.doc.live, this.number));
    const entries: [string, Content][] = [];
    while (!reader.isAtEnd) entries.push([reader.string(), this.content(reader)]);
    return entries;
  }
}

/** Keys with values: of several who set one, one wins, and the same for all. */
export class SharedMap extends Keyed {
  /** The value of a key; undefined where there is none. */
  get(key: string): Content { return this.valueAt(key); }

  has(key: string): boolean { return this.hasKey(key); }

  set(key: string, value: Value | Subdocument): this {
    this.setValue(key, value);
    return this;
  }

  /** Sets a key to a new shared type. */
  setNew<Name extends keyof NewTypes>(key: string, type: Name): NewTypes[Name] {
    const writer = this.writer.string(key);
    writeNewType(writer, kinds[type]);
    const count = this.give(writer);
    return this.doc.editNew(
      kinds[type], (doc, wanted) => this.calls.set(doc, this.number, count, wanted)) as NewTypes[Name];
  }

  delete(key: string): void { this.removeKey(key); }

  clear(): void { this.doc.edit((doc, wanted) => this.calls.clear(doc, this.number, wanted)); }

  /** In the order in which the keys were first set. */
  entries(): [string, Content][] { return this.allEntries(); }
  keys(): string[] { return this.allEntries().map(([key]) => key); }
  get size(): number { return this.allEntries().length; }
  [Symbol.iterator](): Iterator<[string, Content]> { return this.allEntries()[Symbol.iterator](); }

  /** The name of an XML hook; empty for every other map. */
  get name(): string { return decodeText(this.doc.module.bytes(this.calls.name(this.doc.live, this.number))); }

  override toJSON(): { readonly [key: string]: Value } { return this.plain() as { readonly [key: string]: Value }; }
}

/** Elements in an order. Not for text: that has `SharedText`. */
export class SharedArray extends SharedType {
  get length(): number { return this.count(); }

  get(index: number): Content { return this.toArray()[index]; }

  toArray(): Content[] { return this.contents(); }

  [Symbol.iterator](): Iterator<Content> { return this.toArray()[Symbol.iterator](); }

  insert(index: number, values: readonly (Value | Subdocument)[]): void {
    const at = checkedIndex(index);
    const count = this.give(values.reduce<Writer>(withNew, this.writer));
    this.doc.edit((doc, wanted) => this.calls.insert(doc, this.number, at, count, wanted));
  }

  /** Inserts behind everything: what several push at the same time stays together. */
  push(...values: readonly (Value | Subdocument)[]): void {
    const count = this.give(values.reduce<Writer>(withNew, this.writer));
    this.doc.edit((doc, wanted) => this.calls.append(doc, this.number, count, wanted));
  }

  /** Inserts a new shared type. */
  insertNew<Name extends keyof NewTypes>(index: number, type: Name): NewTypes[Name] {
    return this.insertType(index, kinds[type], "") as NewTypes[Name];
  }

  delete(index: number, count = 1): void {
    const [at, length] = [checkedIndex(index), checkedIndex(count)];
    this.doc.edit((doc, wanted) => this.calls.delete(doc, this.number, at, length, wanted));
  }

  override toJSON(): readonly Value[] { return this.plain() as readonly Value[]; }
}

/** Text with formatting. Indices count UTF-16 units, as in JavaScript's strings. */
export class SharedText extends Keyed {
  get length(): number { return this.count(); }

  /** Inserts text; with attributes exactly those, else the formatting of its place. */
  insert(index: number, text: string, attributes?: Attributes): void {
    const at = checkedIndex(index);
    const count = this.give(this.writer.string(text).any(attributes));
    this.doc.edit((doc, wanted) => this.calls.insertText(doc, this.number, at, count, wanted));
  }

  /** Inserts a JSON value that counts as one unit: a picture, a formula. */
  insertEmbed(index: number, value: Value, attributes?: Attributes): void {
    const at = checkedIndex(index);
    const count = this.give(this.writer.any(value).any(attributes));
    this.doc.edit((doc, wanted) => this.calls.insertEmbed(doc, this.number, at, count, wanted));
  }

  delete(index: number, count = 1): void {
    const [at, length] = [checkedIndex(index), checkedIndex(count)];
    this.doc.edit((doc, wanted) => this.calls.deleteText(doc, this.number, at, length, wanted));
  }

  /** Sets attributes of a range; null ends one. */
  format(index: number, count: number, attributes: Attributes): void {
    const [at, length] = [checkedIndex(index), checkedIndex(count)];
    const bytes = this.give(this.writer.any(attributes));
    this.doc.edit((doc, wanted) => this.calls.format(doc, this.number, at, length, bytes, wanted));
  }

  /** Changes from the start of the text on, as editors report them. */
  applyDelta(changes: readonly Change[]): void {
    const writer = this.writer;
    for (const change of changes) {
      checkedIndex("delete" in change ? change.delete : "retain" in change ? change.retain : 0);
    }
    writeChanges(writer, changes);
    const count = this.give(writer);
    this.doc.edit((doc, wanted) => this.calls.applyDelta(doc, this.number, count, wanted));
  }

  /** The text in runs of equal formatting. */
  toDelta(): Run[] {
    const reader = this.doc.module.reader(this.calls.runs(this.doc.live, this.number));
    const runs: Run[] = [];
    while (!reader.isAtEnd) {
      const insert = this.content(reader) as Value | SharedType;
      const attributes = reader.any() as Attributes | undefined;
      runs.push(attributes ? { insert, attributes } : { insert });
    }
    return runs;
  }

  /** Attributes of the text as a whole. */
  getAttribute(name: string): Content { return this.valueAt(name); }
  setAttribute(name: string, value: Value): void { this.setValue(name, value); }
  removeAttribute(name: string): void { this.removeKey(name); }

  override toString(): string {
    if (this.kind === Kind.xmlText) return xmlText(this);
    return decodeText(this.doc.module.bytes(this.calls.text(this.doc.live, this.number)));
  }

  override toJSON(): string { return this.toString(); }
}

/** An XML element, or a fragment: children without a name and attributes around them. */
export class XmlNode extends Keyed {
  get length(): number { return this.count(); }

  /** An element's name; empty for a fragment. */
  get name(): string { return decodeText(this.doc.module.bytes(this.calls.name(this.doc.live, this.number))); }

  get children(): Content[] { return this.contents(); }

  get attributes(): [string, Content][] { return this.allEntries(); }
  getAttribute(name: string): Content { return this.valueAt(name); }

  setAttribute(name: string, value: Value): void {
    this.onlyElement();
    this.setValue(name, value);
  }

  removeAttribute(name: string): void {
    this.onlyElement();
    this.removeKey(name);
  }

  private onlyElement(): void {
    if (this.kind !== Kind.xmlElement) throw new EngineError("notAnElement", "a fragment has no attributes");
  }

  insertElement(index: number, name: string): XmlNode { return this.insertType(index, Kind.xmlElement, name) as XmlNode; }
  insertText(index: number): SharedText { return this.insertType(index, Kind.xmlText, "") as SharedText; }

  delete(index: number, count = 1): void {
    const [at, length] = [checkedIndex(index), checkedIndex(count)];
    this.doc.edit((doc, wanted) => this.calls.delete(doc, this.number, at, length, wanted));
  }

  override toString(): string { return xmlText(this); }
  override toJSON(): string { return xmlText(this); }
}

function withNew(writer: Writer, value: Value | Subdocument): Writer {
  writeNew(writer, value);
  return writer;
}

/** An index or a count: what the module takes is at most 2^31-1. */
function checkedIndex(index: number): number {
  if (Number.isInteger(index) && index >= 0 && index <= 0x7fffffff) return index;
  throw new EngineError("outOfBounds", `${index} is no index`);
}
