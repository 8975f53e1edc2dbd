import type { ReactNode } from "react";
import type { Other } from "../workspace/presence";
import { useText } from "./hooks";

export interface Listed {
  readonly key: string;
  readonly name: string;
  /** Which of several with that name. */
  readonly nth?: number;
  readonly role: string;
  readonly color: string;
  readonly self: boolean;
  readonly sub?: string;
}

const roles = ["facilitator", "participant", "viewer", "bot"] as const;

/** Everybody here as they announce themselves, oneself first. */
export function listOf(
  me: { readonly name: string; readonly role: string; readonly color: string },
  others: readonly Other[],
): readonly Listed[] {
  const mine = { key: "me", ...me, self: true };
  const rest = others.map((other) => ({
    key: String(other.client), name: other.name, role: other.role, color: other.color, self: false,
  }));
  return [mine, ...rest.sort((a, b) => a.name.localeCompare(b.name))];
}

interface Props {
  readonly people: readonly Listed[];
  /** What can be done with somebody. */
  readonly action?: (person: Listed) => ReactNode;
}

export function People({ people, action }: Props) {
  const text = useText();
  return (
    <ul className="people">
      {people.map((person) => {
        const role = roles.find((one) => one === person.role);
        return (
          <li key={person.key}>
            <Avatar name={person.name} color={person.color} />
            <span className="who">
              <span className="name">
                <span className="called" title={person.name}>{person.name}</span>
                {person.nth !== undefined && <span className="nth"> ({person.nth})</span>}
                {person.self && <span className="self"> ({text("people.you")})</span>}
              </span>
              {role && <span className="role">{text(`role.${role}`)}</span>}
            </span>
            {action?.(person)}
          </li>
        );
      })}
    </ul>
  );
}

export function Avatar({ name, color }: { readonly name: string; readonly color: string }) {
  const initial = Array.from(name.trim())[0]?.toUpperCase() ?? "?";
  return (
    <span className="avatar" style={{ background: color }} aria-hidden="true">
      {initial}
    </span>
  );
}

/** Programs are listed, but nobody to count. */
export const personsIn = (listed: readonly Listed[]): readonly Listed[] =>
  listed.filter(({ role, self }) => self || role !== "bot");

/** A few faces and a number, for the button that opens the list. */
export function Faces({ people }: { readonly people: readonly Listed[] }) {
  const persons = personsIn(people);
  const shown = persons.slice(0, 4);
  return (
    <span className="faces">
      {shown.map((person) => (
        <Avatar key={person.key} name={person.name} color={person.color} />
      ))}
      <span className="number">{persons.length}</span>
    </span>
  );
}
