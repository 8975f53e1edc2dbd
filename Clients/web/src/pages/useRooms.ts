import { useCallback, useEffect, useRef, useState } from "react";
import { openStore } from "../provider";
import type { RoomEntry, Session } from "../provider";
import type { Failed } from "../panels/wrong";

export interface RoomsNow {
  /** Null as long as the hub has not told them. */
  readonly rooms: readonly RoomEntry[] | null;
  /** What this device keeps, while the hub does not answer. */
  readonly kept: readonly string[];
  /** How many changes of this device wait to be sent, by room. */
  readonly unsent: ReadonlyMap<string, number>;
  /** Why there is no list, or no new one. */
  readonly wrong: Failed | null;
  reload(): void;
}

/** As long as the page is seen, the list is asked for again this often, in ms. */
const REFRESH = 5000;

/** The rooms of a jam, asked for again and again. */
export function useRooms(
  session: Session,
  onTitle: (title: string) => void,
  onEnded: () => void,
): RoomsNow {
  const [rooms, setRooms] = useState<readonly RoomEntry[] | null>(null);
  const [kept, setKept] = useState<readonly string[]>([]);
  const [unsent, setUnsent] = useState<ReadonlyMap<string, number>>(new Map());
  const [wrong, setWrong] = useState<Failed | null>(null);
  /** The hub wants to be left alone until then. */
  const quiet = useRef(0);

  const load = useCallback(async () => {
    const here = await openStore();
    const found = await here.unsent(session.jam, session.sub);
    if (found) {
      const waiting = new Map<string, number>();
      for (const { room, count } of found) waiting.set(room, (waiting.get(room) ?? 0) + count);
      setUnsent((before) => (same(before, waiting) ? before : waiting));
    }
    if (Date.now() < quiet.current) return;
    const answer = await session.rooms();
    if (answer.ok) {
      setRooms(answer.value.rooms);
      onTitle(answer.value.jam.title);
      setWrong(null);
      setKept([]);
    } else if (answer.error === "bad-invitation") {
      onEnded();
    } else if (answer.error === "too-many-requests") {
      // the list that is there is still a good one
      quiet.current = Date.now() + 1000 * (answer.after ?? REFRESH / 1000);
    } else {
      setWrong(answer);
      setKept(await here.rooms(session.jam, session.sub));
    }
  }, [session]);

  useEffect(() => {
    void load();
    const timer = setInterval(() => document.visibilityState === "visible" && void load(), REFRESH);
    return () => clearInterval(timer);
  }, [load]);

  return { rooms, kept, unsent, wrong, reload: () => void load() };
}

const same = (one: ReadonlyMap<string, number>, two: ReadonlyMap<string, number>): boolean =>
  one.size === two.size && [...one].every(([room, count]) => two.get(room) === count);
