/** Who is in a room, for the facilitator: people, not windows, and told from each other. */
import { personColor } from "../canvas/palette";
import type { Person } from "../provider";
import type { Listed } from "./People";

export interface Named {
  readonly sub: string;
  readonly name: string;
  /** Which of several with that name. */
  readonly nth?: number;
}

/** What somebody is called in the words of buttons and messages. */
export function called({ name, sub, nth }: Named): string {
  const known = name === "" ? sub : name;
  return nth === undefined ? known : `${known} (${nth})`;
}

/** Of people with one name each has a number, in the order of their subjects: that stays. */
export function numbered<T extends { readonly name: string; readonly sub?: string }>(
  people: readonly T[],
): readonly (T & { readonly nth?: number })[] {
  const alike = new Map<string, T[]>();
  for (const person of people) {
    const same = alike.get(person.name);
    if (same) same.push(person);
    else alike.set(person.name, [person]);
  }
  for (const same of alike.values()) {
    same.sort((a, b) => ((a.sub ?? "") < (b.sub ?? "") ? -1 : 1));
  }
  return people.map((person) => {
    const same = alike.get(person.name) ?? [];
    return same.length < 2 ? person : { ...person, nth: same.indexOf(person) + 1 };
  });
}

/** The colour of somebody of whom the board does not say which of several they are. */
export const ANY_COLOR = "var(--soft-ink)";

/**
 * Sessions of one person (two windows) are one line, oneself first. The hub says who is here,
 * the board (`shown`) in which colour, and nothing but the name is common to both.
 */
export function gathered(
  people: readonly Person[],
  me: string,
  shown: readonly Listed[],
): readonly Listed[] {
  const found = new Map<string, Listed>();
  people.forEach((person, index) => {
    const key = person.sub ?? `session ${index}`;
    found.set(key, {
      key, name: person.name, role: person.role, self: person.sub === me, color: ANY_COLOR,
      ...(person.sub === undefined ? {} : { sub: person.sub }),
    });
  });
  return numbered([...found.values()])
    .map((person) => ({ ...person, color: colorOf(person, shown) }))
    .sort((a, b) =>
      Number(b.self) - Number(a.self) || a.name.localeCompare(b.name)
      || (a.nth ?? 0) - (b.nth ?? 0));
}

function colorOf({ name, nth, self }: Listed, shown: readonly Listed[]): string {
  const alike = shown.filter((one) => (self ? one.self : one.name === name));
  const [first, ...others] = new Set(alike.map(({ color }) => color));
  if (first === undefined) return nth === undefined ? personColor(undefined, name) : ANY_COLOR;
  return others.length > 0 || (nth !== undefined && !self) ? ANY_COLOR : first;
}
