/** Who somebody is in a jam: the invitation, the name, the token. */
import type { Session } from "./session-types";

/** The part of localStorage that is used. */
export interface TextStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface SessionOptions {
  /** `location.origin` */
  readonly origin: string;
  readonly jam: string;
  /** `localStorage`; where the browser forbids it, undefined. */
  readonly storage: TextStorage | undefined;
  /** `fetch`, if not the browser's. */
  readonly fetch?: typeof globalThis.fetch;
  /** Seconds since 1970. */
  readonly now?: () => number;
}

/**
 * Takes the invitation out of an address: `invitation` is undefined if there is none, `rest` is
 * what to put into the address bar instead.
 */
export function takeInvitation(
  address: string,
): { readonly invitation: string | undefined; readonly rest: string } {
  return { invitation: undefined, rest: address };
}

/** The jams that this browser knows, for the page at "/". */
export function knownJams(
  _storage: TextStorage | undefined,
): readonly { readonly jam: string; readonly title: string; readonly name: string }[] {
  return [];
}

/**
 * The session of a jam. A new `invitation` (from the link just opened) takes the place of the
 * stored one; the participant key and the name stay.
 */
export function createSession(_options: SessionOptions, _invitation?: string): Session {
  throw new Error("comes next");
}
