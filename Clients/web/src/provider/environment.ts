/** What the provider needs of the world, so that tests can put a clock and sockets in its place. */

/** The part of WebSocket that is used. */
export interface Socket {
  /** As that of a WebSocket; without it the socket is open until it is closed. */
  readonly readyState?: number;
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: (() => void) | null;
  send(data: string | Uint8Array): void;
  close(code?: number): void;
}

export type Timer = { readonly cancel: () => void };

export interface Environment {
  /** Milliseconds that never go backwards. */
  readonly now: () => number;
  readonly after: (ms: number, run: () => void) => Timer;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly connect: (url: string, protocol: string) => Socket;
  /** Calls when connecting at once may help: the network is back, the page is seen again. */
  readonly onWake: (listener: () => void) => () => void;
}

/** The browser's own. */
export function browserEnvironment(): Environment {
  return {
    now: () => performance.now(),
    after: (ms, run) => {
      const number = setTimeout(run, ms);
      return { cancel: () => clearTimeout(number) };
    },
    random: Math.random,
    connect: (url, protocol) => new WebSocket(url, protocol) as Socket,
    onWake: (listener) => {
      const seen = () => document.visibilityState === "visible" && listener();
      window.addEventListener("online", listener);
      document.addEventListener("visibilitychange", seen);
      window.addEventListener("pageshow", seen); // back from the cache of a browser's "back"
      return () => {
        window.removeEventListener("online", listener);
        document.removeEventListener("visibilitychange", seen);
        window.removeEventListener("pageshow", seen);
      };
    },
  };
}
