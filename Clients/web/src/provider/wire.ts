/** The socket of a room, kept connected: sends, hears, and reconnects as `link.ts` says. */
import type { Environment, Socket, Timer } from "./environment";
import { nextLink } from "./link";
import type { Link, LinkEffect, LinkEvent } from "./link";
import type { TokenSource } from "./types";

export interface WireUses {
  /** Without the token. */
  readonly url: string;
  readonly session: TokenSource;
  /** Whether the hub says that there is nothing to connect to. */
  readonly missing: () => Promise<boolean>;
  readonly environment: Environment;
  readonly opened: (send: (data: string | Uint8Array) => void) => void;
  readonly heard: (data: string | Uint8Array) => void;
  readonly lost: () => void;
  /** Says something that the hub answers. */
  readonly probe: () => void;
  /** `answers`: the hub gave a new token when it was last asked for one. */
  readonly changed: (link: Link, answers: boolean) => void;
}

export interface Wire {
  readonly link: Link;
  stop(): void;
  /** Tries at once, if it waits. */
  retry(): void;
  /** Something that cannot be read came: begin again. */
  drop(): void;
}

/**
 * Our own awareness comes back every 15 s. Pages that nobody sees have a clock that ticks once a
 * minute, so silence alone proves nothing: the hub is asked before it is given up.
 */
const longestSilence = 60_000;
const doubtfulSilence = 30_000;
const longestAnswer = 5_000;
const lookEvery = 5_000;
/** A network that swallows everything would keep the browser trying for minutes. */
const longestOpening = 20_000;
/** `WebSocket.OPEN` */
const OPEN = 1;
const soonAfterError = 1_000;

export function connectWire(uses: WireUses): Wire {
  const { environment, session } = uses;
  let link: Link = { at: "idle" };
  let socket: Socket | undefined;
  let timer: Timer | undefined;
  let look: Timer | undefined;
  let lastHeard = 0;
  let probed: number | undefined;
  let answers = false;

  function happen(event: LinkEvent): void {
    const was = link;
    const [next, effect] = nextLink(link, event, environment.random());
    link = next;
    if (was.at === "open" && next.at !== "open") uses.lost();
    if (next.at === "ended") leave();
    if (was !== next) uses.changed(next, answers);
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
    if (fresh) answers = answer.ok;
    const missing = fresh && answer.ok && await uses.missing();
    happen({ on: "token", answer: missing ? { ok: false, error: "no-room" } : answer });
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
    const fresh = trySocket(url);
    if (!fresh) {
      // as if it had been refused, but later: what follows would be on top of what called us
      timer = environment.after(0, () => fail(1006));
      return;
    }
    socket = fresh;
    fresh.binaryType = "arraybuffer";
    look = environment.after(longestOpening, () => fail(1006));
    fresh.onopen = () => {
      heardNow();
      happen({ on: "opened", now: lastHeard });
      // one that is closing takes no more, and a browser complains of that
      const takes = (): boolean => socket === fresh && (fresh.readyState ?? OPEN) === OPEN;
      uses.opened((data) => takes() && fresh.send(data));
      watch(() => listen(doubtfulSilence, longestSilence));
    };
    fresh.onmessage = ({ data }) => {
      heardNow();
      if (typeof data === "string") uses.heard(data);
      else if (data instanceof ArrayBuffer) uses.heard(new Uint8Array(data));
    };
    fresh.onerror = () => {
      // A close follows; but not everywhere where a policy forbids the connection.
      look?.cancel();
      look = environment.after(soonAfterError, () => fail(1006));
    };
    fresh.onclose = ({ code }) => fail(code);
  }

  /** Some browsers throw where others let the socket fail: a policy, or too many sockets. */
  function trySocket(url: string): Socket | undefined {
    try {
      return environment.connect(url, "jamboree.v1");
    } catch {
      return undefined;
    }
  }

  function fail(code: number): void {
    forget();
    happen({ on: "closed", code, now: environment.now() });
  }

  function heardNow(): void {
    lastHeard = environment.now();
    probed = undefined;
  }

  /** Doubts a silent connection, and gives it up once the hub had time to answer. */
  function listen(doubtful: number, longest: number): void {
    const now = environment.now();
    const silence = now - lastHeard;
    if (probed !== undefined && now - probed >= longestAnswer && silence > longest) {
      return happen({ on: "silent" });
    }
    if (probed === undefined && silence > doubtful) {
      probed = now;
      uses.probe();
    }
    watch(() => listen(doubtfulSilence, probed === undefined ? longestSilence : longest));
  }

  function watch(then: () => void): void {
    look?.cancel();
    look = environment.after(lookEvery, then);
  }

  function wake(): void {
    if (link.at === "open") return listen(lookEvery, lookEvery);
    // in other states it is not a wait that it ends, but an attempt that cannot go on
    if (link.at === "waiting") timer?.cancel();
    happen({ on: "wake" });
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
    retry: wake,
    drop() {
      if (link.at === "open") fail(1002);
    },
  };
}
