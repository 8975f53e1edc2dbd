/** Commands to the hub and their replies. */
import { isFields } from "../protocol/control";
import type { ControlMessage, Fields } from "../protocol/control";
import type { Environment, Timer } from "./environment";
import type { Company, Person, Reply, Role } from "./types";

/** So long a reply may take. */
const patience = 15_000;

interface Waiting {
  readonly answer: (reply: Reply<Fields>) => void;
  readonly timer: Timer;
}

export interface Commands {
  connected(send: (text: string) => void): void;
  /** Whoever waits is told that there is no connection. */
  disconnected(): void;
  run(command: string, given?: Fields): Promise<Reply<Fields>>;
  receive(reply: Extract<ControlMessage, { is: "reply" }>): void;
}

const offline: Reply<never> = { ok: false, error: "offline", reason: "no connection to the hub" };

export function createCommands(environment: Environment): Commands {
  const waiting = new Map<number, Waiting>();
  let send: ((text: string) => void) | undefined;
  let next = 1;

  function settle(id: number, reply: Reply<Fields>): void {
    const found = waiting.get(id);
    waiting.delete(id);
    found?.timer.cancel();
    found?.answer(reply);
  }

  return {
    connected: (to) => void (send = to),
    disconnected() {
      send = undefined;
      for (const id of [...waiting.keys()]) settle(id, offline);
    },
    run: (command, given = {}) => new Promise((answer) => {
      if (!send) return answer(offline);
      const id = next++;
      const late: Reply<never> = { ok: false, error: "timeout", reason: "the hub did not answer" };
      const timer = environment.after(patience, () => settle(id, late));
      waiting.set(id, { answer, timer });
      send(JSON.stringify({ ...given, id, command }));
    }),
    receive(reply) {
      settle(reply.id, reply.ok ? { ok: true, value: reply.body } : reply);
    },
  };
}

const roles: readonly string[] = ["facilitator", "participant", "viewer", "bot"];
export const readRole = (role: unknown): Role =>
  roles.includes(role as string) ? (role as Role) : "viewer";

/** A reply to `who`. */
export function readCompany(body: Fields): Company {
  const gone: readonly unknown[] = Array.isArray(body.removed) ? body.removed : [];
  const removed = gone.filter(isFields).flatMap(({ sub, name }) =>
    typeof sub === "string" ? [{ sub, name: typeof name === "string" ? name : "" }] : []);
  return { people: readPeople(body), removed };
}

function readPeople(body: Fields): readonly Person[] {
  const people: readonly unknown[] = Array.isArray(body.people) ? body.people : [];
  return people.filter(isFields).map((person) => ({
    name: typeof person.name === "string" ? person.name : "",
    role: readRole(person.role),
    boards: Array.isArray(person.boards)
      ? person.boards.filter((board): board is string => typeof board === "string")
      : [],
    ...(typeof person.sub === "string" ? { sub: person.sub } : {}),
  }));
}
