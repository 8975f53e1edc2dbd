import { useEffect, useMemo, useState } from "react";
import { createSession, knownJams, takeInvitation } from "../provider";
import type { Session } from "../provider";
import { useText } from "../panels/hooks";
import { BoardPage } from "./BoardPage";
import { NameForm } from "./NameForm";
import { Offered } from "./Offered";
import { Plain } from "./Plain";
import { Rooms } from "./Rooms";
import { storage } from "./storage";
import { useLeftovers } from "./useLeftovers";
import { Wrong } from "./Wrong";

interface Props {
  readonly jam: string;
  readonly room: string | undefined;
}

/** The invitation leaves the address bar at once: nobody shall copy it from there by accident. */
function openSession(jam: string): Session {
  const { invitation, rest } = takeInvitation(location.href);
  if (invitation !== undefined) history.replaceState(null, "", rest);
  return createSession({ origin: location.origin, jam, storage: storage() }, invitation);
}

/** Everything inside of one jam: who is not known gives a name first. */
export function Jam({ jam, room }: Props) {
  const text = useText();
  const session = useMemo(() => openSession(jam), [jam]);
  const [joined, setJoined] = useState(session.joined);
  const [offer, setOffer] = useState(session.offer);
  const [ended, setEnded] = useState(false);
  const [title, setTitle] = useState(
    () => knownJams(storage()).find((one) => one.jam === jam)?.title || jam,
  );

  // nobody gives a name for a link that leads nowhere any more
  useEffect(() => {
    if (!session.membership || session.joined) return;
    let gone = false;
    void session.check().then((answer) => {
      if (gone) return;
      if (answer.ok) setTitle(answer.value.title);
      else if (answer.error === "bad-invitation") setEnded(true);
    });
    return () => void (gone = true);
  }, [session]);

  // while a link is offered, no room is shown: what waits in this one is sent like all else
  useLeftovers(session, joined && !ended, offer ? undefined : room);

  if (offer) {
    const decided = (): void => {
      setJoined(session.joined);
      setOffer(undefined);
    };
    return <Offered session={session} offer={offer} title={title} onDecided={decided} />;
  }
  if (ended) return <Wrong title="wrong.link.title" words="wrong.link.text" />;
  if (!session.membership) return <Wrong title="wrong.none.title" words="wrong.none.text" />;
  if (!joined) {
    return (
      <Plain key="enter" title={text("enter.title", { jam: title })}>
        <NameForm
          session={session}
          onJoined={() => setJoined(true)}
          onEnded={() => setEnded(true)}
        />
      </Plain>
    );
  }
  if (room !== undefined) {
    return <BoardPage key={room} session={session} room={room} />;
  }
  return (
    <Plain key="rooms" title={title}>
      <Rooms
        session={session}
        onTitle={setTitle}
        onRename={() => setJoined(false)}
        onEnded={() => setEnded(true)}
      />
    </Plain>
  );
}
