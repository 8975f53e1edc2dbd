/** When to connect, to wait, to ask for a token, and when to stop: a pure state machine. */
import type { EndCode, TokenAnswer } from "./types";

/** `failures`: attempts since the last good connection. */
interface Trying {
  readonly failures: number;
  /** How often in a row the hub said that this person was removed. */
  readonly removed?: number;
}

export type Link =
  | { readonly at: "idle" }
  /** Asking for a token. */
  | ({ readonly at: "asking" } & Trying)
  | ({ readonly at: "opening" } & Trying)
  | ({ readonly at: "open"; readonly since: number } & Trying)
  | ({ readonly at: "waiting"; readonly fresh: boolean } & Trying)
  | { readonly at: "ended"; readonly code: EndCode };

/** There is a token, but no such room for who has it. */
export interface NoRoom {
  readonly ok: false;
  readonly error: "no-room";
}

export type LinkEvent =
  | { readonly on: "start" }
  | { readonly on: "token"; readonly answer: TokenAnswer | NoRoom }
  | { readonly on: "opened"; readonly now: number }
  /** The socket is gone; `code` as WebSocket has it, 1006 also for a failed upgrade. */
  | { readonly on: "closed"; readonly code: number; readonly now: number }
  /** Nothing was heard for too long. */
  | { readonly on: "silent" }
  | { readonly on: "timer" }
  /** The network is back, the page is seen again. */
  | { readonly on: "wake" }
  | { readonly on: "stop" };

export type LinkEffect =
  /** `fresh`: the one we have is not good. */
  | { readonly do: "ask"; readonly fresh: boolean }
  | { readonly do: "connect"; readonly token: string }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "close" }
  /** Close, and then the event `timer`. */
  | { readonly do: "drop" };

export const firstWait = 300;
export const longestWait = 10_000;
/** Who was removed may be let back in, and nobody tells. */
export const removedWaits = { first: 5_000, longest: 60_000 };
/** A connection that ends sooner was no good one. */
const soon = 2_000;

/** Closes the socket and goes on at once. */
const drop: LinkEffect = { do: "drop" };

/** Half of the wait is chance: a room that lost its hub does not come back all at once. */
function wait(failures: number, fresh: boolean, chance: number): [Link, LinkEffect] {
  const longest = Math.min(longestWait, firstWait * 2 ** Math.min(failures, 10));
  return [
    { at: "waiting", failures, fresh },
    { do: "wait", ms: Math.round(longest * (0.5 + chance / 2)) },
  ];
}

/** The token is as good as before, so it is not doubted. */
function waitOutside(removed: number, chance: number): [Link, LinkEffect] {
  const { first, longest } = removedWaits;
  const most = Math.min(longest, first * 2 ** Math.min(removed - 1, 10));
  return [
    { at: "waiting", failures: 0, fresh: false, removed },
    { do: "wait", ms: Math.round(most * (0.5 + chance / 2)) },
  ];
}

/**
 * A browser does not learn why an upgrade failed. The token may be the reason, so every second
 * failure asks for a new one, which the hub answers with words.
 */
function ask({ failures, removed }: Trying, fresh: boolean): [Link, LinkEffect] {
  const doubted = failures > 0 && failures % 2 === 0;
  const trying = removed === undefined ? { failures } : { failures, removed };
  return [{ at: "asking", ...trying }, { do: "ask", fresh: fresh || doubted }];
}

/** Close codes after which nothing gets better by itself (wire.md section 7). */
const last: Readonly<Record<number, EndCode>> = {
  4400: "malformed", 1009: "too-big",
};

function closed(
  link: Extract<Link, { at: "opening" | "open" }>,
  event: Extract<LinkEvent, { on: "closed" }>,
  chance: number,
): [Link, LinkEffect?] {
  const code = last[event.code];
  if (code !== undefined) return [{ at: "ended", code }];
  const wasGood = link.at === "open" && event.now - link.since >= soon;
  if (event.code === 4403) return waitOutside(wasGood ? 1 : (link.removed ?? 0) + 1, chance);
  const fresh = event.code === 4401;
  if (wasGood && fresh) return ask({ failures: 0 }, true);
  return wait(wasGood ? 0 : link.failures + 1, fresh, chance);
}

/** `chance`: from 0 to below 1. */
export function nextLink(link: Link, event: LinkEvent, chance: number): [Link, LinkEffect?] {
  if (link.at === "ended") return [link];
  if (event.on === "stop") return [{ at: "ended", code: "closed" }, { do: "close" }];
  switch (link.at) {
    case "idle":
      return event.on === "start" ? ask({ failures: 0 }, false) : [link];
    case "asking": {
      if (event.on !== "token") return [link];
      const { answer } = event;
      if (answer.ok) {
        return [{ ...link, at: "opening" }, { do: "connect", token: answer.token }];
      }
      if (answer.error !== "unreachable") return [{ at: "ended", code: answer.error }];
      return wait(link.failures + 1, false, chance);
    }
    case "opening":
      if (event.on === "opened") return [{ ...link, at: "open", since: event.now }];
      return event.on === "closed" ? closed(link, event, chance) : [link];
    case "open":
      // The socket may take its time to notice; nobody waits for it.
      if (event.on === "silent") return [{ at: "waiting", failures: 0, fresh: false }, drop];
      return event.on === "closed" ? closed(link, event, chance) : [link];
    case "waiting":
      if (event.on !== "timer" && event.on !== "wake") return [link];
      return ask(link, link.fresh);
  }
}
