/** The few things of node that tests use; Debian's package of all its types is not needed. */
declare module "node:test" {
  interface Context {
    diagnostic(message: string): void;
    after(run: () => void | Promise<void>): void;
  }
  type Body = (context: Context) => void | Promise<void>;
  interface Options {
    skip?: boolean | string;
    timeout?: number;
  }
  function test(name: string, body: Body): Promise<void>;
  function test(name: string, options: Options, body: Body): Promise<void>;
  export { test, Context };
  export const mock: { timers: { enable(): void; tick(ms: number): void; reset(): void } };
  export function after(run: () => void | Promise<void>): void;
}

declare module "node:assert/strict" {
  interface Assert {
    (value: unknown, message?: string): asserts value;
    equal<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
    notEqual(actual: unknown, expected: unknown, message?: string): void;
    deepEqual<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
    throws(run: () => unknown, expected?: RegExp | object, message?: string): void;
    fail(message: string): never;
  }
  const assert: Assert;
  export default assert;
}

declare module "node:child_process" {
  interface Process {
    readonly pid: number;
    readonly exitCode: number | null;
    readonly signalCode: string | null;
    kill(signal?: string): boolean;
    once(event: "exit", listener: (code: number | null) => void): void;
  }
  export function spawn(
    command: string,
    options: readonly string[],
    how: { stdio: readonly (string | number)[]; detached?: boolean },
  ): Process;
  export function execFileSync(
    command: string, options: readonly string[],
    how: { encoding: "utf8"; input?: string; maxBuffer?: number },
  ): string;
}

declare module "node:fs" {
  export function existsSync(path: string): boolean;
  export function readFileSync(path: string, encoding: "utf8"): string;
  export function readFileSync(path: string): Uint8Array;
  export function readdirSync(path: string, how: { recursive: true }): string[];
  export function mkdtempSync(prefix: string): string;
  export function openSync(path: string, flags: string): number;
  export function rmSync(path: string, how: { recursive?: boolean; force?: boolean }): void;
}

declare module "node:os" {
  export function tmpdir(): string;
}

declare module "node:http" {
  interface Incoming {
    readonly method: string;
    readonly url: string;
    readonly headers: Record<string, string | undefined>;
    on(event: "data", listener: (chunk: Uint8Array) => void): void;
    on(event: "end", listener: () => void): void;
  }
  interface Outgoing {
    writeHead(status: number, headers: Record<string, string>): void;
    end(body: string): void;
  }
  interface Server {
    listen(port: number, host: string, ready: () => void): void;
    address(): { readonly port: number };
    close(): void;
    closeAllConnections(): void;
  }
  export function createServer(answer: (request: Incoming, response: Outgoing) => void): Server;
}

declare module "ws" {
  class WebSocket {
    constructor(url: string, protocols: readonly string[]);
    binaryType: string;
  }
  export default WebSocket;
}

declare const process: {
  readonly env: Record<string, string | undefined>;
  kill(pid: number, signal: string): void;
};
