/** What pages and panels see of a room. `connectRoom` (room.ts) makes it. */
import type * as Y from "yjs";
import type { Awareness } from "y-protocols/awareness";
import type { Reject } from "../protocol/messages";
import type { Environment } from "./environment";
import type { OfflineStore } from "./store";

/** Takes a listener away again. */
export type Unsubscribe = () => void;

export type Role = "facilitator" | "participant" | "viewer" | "bot";

/** How it is with what this browser wrote, over all open boards. */
export type Status =
  /** Not connected yet, or what the hub has is not all here yet. Nothing is unsaved. */
  | { readonly at: "connecting" }
  /** Everything is on the hub's disk. */
  | { readonly at: "saved" }
  /** So many changes are not yet known to be on the hub's disk. */
  | { readonly at: "saving"; readonly unsaved: number }
  /** No connection; editing goes on, and so do the attempts to connect. */
  | {
      readonly at: "offline";
      readonly unsaved: number;
      /** The hub answers, but time and again no socket opens: something on the way blocks those. */
      readonly blocked?: true;
    }
  /**
   * Connected, but the hub does not take changes now; they are kept and offered again. With the
   * code `broken` this page cannot read the board, and tries nothing until it is reloaded.
   */
  | { readonly at: "refused"; readonly code: string; readonly unsaved: number }
  /** A facilitator removed this person; now and then it is asked whether they may come back. */
  | { readonly at: "removed"; readonly unsaved: number }
  /** It is over, and nothing is tried any more: see `EndCode`. */
  | { readonly at: "ended"; readonly code: EndCode; readonly unsaved: number };

/**
 * `bad-invitation`: the link was renewed.
 * `no-room`: who may only look asked for a room that nobody has begun.
 * `malformed`, `too-big`: the hub cannot read what we send. `closed`: `close()` was called.
 */
export type EndCode = "bad-invitation" | "no-room" | "malformed" | "too-big" | "closed";

/** What the hub says of the room. */
export interface RoomState {
  /** Who this browser is; undefined before the first connection. */
  readonly you: { readonly sub: string; readonly name: string; readonly role: Role } | undefined;
  readonly frozen: boolean;
  /** The name of who froze it. */
  readonly frozenBy: string | undefined;
  /** The room is for watching a recorded session: nobody's edits are taken. */
  readonly review: boolean;
  /** False while the hub cannot write to its disk. */
  readonly saving: boolean;
}

/** A session in the room, as `who` lists them. */
export interface Person {
  readonly name: string;
  readonly role: Role;
  readonly boards: readonly string[];
  /** Only for facilitators. */
  readonly sub?: string;
}

/** Who is in the room and, for facilitators, who may be let back in. */
export interface Company {
  readonly people: readonly Person[];
  /** `name` is empty for who was not there when they were removed. */
  readonly removed: readonly { readonly sub: string; readonly name: string }[];
}

/** The answer to a command. Without a connection the error is `offline`. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string; readonly reason: string };

/** What the hub did not take, when the board starts again from a new document. */
export interface Loss {
  /**
   * A code of wire.md section 6 (`unknown` if it is a later one), `replaced` when the board was restored or replaced, or `broken`
   * when the document could not be read any more.
   */
  readonly code: Reject["code"] | "replaced" | "broken";
  readonly reason: string;
  /** The document as the person saw it. Nobody else changes it any more. */
  readonly refused: Y.Doc;
  /**
   * What the lost changes touched, "root/key" of the top level (for shapes "shapes/<id>").
   * Undefined if not known: some were made before the page was loaded.
   */
  readonly touched: ReadonlySet<string> | undefined;
}

/** A board's document as it is now. A refusal or a restored board replaces it. */
export interface OpenDocument {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
}

export interface BoardConnection extends OpenDocument {
  readonly name: string;
  /** True once the hub's state was here, on this connection or an earlier one of this page. */
  readonly synced: boolean;
  /** Resolves once what this browser keeps of the board is in the document. */
  readonly loaded: Promise<void>;
  /** Changes of this browser that are not known to be on the hub's disk. */
  readonly unsaved: number;
  /** Called with each new document; the one before is no longer connected. */
  onDocument(listener: (current: OpenDocument) => void): Unsubscribe;
  /** Called once the new document has what the hub has, so that both can be compared. */
  onLost(listener: (loss: Loss) => void): Unsubscribe;
  /**
   * Called with texts as they were before others' deletions came, if something in them was written
   * here that the hub did not have yet.
   */
  onBuried(listener: (texts: readonly string[]) => void): Unsubscribe;
  /** Called when `synced` may have changed. */
  onSynced(listener: () => void): Unsubscribe;
}

export interface RoomConnection {
  /** Opens a board, or gives the one that is open already. */
  board(name: string): BoardConnection;

  readonly status: Status;
  onStatus(listener: (status: Status) => void): Unsubscribe;

  readonly room: RoomState;
  onRoom(listener: (room: RoomState) => void): Unsubscribe;

  who(): Promise<Reply<Company>>;
  freeze(): Promise<Reply<void>>;
  unfreeze(): Promise<Reply<void>>;
  /** Ends all sessions of a person here and keeps them out; `readmit` lets them in again. */
  remove(sub: string): Promise<Reply<void>>;
  readmit(sub: string): Promise<Reply<void>>;

  /** Tries to connect at once, if it waits. */
  retry(): void;

  /** Says goodbye to the others and closes the socket. What is unsaved stays in the store. */
  close(): void;
}

/** Where a room's socket gets its tokens from. `createSession` (session.ts) is one. */
export interface TokenSource {
  /** Who the tokens name; what is kept offline is kept apart for each. */
  readonly sub: string;
  /** A token that is still good; asks the hub for a new one if need be. */
  token(): Promise<TokenAnswer>;
  /**
   * A new token, although the old one has not expired: the hub refused it, or may have. The old one
   * again if it is good after all and there is no other, as after the invitation was renewed.
   */
  renew(): Promise<TokenAnswer>;
  /** The hub has no such room, and who asks cannot begin one; not there where nobody can tell. */
  missing?(room: string): Promise<boolean>;
}

export type TokenAnswer =
  | { readonly ok: true; readonly token: string }
  /** The invitation is no longer good, and neither is a token that it gave. */
  | { readonly ok: false; readonly error: "bad-invitation" }
  /** The hub could not be asked. */
  | { readonly ok: false; readonly error: "unreachable" };

export interface RoomOptions {
  /** `location.origin`: "https://…" or "http://…". */
  readonly origin: string;
  readonly jam: string;
  readonly room: string;
  readonly session: TokenSource;
  /** Where boards are kept in this browser: `openStore()` or `memoryStore()`. */
  readonly store: OfflineStore;
  /** Clock, sockets and chance; the browser's if absent. */
  readonly environment?: Environment;
}
