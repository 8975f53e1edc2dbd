import { NoValue, type Reader, type Writer } from "./bytes";
import type { SharedType } from "./types";

/** What a document holds beside shared types: what lib0's Any carries, exactly, at most 100 levels deep. */
export type Value =
  | undefined | null | boolean | number | bigint | string | Uint8Array
  | readonly Value[] | { readonly [key: string]: Value };

/** Formatting of a text: what is undefined or left out stays, null ends it. */
export type Attributes = { readonly [key: string]: Value };

/** A document inside another one: its content is synchronised under its own name. */
export class Subdocument extends NoValue {
  constructor(readonly guid: string, readonly options: Attributes = {}) { super(); }
}

/** One element of a sequence, or the value of a key. */
export type Content = Value | SharedType | Subdocument;

/** A piece of a text. */
export interface Run {
  readonly insert: Value | SharedType;
  readonly attributes?: Attributes;
}

/** One step over a text from its start, as editors report changes. */
export type Change =
  | { readonly insert: Value; readonly attributes?: Attributes }
  | { readonly retain: number; readonly attributes?: Attributes }
  | { readonly delete: number };

/** Numbers of shared types on the wire; 7 for a root whose reader decides. */
export const enum Kind { array, map, text, xmlElement, xmlFragment, xmlHook, xmlText, untyped }

/** First bytes of what crosses the border (Sources/CRDTWasm/Values.swift). */
export const enum Tag { nothing, any, type, subdocument, text, entries, elements, tooDeep }

/** What gives the object for a type's number. */
export type Types = (number: number, kind: Kind) => SharedType;

/** A value as the engine reports it; for a text's run its text. */
export function readContent(reader: Reader, types: Types): Content {
  switch (reader.byte() as Tag) {
    case Tag.any: return reader.any();
    case Tag.text: return reader.string();
    case Tag.type: {
      const kind = reader.byte() as Kind;
      return types(reader.varUint(), kind);
    }
    case Tag.subdocument: return new Subdocument(reader.string(), reader.any() as Attributes);
    default: return undefined;
  }
}

/** What `toJSON` gives: everything inside, XML as text. */
export function readPlain(reader: Reader, types: Types): Value {
  switch (reader.byte() as Tag) {
    case Tag.any: return reader.any();
    case Tag.text: return reader.string();
    case Tag.type: {
      const kind = reader.byte() as Kind;
      return types(reader.varUint(), kind).toString();
    }
    case Tag.subdocument: return { guid: reader.string(), options: reader.any() };
    case Tag.entries: return reader.entries(() => readPlain(reader, types));
    case Tag.elements: return reader.list(() => readPlain(reader, types));
    default: return null;
  }
}

/** A value that is new: for a key or a sequence. */
export function writeNew(writer: Writer, value: Value | Subdocument): void {
  if (value instanceof Subdocument) {
    writer.byte(Tag.subdocument).string(value.guid).any(value.options);
  } else {
    writer.byte(Tag.any).any(value);
  }
}

/** A shared type that is new; `name` is an XML element's or hook's. */
export function writeNewType(writer: Writer, kind: Kind, name = ""): void {
  writer.byte(Tag.type).byte(kind).string(name);
}

export function writeChanges(writer: Writer, changes: readonly Change[]): void {
  for (const change of changes) {
    if ("delete" in change) {
      writer.byte(1).varUint(change.delete);
    } else if ("retain" in change) {
      writer.byte(0).varUint(change.retain).any(change.attributes);
    } else {
      writer.byte(2);
      if (typeof change.insert === "string") writer.byte(Tag.text).string(change.insert);
      else writer.byte(Tag.any).any(change.insert);
      writer.any(change.attributes);
    }
  }
}
