/**
 * What was written without a connection in rooms that were left since: sent in the background, one
 * room after the other, as soon as the hub is there.
 */
import { deliver } from "./deliver";
import { browserEnvironment } from "./environment";
import type { Timer } from "./environment";
import type { Unsent } from "./marks";
import type { RoomOptions } from "./types";

export interface LeftoverOptions extends Omit<RoomOptions, "room"> {
  /** The room that the page shows: it sends what is its own itself. */
  readonly shown: () => string | undefined;
  /** Texts that were written where others had deleted the whole; may come twice. */
  readonly buried: (room: string, texts: readonly string[]) => void;
}

/**
 * In ms: the first look, how long to look away where nothing waits and from a room that was just
 * dealt with (another tab may be writing there), and what attempts wait.
 */
const waits = { first: 1_000, nothing: 30_000, failed: 2_000, longest: 120_000, away: 10_000 };

/** Goes on until it is stopped. */
export function sendLeftovers(options: LeftoverOptions): { stop(): void } {
  const { jam, session, store, shown } = options;
  const environment = options.environment ?? browserEnvironment();
  const refused = createRefused();
  const rests = createRests(environment.now);
  /** How often in a row the hub was not there. */
  let failures = 0;
  let timer: Timer | undefined;
  let leave: (() => void) | undefined;
  let stopped = false;

  function wait(ms: number): void {
    timer?.cancel();
    if (!stopped) timer = environment.after(ms, () => void look());
  }

  async function look(): Promise<void> {
    timer = undefined;
    const waiting = ((await store.unsent(jam, session.sub)) ?? [])
      .filter((one) => one.room !== shown() && !refused.has(one));
    if (stopped) return;
    const next = waiting.find(({ room }) => rests.of(room) === 0);
    if (!next) return wait(Math.min(waits.nothing, ...waiting.map(({ room }) => rests.of(room))));
    const { room } = next;
    const boards = waiting.filter((one) => one.room === room);
    const delivery = deliver(
      { ...options, environment, room }, boards, (texts) => options.buried(room, texts),
    );
    leave = delivery.stop;
    const end = await delivery.done;
    leave = undefined;
    if (stopped) return;
    if (end.is === "refused") end.boards.forEach(refused.add);
    if (end.is === "failed") rests.failed(room);
    else if (end.is !== "away") rests.done(room);
    failures = end.is === "away" ? failures + 1 : 0;
    // whoever else waits for what was written sees at once that the hub is back
    wait(failures === 0 ? 0 : Math.min(waits.away, backOff(failures)));
  }

  const sleep = environment.onWake(() => {
    if (!timer) return;
    failures = 0;
    wait(waits.first);
  });
  wait(waits.first);
  return {
    stop() {
      stopped = true;
      timer?.cancel();
      sleep();
      leave?.();
    },
  };
}

const backOff = (failures: number): number =>
  Math.min(waits.longest, waits.failed * 2 ** Math.min(failures, 10));

/**
 * What the hub did not take: told when its room is opened again, and not offered before, unless
 * somebody has changed something there since.
 */
function createRefused() {
  const known = new Set<string>();
  const keys = ({ room, board, stamps }: Unsent): readonly string[] =>
    stamps.map((stamp) => JSON.stringify([room, board, stamp]));
  return {
    has: (unsent: Unsent): boolean => keys(unsent).every((key) => known.has(key)),
    add: (unsent: Unsent): void => keys(unsent).forEach((key) => known.add(key)),
  };
}

/** How long, in ms, each room is left alone. */
function createRests(now: () => number) {
  const rests = new Map<string, { readonly until: number; readonly failures: number }>();
  return {
    of: (room: string): number => Math.max(0, (rests.get(room)?.until ?? 0) - now()),
    done: (room: string): void =>
      void rests.set(room, { until: now() + waits.nothing, failures: 0 }),
    failed(room: string): void {
      const failures = (rests.get(room)?.failures ?? 0) + 1;
      rests.set(room, { until: now() + backOff(failures), failures });
    },
  };
}
