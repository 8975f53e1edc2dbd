/** A real hub for tests, on a free port with a data folder of its own. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import WebSocket from "ws";
import type { Environment, Socket } from "../provider/environment";
import { connectRoom } from "../provider/room";
import { memoryStore } from "../provider/store";
import type { OfflineStore } from "../provider/store";
import type { RoomConnection, TokenSource } from "../provider/types";

const binary = process.env.JAMBOREE ?? "";

/** Why tests with a hub cannot run; false if they can. */
export const noHub: string | false = existsSync(binary) ? false : `no hub at ${binary}`;

export interface Hub {
  start(): Promise<void>;
  kill(): Promise<void>;
  token(sub: string, role: string): string;
  readonly origin: string;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

export const pause = (ms: number) => new Promise<void>((done) => void setTimeout(done, ms));

/** Waits until something holds, and says what did not within `seconds`. */
export async function until(what: string, holds: () => unknown, seconds = 10): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(5);
  }
}

/** `more`: options of `jamboree serve`. */
export function createHub(...more: readonly string[]): Hub {
  const folder = mkdtempSync(`${tmpdir()}/jamboree-web-`);
  const data = `${folder}/data`;
  const log = openSync(`${folder}/log`, "a");
  let running: ReturnType<typeof spawn> | undefined;
  let port = 0;

  async function kill(): Promise<void> {
    const ending = running;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise<void>((done) => ending.once("exit", () => done()));
    ending.kill("SIGKILL");
    await gone;
    running = undefined;
  }

  return {
    async start() {
      const file = `${folder}/port`;
      rmSync(file, { force: true });
      const where = ["--bind", "127.0.0.1", "--port", String(port), "--port-file", file];
      const options = ["serve", "--data", data, "--jam", "demo", ...where, ...more];
      running = spawn(binary, options, { stdio: ["ignore", log, log] });
      const written = () => existsSync(file) && readFileSync(file, "utf8").trim() !== "";
      await until("the hub listens", written, 20);
      port = Number(readFileSync(file, "utf8"));
    },
    kill,
    token: (sub, role) => execFileSync(
      binary,
      ["token", "--data", data, "--sub", sub, "--role", role, "--jam", "demo"],
      { encoding: "utf8" },
    ).trim(),
    get origin() {
      return `http://127.0.0.1:${port}`;
    },
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface TestEnvironment extends Environment {
  wake(): void;
  /** Without a network nothing connects, and what is connected breaks. */
  network(there: boolean): void;
}

/** Node's clock and Debian's ws. */
export function nodeEnvironment(): TestEnvironment {
  const listeners = new Set<() => void>();
  const sockets = new Set<Socket>();
  let there = true;
  return {
    now: () => performance.now(),
    after(ms, run) {
      const number = setTimeout(run, ms);
      return { cancel: () => clearTimeout(number) };
    },
    random: Math.random,
    connect(url, protocol) {
      const to = there ? url : "ws://127.0.0.1:1/";
      const socket = new WebSocket(to, [protocol]) as unknown as Socket;
      sockets.add(socket);
      return socket;
    },
    onWake(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    wake: () => listeners.forEach((listener) => listener()),
    network(now) {
      there = now;
      if (!now) sockets.forEach((socket) => socket.close());
      if (!now) sockets.clear();
    },
  };
}

export interface Visitor {
  readonly room: RoomConnection;
  readonly environment: TestEnvironment;
  readonly store: OfflineStore;
}

/** Somebody who comes into a room. */
export function visit(
  hub: Hub,
  room: string,
  sub: string,
  role = "participant",
  store: OfflineStore = memoryStore(),
): Visitor {
  const token = hub.token(sub, role);
  const answer = async () => ({ ok: true, token } as const);
  const session: TokenSource = { sub, token: answer, renew: answer };
  const environment = nodeEnvironment();
  const { origin } = hub;
  return {
    room: connectRoom({ origin, jam: "demo", room, session, store, environment }),
    environment,
    store,
  };
}
