import { useEffect, useRef, useState } from "react";
import type { RoomEntry, Session } from "../provider";
import { text } from "../text";
import { keepTitle, knownTitle } from "./titles";

export interface RoomTitle {
  /** As long as the hub has not told it, the one known from before, or the id. */
  readonly title: string;
  /** Nobody has made the room by a title or written in it, as far as is known here. */
  readonly fresh: boolean;
}

const isFresh = (found: RoomEntry | undefined): boolean =>
  !found || (found.changed === null && found.title === found.id && !found.review);

/** `begun`: there is something on the board; who deletes it all does not undo that. */
export function useRoomTitle(session: Session, room: string, begun: boolean): RoomTitle {
  const path = `${session.jam}/${room}`;
  const [title, setTitle] = useState(() => knownTitle(path) ?? room);
  const [fresh, setFresh] = useState(false);
  const wasBegun = useRef(false);
  wasBegun.current ||= begun;
  useEffect(() => {
    let gone = false;
    void session.rooms().then((answer) => {
      if (!answer.ok || gone) return;
      const found = answer.value.rooms.find((one) => one.id === room);
      setFresh(isFresh(found));
      if (!found) return;
      keepTitle(path, found.title);
      setTitle(found.title);
    });
    return () => void (gone = true);
  }, [session, room]);
  useEffect(() => {
    document.title = `${title} · ${text("app.name")}`;
  }, [title]);
  return { title, fresh: fresh && !wasBegun.current };
}
