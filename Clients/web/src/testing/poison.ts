/** Updates at which Yjs fails, as somebody could send them. */
import * as encoding from "lib0/encoding";

const client = 7_777_001;

/** Maps in maps in the root `z`, so many that nobody comes to the end of them. */
export function deepChain(depth: number): Uint8Array {
  const to = encoding.createEncoder();
  for (const number of [1, depth, client, 0]) encoding.writeVarUint(to, number);
  for (let at = 0; at < depth; at++) {
    encoding.writeUint8(to, 7 | 0x20);
    encoding.writeVarUint(to, at === 0 ? 1 : 0);
    if (at === 0) encoding.writeVarString(to, "z");
    else for (const number of [client, at - 1]) encoding.writeVarUint(to, number);
    encoding.writeVarString(to, "a");
    encoding.writeVarUint(to, 1);
  }
  encoding.writeVarUint(to, 0);
  return encoding.toUint8Array(to);
}

/** Deletes the uppermost of them. */
export function cutOff(): Uint8Array {
  const to = encoding.createEncoder();
  for (const number of [0, 1, client, 1, 0, 1]) encoding.writeVarUint(to, number);
  return encoding.toUint8Array(to);
}
