import { useEffect, useRef } from "react";
import { openStore, sendLeftovers } from "../provider";
import type { Session } from "../provider";
import { buriedTexts, withLoss } from "../panels/losses";
import { keptNotices } from "./notices";
import { storage } from "./storage";

/** As long as somebody is in a jam, what they left unsent in its other rooms is sent. */
export function useLeftovers(session: Session, joined: boolean, room: string | undefined): void {
  const shown = useRef(room);
  shown.current = room;
  useEffect(() => {
    if (!joined) return;
    let stop: (() => void) | undefined;
    let gone = false;
    void openStore().then((store) => {
      // a store that is as old as the page has nothing of rooms that were left
      if (gone || !store.durable) return;
      const { jam, sub } = session;
      const { origin } = location;
      stop = sendLeftovers({
        origin, jam, session, store, shown: () => shown.current,
        buried(left, texts) {
          // it is on the page when the room is opened again, maybe by another tab
          const notices = keptNotices(storage(), `/j/${jam}/${left}`, sub);
          notices.write(withLoss(notices.read(), buriedTexts(texts), new Set()));
        },
      }).stop;
    });
    return () => {
      gone = true;
      stop?.();
    };
  }, [session, joined, room]);
}
