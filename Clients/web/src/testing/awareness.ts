/** Awareness updates taken apart. */
import * as decoding from "lib0/decoding";

/** The states in it, null for who is gone. */
export function decodeAwareness(update: Uint8Array): readonly unknown[] {
  const decoder = decoding.createDecoder(update);
  const states: unknown[] = [];
  for (let left = decoding.readVarUint(decoder); left > 0; left--) {
    decoding.readVarUint(decoder);
    decoding.readVarUint(decoder);
    states.push(JSON.parse(decoding.readVarString(decoder)));
  }
  return states;
}
