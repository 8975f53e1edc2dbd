import { useEffect, useState } from "react";
import { connectRoom, openStore } from "../provider";
import type { RoomConnection, Session, Status, Unsubscribe } from "../provider";
import { useLive } from "../panels/hooks";
import { BoardView } from "./BoardView";
import { Wrong } from "./Wrong";

interface Props {
  readonly session: Session;
  readonly room: string;
}

/** Connects as long as the page is shown. */
export function BoardPage({ session, room }: Props) {
  const [connection, setConnection] = useState<RoomConnection | null>(null);
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
    };
  }, [session, room]);
  return connection && <Connected connection={connection} session={session} room={room} />;
}

const onStatus = (room: RoomConnection, listener: () => void): Unsubscribe =>
  room.onStatus(listener);
const statusOf = (room: RoomConnection): Status => room.status;

function Connected({ connection, session, room }: Props & { readonly connection: RoomConnection }) {
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
      return <Wrong title="wrong.room.title" words="wrong.room.text" reload {...more} />;
    default:
      return <Wrong title="wrong.ended.title" words="wrong.ended.text" reload {...more} />;
  }
}
