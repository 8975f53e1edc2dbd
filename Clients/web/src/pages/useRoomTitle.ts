import { useEffect, useState } from "react";
import type { Session } from "../provider";
import { text } from "../text";
import { keepTitle, knownTitle } from "./titles";

/** The title of a room; as long as the hub has not told it, the one known from before or the id. */
export function useRoomTitle(session: Session, room: string): string {
  const path = `${session.jam}/${room}`;
  const [title, setTitle] = useState(() => knownTitle(path) ?? room);
  useEffect(() => {
    let gone = false;
    void session.rooms().then((answer) => {
      const found = answer.ok ? answer.value.rooms.find((one) => one.id === room) : undefined;
      if (!found || gone) return;
      keepTitle(path, found.title);
      setTitle(found.title);
    });
    return () => void (gone = true);
  }, [session, room]);
  useEffect(() => {
    document.title = `${title} · ${text("app.name")}`;
  }, [title]);
  return title;
}
