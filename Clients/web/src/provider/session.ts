/** Who somebody is in a jam: the invitation, the name, the token. */
import { ask, readInvitations, readJam, readJoined, readLink, readRooms } from "./api";
import type { Call, Joined } from "./api";
import { keepMembership, loadMembership, takeInvitation } from "./membership";
import type { TextStorage } from "./membership";
import type { Answer, JamTitle, Membership, Offer, Session } from "./session-types";
import type { TokenAnswer } from "./types";

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

/** A token that expires sooner is renewed before it is used, in seconds. */
const margin = 60;

const notJoined: Answer<never> =
  { ok: false, error: "bad-invitation", reason: "there is no invitation" };

/**
 * The session of a jam. `invitation` is that of the link just opened: it may be an outdated one, or
 * give fewer rights, so to who is in already it is only offered.
 */
export function createSession(options: SessionOptions, invitation?: string): Session {
  const { origin, jam, storage } = options;
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  const now = options.now ?? (() => Date.now() / 1000);
  const base = `/api/jams/${jam}`;
  const roomList: Call = { method: "GET", path: `${base}/rooms` };
  let membership = loadMembership(storage, jam);
  /** The invitation of what this session has found or kept in the storage. */
  let stored = membership?.invitation;
  /** A token just made had expired already: then only the hub knows what is good. */
  let isClockWrong = false;
  let offer: Offer | undefined;
  if (invitation !== undefined && invitation !== membership?.invitation) {
    if (membership?.token === undefined) accept(invitation);
    else offer = offerOf(invitation);
  }

  /** Token and subject are of the former role; key and name stay. */
  function accept(secret: string): void {
    const { key, name, title } = membership ?? {};
    keep({
      invitation: secret,
      ...(key === undefined ? {} : { key }),
      ...(name === undefined ? {} : { name }),
      ...(title === undefined ? {} : { title }),
    }, true);
  }

  function offerOf(secret: string): Offer {
    return {
      async check() {
        const answer = await inspect(secret);
        if (!answer.ok) return answer;
        const { jam: into, role } = answer.value;
        return { ok: true, value: { jam: into, role } };
      },
      accept() {
        offer = undefined;
        accept(secret);
      },
      decline: () => void (offer = undefined),
    };
  }

  /** Where another tab has come in by another link, that stays what the browser keeps. */
  function keep(next: Membership, isDecided = false): Membership {
    membership = next;
    const found = loadMembership(storage, jam)?.invitation;
    if (!isDecided && found !== undefined && found !== stored) return next;
    stored = next.invitation;
    keepMembership(storage, jam, next);
    return next;
  }

  async function join(name: string): Promise<Answer<Membership>> {
    if (!membership) return notJoined;
    const asked = membership;
    const answer = await joinBy(asked, name);
    if (answer.ok || answer.error !== "bad-invitation") return answer;
    const renewed = renewedLink(asked);
    return renewed ? joinBy(renewed, name) : answer;
  }

  async function joinBy(by: Membership, name: string): Promise<Answer<Membership>> {
    const { invitation: secret } = by;
    const key = by.key ?? keyFor(secret);
    const body = { invitation: secret, name, ...(key === undefined ? {} : { key }) };
    const call: Call = { method: "POST", path: `${base}/join`, body };
    const answer = await ask(origin, fetch, call, readJoined);
    if (!answer.ok) return answer;
    const { jam: { title }, ...rest } = answer.value;
    const next = { invitation: secret, title, ...rest };
    // meanwhile another link was accepted, or the own one renewed: that stays
    if (membership?.invitation !== secret) return { ok: true, value: next };
    const theirs = key ?? keyFor(secret) ?? rest.key;
    if (theirs !== rest.key) return joinBy({ invitation: secret, key: theirs }, name);
    isClockWrong = rest.expires - margin <= now();
    return { ok: true, value: keep(next) };
  }

  /** Of two tabs with one new link the first to come in makes the person that both are. */
  function keyFor(secret: string): string | undefined {
    const found = loadMembership(storage, jam);
    return found?.invitation === secret ? found.key : undefined;
  }

  /** A link that does not work may have been renewed by ourselves, here or in another tab. */
  function renewedLink({ invitation: former, key, role }: Membership): Membership | undefined {
    const own = (one: Membership | undefined): boolean =>
      one !== undefined && one.invitation !== former && one.key === key && one.role === role;
    if (key === undefined || role === undefined || !membership) return undefined;
    if (own(membership)) return membership;
    const found = loadMembership(storage, jam);
    if (!found || !own(found) || membership.invitation !== former) return undefined;
    stored = found.invitation;
    return (membership = found);
  }

  /** The hub keeps nothing of who joins, so one answer more or less is nothing to it. */
  function inspect(secret: string): Promise<Answer<Joined>> {
    const body = { invitation: secret, name: "?" };
    return ask(origin, fetch, { method: "POST", path: `${base}/join`, body }, readJoined);
  }

  async function check(): Promise<Answer<JamTitle>> {
    if (!membership) return notJoined;
    const answer = await inspect(membership.invitation);
    return answer.ok ? { ok: true, value: answer.value.jam } : answer;
  }

  /** Renewals asked for at the same time are one: each board and page wants the same token. */
  let renewing: { readonly by: string; readonly answer: Promise<TokenAnswer> } | undefined;
  function renew(): Promise<TokenAnswer> {
    const by = membership?.invitation ?? "";
    if (renewing?.by === by) return renewing.answer;
    const answer = rejoin().finally(() => {
      if (renewing?.answer === answer) renewing = undefined;
    });
    renewing = { by, answer };
    return answer;
  }

  async function rejoin(): Promise<TokenAnswer> {
    const answer = await join(membership?.name ?? "");
    if (answer.ok) return { ok: true, token: answer.value.token ?? "" };
    if (answer.error !== "bad-invitation") return { ok: false, error: "unreachable" };
    const known = membership?.token;
    if (known === undefined || await isRefused(known)) return { ok: false, error: answer.error };
    return { ok: true, token: known };
  }

  /** A link that was renewed gives no more tokens, but one that it gave is good until it expires. */
  async function isRefused(known: string): Promise<boolean> {
    const answer = await ask(origin, fetch, { ...roomList, token: known }, readRooms);
    return !answer.ok && answer.error === "unauthorized";
  }

  async function token(): Promise<TokenAnswer> {
    const { token: known, expires = 0 } = membership ?? {};
    const isGood = isClockWrong || expires - margin > now();
    return known !== undefined && isGood ? { ok: true, token: known } : renew();
  }

  /** With a token; one that the hub does not want is renewed once. */
  async function authorized<T>(
    call: Call,
    read: (body: unknown) => T | undefined,
  ): Promise<Answer<T>> {
    const first = await token();
    if (!first.ok) return { ...first, reason: "" };
    const answer = await ask(origin, fetch, { ...call, token: first.token }, read);
    if (answer.ok || answer.error !== "unauthorized") return answer;
    const second = await renew();
    if (!second.ok) return { ...second, reason: "" };
    // good, but not for this: who asks for links came by one that was renewed
    if (second.token === first.token) return { ...answer, error: "bad-invitation" };
    return ask(origin, fetch, { ...call, token: second.token }, read);
  }

  const rooms = () => authorized(roomList, readRooms);

  return {
    jam,
    get membership() { return membership; },
    get offer() { return offer; },
    get joined() { return membership?.token !== undefined; },
    get sub() { return membership?.sub ?? ""; },
    join,
    check,
    token,
    renew,
    rooms,
    async missing(room) {
      if (membership?.role !== "viewer") return false;
      const answer = await rooms();
      return answer.ok && !answer.value.rooms.some(({ id }) => id === room);
    },
    createRoom(title, forReview = false) {
      const body = forReview ? { title, review: true } : { title };
      return authorized({ method: "POST", path: `${base}/rooms`, body }, readJam);
    },
    invitations: () =>
      authorized({ method: "GET", path: `${base}/invitations` }, readInvitations),
    async renewInvitation(role) {
      const path = `${base}/invitations/${role}/renew`;
      const answer = await authorized({ method: "POST", path }, readLink);
      // Who renews the link that they came by themselves is not locked out by it.
      if (answer.ok && membership?.role === role) {
        const { invitation: fresh } = takeInvitation(new URL(answer.value, origin).href);
        if (fresh !== undefined) keep({ ...membership, invitation: fresh });
      }
      return answer;
    },
  };
}
