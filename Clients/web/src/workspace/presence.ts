import type { Awareness } from "y-protocols/awareness";
import { cut, eighth } from "../board";
import { Camera, toScreen } from "../canvas/camera";
import { DocPoint, LIMIT } from "../canvas/geometry";
import type { Cursor } from "../canvas/overlay";
import { personColor, personColors, usualColor } from "../canvas/palette";
import { isVisible } from "../text/visible";
import { fewOf, MOST_CURSORS } from "./crowd";

/** Somebody else on this board, as they announce themselves. Nothing of it can be trusted. */
export interface Other {
  readonly client: number;
  readonly name: string;
  readonly role: string;
  readonly color: string;
  readonly cursor: DocPoint | null;
  readonly selection: readonly string[];
}

/** Cursors go out at most so often, in ms. */
const PACE = 40;
const MOST_SELECTED = 200;
/** So long, in ms, who is new here takes another colour if somebody has the same; then it stays. */
const NEW = 15_000;
/** Of two who are new the one waits so long, in ms, for the other to take another. */
const FIRST = 1000;

export interface Drawn {
  readonly list: readonly Cursor[];
  readonly moving: boolean;
}

export interface Presence {
  others(): readonly Other[];
  /** Our own colour, as others see it. */
  color(): string;
  point(at: DocPoint | null): void;
  selected(ids: readonly string[]): void;
  /** Cursors where they are drawn at this time; `moving` as long as one is on its way. */
  cursors(camera: Camera, now: number): Drawn;
  stop(): void;
}

export function createPresence(
  awareness: Awareness,
  name: string,
  changed: () => void,
): Presence {
  /** As they announced themselves; who moved last is last. */
  const known = new Map<number, Other>();
  let others: readonly Other[] | null = null;
  let pointing: readonly Other[] = [];
  let wanted: DocPoint | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let sent = 0;
  const drawn = new Map<number, { x: number; y: number; time: number }>();
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const before: unknown = awareness.getLocalState()?.["user"];
  let mine: unknown = (isRecord(before) && before["color"]) || usualColor(name);
  let isNew = true;
  let yielding: ReturnType<typeof setTimeout> | null = null;
  const settling = setTimeout(() => void (isNew = false), NEW);

  announce();
  awareness.setLocalStateField("cursor", null);
  awareness.setLocalStateField("selection", []);
  hear([...awareness.getStates().keys()]);
  differ();

  function announce(): void {
    awareness.setLocalStateField("user", { name, color: mine });
  }

  function color(): string {
    return personColor(mine, name);
  }

  /** Colours tell people apart, as long as there are enough. */
  function differ(): void {
    if (!isNew) return;
    const same = rivals();
    if (same.some((other) => other.client < awareness.clientID)) return change();
    if (same.length === 0) return;
    yielding ??= setTimeout(() => {
      yielding = null;
      if (rivals().length > 0) change();
    }, FIRST);
  }

  function rivals(): readonly Other[] {
    const own = color();
    return [...known.values()].filter((other) => other.color === own);
  }

  function change(): void {
    const taken = new Set([...known.values()].map((other) => other.color));
    const free = personColors.filter((one) => !taken.has(personColor(one, "")));
    if (free.length === 0) return;
    mine = free[awareness.clientID % free.length];
    announce();
  }

  function hear(clients: readonly number[]): void {
    for (const client of clients) {
      const state: unknown = awareness.getStates().get(client);
      const before = known.get(client);
      if (client === awareness.clientID || !isRecord(state)) {
        known.delete(client);
        continue;
      }
      const other = readOther(client, state);
      if (before && hasMoved(before, other)) known.delete(client);
      known.set(client, other);
    }
    others = null;
  }

  function heard({ added, updated, removed }: Changes): void {
    hear([...added, ...updated, ...removed]);
    differ();
    changed();
  }

  /** Those whose cursors are drawn. */
  function recent(): readonly Other[] {
    if (others) return pointing;
    others = [...known.values()];
    pointing = fewOf([...others].reverse().filter((other) => other.cursor), MOST_CURSORS);
    const clients = new Set(pointing.map((other) => other.client));
    for (const client of drawn.keys()) if (!clients.has(client)) drawn.delete(client);
    return pointing;
  }

  awareness.on("change", heard);

  function send(): void {
    timer = null;
    sent = performance.now();
    const cursor = wanted && { x: eighth(wanted.x), y: eighth(wanted.y) };
    awareness.setLocalStateField("cursor", cursor);
  }

  return {
    others() {
      recent();
      return others ?? [];
    },
    color,
    point(at) {
      wanted = at;
      timer ??= setTimeout(send, Math.max(0, PACE - (performance.now() - sent)));
    },
    selected: (ids) => awareness.setLocalStateField("selection", ids.slice(0, MOST_SELECTED)),
    cursors(camera, now) {
      let moving = false;
      const list: Cursor[] = [];
      for (const { client, cursor, name, color } of recent()) {
        if (!cursor) continue;
        const before = drawn.get(client);
        const moved = before && !still.matches;
        const next = moved ? eased(before, cursor, now) : { ...cursor, time: now };
        drawn.set(client, next);
        moving ||= next.x !== cursor.x || next.y !== cursor.y;
        list.push({ name, color, at: toScreen(camera, next) });
      }
      return { list, moving };
    },
    stop() {
      for (const one of [timer, yielding, settling]) if (one) clearTimeout(one);
      awareness.off("change", heard);
    },
  };
}

/** Changes when somebody comes, goes or is renamed, not with every move. */
export function peopleKey(others: readonly Other[]): string {
  return JSON.stringify(others.map(({ client, name, role, color }) => [client, name, role, color]));
}

/** Half of the way in 30 ms: smooth between messages, and hardly behind. */
function eased(
  from: { x: number; y: number; time: number },
  to: DocPoint,
  now: number,
): { x: number; y: number; time: number } {
  const part = 1 - 0.5 ** (Math.max(0, now - from.time) / 30);
  const x = from.x + (to.x - from.x) * part;
  const y = from.y + (to.y - from.y) * part;
  if (Math.hypot(to.x - x, to.y - y) < 2) return { x: to.x, y: to.y, time: now };
  return { x, y, time: now };
}

interface Changes {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

function hasMoved(before: Other, now: Other): boolean {
  return before.cursor?.x !== now.cursor?.x || before.cursor?.y !== now.cursor?.y;
}

export function readOther(client: number, state: Readonly<Record<string, unknown>>): Other {
  const user = isRecord(state["user"]) ? state["user"] : {};
  const given = typeof user["name"] === "string" ? cut(user["name"], 64) : "";
  const name = isVisible(given) ? given : "";
  const { selection } = state;
  const all: readonly unknown[] = Array.isArray(selection) ? selection : [];
  const ids = all.slice(0, MOST_SELECTED).filter((id): id is string => typeof id === "string");
  return {
    client,
    name,
    role: typeof user["role"] === "string" ? user["role"] : "",
    color: personColor(user["color"], name || String(client)),
    cursor: readPoint(state["cursor"]),
    selection: [...new Set(ids)],
  };
}

function readPoint(value: unknown): DocPoint | null {
  if (!isRecord(value)) return null;
  const { x, y } = value;
  if (typeof x !== "number" || typeof y !== "number") return null;
  return Math.abs(x) <= LIMIT && Math.abs(y) <= LIMIT ? { x, y } : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
