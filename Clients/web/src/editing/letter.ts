/**
 * The letter a to z that a key stands for in a command: what is printed on it (Z is elsewhere on a
 * German keyboard, A on a French one); where that is another script's, the place it has on a
 * keyboard with Latin letters, so on a Cyrillic one V is where "м" is. Undefined for no letter.
 */
export function letterOf({ key, code }: { key: string; code: string }): string | undefined {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  if (!/^[\p{L}\p{M}]+$/u.test(key) || /\p{Script=Latin}/u.test(key)) return undefined;
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase();
}
