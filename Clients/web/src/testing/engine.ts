import { existsSync, readFileSync } from "node:fs";
import { Engine } from "../engine";

/** The module that `make wasm` builds. Each call is an engine of its own. */
export async function loadEngine(): Promise<Engine> {
  const file = `${process.env.JAMBOREE_ROOT}/.build/wasm/jamboree-crdt.wasm`;
  if (!existsSync(file)) throw new Error("there is no WebAssembly module: run make wasm");
  return Engine.load(readFileSync(file));
}

/** Lines of a file of golden vectors. */
export function vectors(name: string): string {
  return readFileSync(`${process.env.JAMBOREE_ROOT}/Protocol/vectors/${name}`, "utf8");
}

export const unhex = (text: string): Uint8Array =>
  Uint8Array.from({ length: text.length / 2 }, (_, index) => parseInt(text.slice(index * 2, index * 2 + 2), 16));

export const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
