/**
 * Order keys: strings of 0-9A-Za-z, read as the digits of a fraction in base 62, so that between
 * two keys there is always another one. They compare as strings; "0" never ends a key, because
 * "a" and "a0" would be the same fraction with nothing between them.
 */
import type { OrderKey, ShapeId } from "./schema";

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const longestKey = 64;
const form = /^[0-9A-Za-z]{0,63}[1-9A-Za-z]$/;

export const isOrderKey = (value: unknown): value is OrderKey =>
  typeof value === "string" && form.test(value);

/** Bottom first. Equal keys, which two people can make at the same time, go by id. */
export function compareOrder(
  a: { readonly order: OrderKey; readonly id: ShapeId },
  b: { readonly order: OrderKey; readonly id: ShapeId },
): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** The first `width` digits of the fraction, as an integer. */
function leading(key: OrderKey, width: number): bigint {
  let value = 0n;
  for (let at = 0; at < width; at++) {
    value = value * 62n + BigInt(at < key.length ? digits.indexOf(key.charAt(at)) : 0);
  }
  return value;
}

function toKey(value: bigint, width: number): OrderKey {
  let text = "";
  for (let rest = value, at = 0; at < width; at++, rest /= 62n) {
    text = digits.charAt(Number(rest % 62n)) + text;
  }
  return text.replace(/0+$/, "");
}

/** What two people who insert at one place choose from, so that they rarely choose the same. */
const choices = 62n * 62n;

/**
 * A key above `below` and under `above`; `undefined` stands for the bottom and the top. It is
 * random within its place. `undefined` if there is no such key: they are equal, the wrong way
 * round, or so close that it would be longer than 64 (after hundreds of insertions at one place).
 * On top and at the bottom keys stay short for millions of shapes.
 */
export function keyBetween(
  below: OrderKey | undefined,
  above: OrderKey | undefined,
  random: () => number = Math.random,
): OrderKey | undefined {
  if (below !== undefined && above !== undefined && below >= above) return undefined;
  for (let width = 6; width <= longestKey; width += 2) {
    const low = below === undefined ? 0n : leading(below, width);
    const high = above === undefined ? 62n ** BigInt(width) : leading(above, width);
    const free = high - low - 1n;
    if (free < choices && !(free > 0n && width === longestKey)) continue;
    const span = free < choices ? free : choices;
    const step = BigInt(Math.floor(random() * Number(span)));
    if (above === undefined && below === undefined) return toKey(high / 2n + step, width);
    if (above === undefined) return toKey(low + 1n + step, width);
    if (below === undefined) return toKey(high - 1n - step, width);
    return toKey(low + 1n + (free - span) / 2n + step, width);
  }
  return undefined;
}
