import { useCallback, useEffect } from "react";
import type { Session } from "../provider";
import { Wrong } from "./Wrong";

interface Props {
  readonly session: Session;
  readonly room: string;
  /** The room is there, or the answer is another now. */
  readonly onAgain: () => void;
}

/** As long as the page is seen, it looks again this often, in ms. */
const LOOK = 5000;

/** Who may only look waits for somebody to begin the room, as for a replay. */
export function NoRoom({ session, room, onAgain }: Props) {
  const look = useCallback(async (): Promise<boolean> => {
    const answer = await session.rooms();
    if (!answer.ok) return answer.error === "bad-invitation";
    return answer.value.rooms.some(({ id }) => id === room);
  }, [session, room]);

  useEffect(() => {
    let gone = false;
    const seen = (): void => {
      if (document.visibilityState !== "visible") return;
      void look().then((isThere) => void (isThere && !gone && onAgain()));
    };
    const timer = setInterval(seen, LOOK);
    document.addEventListener("visibilitychange", seen);
    return () => {
      gone = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [look]);

  return (
    <Wrong
      title="wrong.room.title"
      words="wrong.room.text"
      rooms={`/j/${session.jam}`}
      again={onAgain}
    />
  );
}
