/** A clock that tests turn, and sockets whose other end is the test. */
import type { Environment, Socket } from "../provider/environment";
import { decodeMessage, encodeMessage } from "../protocol/messages";
import type { Message } from "../protocol/messages";

export interface FakeSocket {
  readonly url: string;
  readonly protocol: string;
  /** What the client has sent, newest last; `take` empties it. */
  take(): { readonly board: string; readonly message: Message }[];
  readonly texts: string[];
  readonly closed: boolean;
  open(): void;
  send(board: string, message: Message): void;
  sendText(json: unknown): void;
  sendBytes(bytes: Uint8Array): void;
  close(code: number): void;
  /** An error that no close follows. */
  error(): void;
}

export interface FakeWorld {
  readonly environment: Environment;
  /** All sockets so far, newest last. */
  readonly sockets: FakeSocket[];
  /** Lets time pass, timers and promises run. */
  pass(ms: number): Promise<void>;
  wake(): void;
  /** From now on the browser throws instead of making a socket. */
  forbidSockets(forbidden: boolean): void;
}

function fakeSocket(url: string, protocol: string): [Socket, FakeSocket] {
  let sent: { readonly board: string; readonly message: Message }[] = [];
  const texts: string[] = [];
  let closed = false;
  const socket: Socket = {
    binaryType: "blob",
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send(data) {
      if (typeof data === "string") {
        texts.push(data);
        return;
      }
      const decoded = decodeMessage(data);
      if (typeof decoded === "string") throw new Error(`the client sent something ${decoded}`);
      sent.push(decoded);
    },
    close: () => void (closed = true),
  };
  const sendBytes = (bytes: Uint8Array) =>
    socket.onmessage?.({ data: bytes.slice().buffer });
  return [socket, {
    url, protocol, texts,
    get closed() { return closed; },
    take: () => sent.splice(0),
    open: () => socket.onopen?.(),
    send: (board, message) => sendBytes(encodeMessage(board, message)),
    sendText: (json) => socket.onmessage?.({ data: JSON.stringify(json) }),
    sendBytes,
    close: (code) => socket.onclose?.({ code, reason: "" }),
    error: () => socket.onerror?.(),
  }];
}

export function fakeWorld(): FakeWorld {
  let now = 0;
  let timers: { readonly due: number; readonly run: () => void }[] = [];
  const wakers = new Set<() => void>();
  const sockets: FakeSocket[] = [];
  let forbidden = false;
  /** Promises that depend on nothing but each other are through after a turn of node's loop. */
  const promises = () => new Promise<void>((done) => void setTimeout(done, 0));

  return {
    sockets,
    environment: {
      now: () => now,
      after(ms, run) {
        const timer = { due: now + ms, run };
        timers.push(timer);
        return { cancel: () => void (timers = timers.filter((other) => other !== timer)) };
      },
      random: () => 1,
      connect(url, protocol) {
        if (forbidden) throw new Error("SecurityError");
        const [socket, end] = fakeSocket(url, protocol);
        sockets.push(end);
        return socket;
      },
      onWake(listener) {
        wakers.add(listener);
        return () => void wakers.delete(listener);
      },
    },
    async pass(ms) {
      const end = now + ms;
      await promises();
      for (;;) {
        const [next] = timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
        if (!next) break;
        now = Math.max(now, next.due);
        timers = timers.filter((other) => other !== next);
        next.run();
        await promises();
      }
      now = end;
    },
    forbidSockets: (now) => void (forbidden = now),
    wake: () => [...wakers].forEach((listener) => listener()),
  };
}
