/** The socket of a room, kept connected: sends, hears, and reconnects as `link.ts` says. */
import type { Environment, Socket, Timer } from "./environment";
import { nextLink } from "./link";
import type { Link, LinkEffect, LinkEvent } from "./link";
import type { TokenSource } from "./types";

export interface WireUses {
  /** Without the token. */
  readonly url: string;
  readonly session: TokenSource;
  readonly environment: Environment;
  readonly opened: (send: (data: string | Uint8Array) => void) => void;
  readonly heard: (data: string | Uint8Array) => void;
  readonly lost: () => void;
  readonly changed: (link: Link) => void;
}

export interface Wire {
  readonly link: Link;
  stop(): void;
  /** Something that cannot be read came: begin again. */
  drop(): void;
}

/** Our own awareness comes back every 15 s; after four of these the connection is dead. */
const longestSilence = 60_000;
/** When the page is seen again, one that was silent for so long is not trusted. */
const doubtfulSilence = 30_000;
const lookEvery = 5_000;

export function connectWire(uses: WireUses): Wire {
  const { environment, session } = uses;
  let link: Link = { at: "idle" };
  let socket: Socket | undefined;
  let timer: Timer | undefined;
  let look: Timer | undefined;
  let lastHeard = 0;

  function happen(event: LinkEvent): void {
    const was = link;
    const [next, effect] = nextLink(link, event, environment.random());
    link = next;
    if (was.at === "open" && next.at !== "open") uses.lost();
    if (next.at === "ended") leave();
    if (was !== next) uses.changed(next);
    if (effect) perform(effect);
  }

  function perform(effect: LinkEffect): void {
    switch (effect.do) {
      case "ask": return void ask(effect.fresh);
      case "connect": return connect(effect.token);
      case "wait":
        timer = environment.after(effect.ms, () => happen({ on: "timer" }));
        return;
      case "close": return forget();
      case "drop":
        forget();
        return happen({ on: "timer" });
    }
  }

  async function ask(fresh: boolean): Promise<void> {
    const answer = await (fresh ? session.renew() : session.token());
    happen({ on: "token", answer });
  }

  /** Closes the socket and hears nothing of it any more. */
  function forget(): void {
    const old = socket;
    socket = undefined;
    look?.cancel();
    if (!old) return;
    old.onopen = old.onmessage = old.onclose = null;
    old.close();
  }

  function connect(token: string): void {
    const url = `${uses.url}?token=${encodeURIComponent(token)}`;
    const fresh = environment.connect(url, "jamboree.v1");
    socket = fresh;
    fresh.binaryType = "arraybuffer";
    fresh.onopen = () => {
      lastHeard = environment.now();
      happen({ on: "opened", now: lastHeard });
      uses.opened((data) => socket === fresh && fresh.send(data));
      watch();
    };
    fresh.onmessage = ({ data }) => {
      lastHeard = environment.now();
      if (typeof data === "string") uses.heard(data);
      else if (data instanceof ArrayBuffer) uses.heard(new Uint8Array(data));
    };
    fresh.onerror = () => undefined; // a close follows
    fresh.onclose = ({ code }) => {
      forget();
      happen({ on: "closed", code, now: environment.now() });
    };
  }

  function watch(): void {
    look = environment.after(lookEvery, () => {
      if (environment.now() - lastHeard > longestSilence) happen({ on: "silent" });
      else watch();
    });
  }

  function wake(): void {
    timer?.cancel();
    const silent = link.at === "open" && environment.now() - lastHeard > doubtfulSilence;
    happen({ on: silent ? "silent" : "wake" });
  }

  const sleep = environment.onWake(wake);

  function leave(): void {
    timer?.cancel();
    sleep();
    forget();
  }

  happen({ on: "start" });
  return {
    get link() { return link; },
    stop: () => happen({ on: "stop" }),
    drop() {
      if (link.at !== "open") return;
      forget();
      happen({ on: "closed", code: 1002, now: environment.now() });
    },
  };
}
