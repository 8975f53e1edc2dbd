import { useEffect, useState } from "react";
import { connectRoom, openStore } from "../provider";
import type { RoomConnection, Session, Status, Unsubscribe } from "../provider";
import { useLive } from "../panels/hooks";
import { BoardView } from "./BoardView";
import { NoRoom } from "./NoRoom";
import { useBoardScreen } from "./screen";
import { Wrong } from "./Wrong";

interface Props {
  readonly session: Session;
  readonly room: string;
}

/** Connects as long as the page is shown. */
export function BoardPage({ session, room }: Props) {
  const [connection, setConnection] = useState<RoomConnection | null>(null);
  const [attempt, setAttempt] = useState(0);
  useBoardScreen();
  useEffect(() => {
    let opened: RoomConnection | null = null;
    let gone = false;
    void openStore().then((store) => {
      if (gone) return;
      const { jam } = session;
      opened = connectRoom({ origin: location.origin, jam, room, session, store });
      setConnection(opened);
    });
    return () => {
      gone = true;
      opened?.close();
      setConnection(null);
    };
  }, [session, room, attempt]);
  const again = (): void => setAttempt((before) => before + 1);
  return connection
    && <Connected connection={connection} session={session} room={room} onAgain={again} />;
}

const onStatus = (room: RoomConnection, listener: () => void): Unsubscribe =>
  room.onStatus(listener);
const statusOf = (room: RoomConnection): Status => room.status;

interface ConnectedProps extends Props {
  readonly connection: RoomConnection;
  /** Connects anew after the end. */
  readonly onAgain: () => void;
}

function Connected({ connection, session, room, onAgain }: ConnectedProps) {
  const status = useLive(connection, onStatus, statusOf);
  if (status.at === "removed") {
    const again = (): void => connection.retry();
    return (
      <Wrong
        title="wrong.removed.title"
        words="wrong.removed.text"
        rooms={`/j/${session.jam}`}
        unsaved={status.unsaved > 0}
        again={again}
      />
    );
  }
  if (status.at !== "ended" || status.code === "closed") {
    return <BoardView connection={connection} session={session} room={room} status={status} />;
  }
  const more = { rooms: `/j/${session.jam}`, unsaved: status.unsaved > 0 };
  switch (status.code) {
    case "bad-invitation":
      return <Wrong title="wrong.link.title" words="wrong.link.text" unsaved={more.unsaved} />;
    case "no-room":
      return <NoRoom session={session} room={room} onAgain={onAgain} />;
    default:
      return <Wrong title="wrong.ended.title" words="wrong.ended.text" reload {...more} />;
  }
}
