/** Who somebody is in a jam, and what the hub's HTTP API answers. `createSession` makes it. */
import type { Role, TokenSource } from "./types";

/** What the browser keeps for a jam, under `jamboree/jam/<jam>` in localStorage. */
export interface Membership {
  /** The secret of the invitation link. */
  readonly invitation: string;
  /** The participant key: whoever shows it is the same person again. */
  readonly key?: string;
  readonly name?: string;
  readonly token?: string;
  /** Seconds since 1970. */
  readonly expires?: number;
  readonly role?: Role;
  readonly sub?: string;
  /** The jam's title. */
  readonly title?: string;
}

/** The answer of the HTTP API. Without a connection the error is `unreachable`. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly error: string;
      readonly reason: string;
      /** So many seconds the hub wants not to be asked. */
      readonly after?: number;
    };

export interface JamTitle {
  readonly id: string;
  readonly title: string;
}

export interface RoomEntry {
  readonly id: string;
  readonly title: string;
  /** How many people are in it now. */
  readonly people: number;
  /** Seconds since 1970 of the last change; null if nothing was written. */
  readonly changed: number | null;
  /** Recordings are played in it. */
  readonly review: boolean;
}

export interface RoomList {
  readonly jam: JamTitle;
  /** Newest change first. */
  readonly rooms: readonly RoomEntry[];
}

export type InvitedRole = "participant" | "facilitator" | "viewer";

/** A link was opened that is not the one we came by. What we are stays until it is accepted. */
export interface Offer {
  /** Whether it is good, and what it makes of us. */
  check(): Promise<Answer<{ readonly jam: JamTitle; readonly role: Role }>>;
  /** From now on we are in by it, once we have joined; key and name stay. */
  accept(): void;
  decline(): void;
}

export interface Session extends TokenSource {
  readonly jam: string;
  /** Undefined without an invitation: then only an invitation link helps. */
  readonly membership: Membership | undefined;
  /** Undefined if there is nothing to decide. */
  readonly offer: Offer | undefined;
  /** True once `join` has succeeded, now or on an earlier visit. */
  readonly joined: boolean;
  /** Takes part under this name, 1 to 64 characters; again to change the name. */
  join(name: string): Promise<Answer<Membership>>;
  /** Whether the invitation still is good, before anybody gives a name; the jam it leads into. */
  check(): Promise<Answer<JamTitle>>;
  rooms(): Promise<Answer<RoomList>>;
  /** In a room for review nobody writes but recordings. */
  createRoom(title: string, forReview?: boolean): Promise<Answer<JamTitle>>;
  /** Paths; put the page's origin in front. Facilitators only. */
  invitations(): Promise<Answer<Readonly<Record<InvitedRole, string>>>>;
  /** The new link's path; the former one lets nobody new in. Facilitators only. */
  renewInvitation(role: InvitedRole): Promise<Answer<string>>;
}
