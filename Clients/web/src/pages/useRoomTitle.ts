import { useEffect, useState } from "react";
import type { Session } from "../provider";
import { text } from "../text";

/** The title of a room; its id as long as the hub has not told it. */
export function useRoomTitle(session: Session, room: string): string {
  const [title, setTitle] = useState(room);
  useEffect(() => {
    let gone = false;
    void session.rooms().then((answer) => {
      const found = answer.ok ? answer.value.rooms.find((one) => one.id === room) : undefined;
      if (found && !gone) setTitle(found.title);
    });
    return () => void (gone = true);
  }, [session, room]);
  useEffect(() => {
    document.title = `${title} · ${text("app.name")}`;
  }, [title]);
  return title;
}
