import { useEffect, useState } from "react";
import type { InvitedRole, Session } from "../provider";
import { CopyLink } from "./CopyLink";
import { useText } from "./hooks";
import { intoRoom, ownLink } from "./links";
import { wrongWords } from "./wrong";

const roles: readonly InvitedRole[] = ["participant", "viewer", "facilitator"];

interface Props {
  readonly session: Session;
  readonly room: string;
  readonly facilitates: boolean;
}

/** Links to give away: into this room for who is in the jam, and such that let newcomers in. */
export function Share({ session, room, facilitates }: Props) {
  const text = useText();
  return (
    <div className="share">
      <CopyLink
        label={text("share.room")}
        link={`${location.origin}/j/${session.jam}/${room}`}
        hint={text("share.room.hint")}
      />
      {facilitates ? <All session={session} room={room} /> : <Own session={session} room={room} />}
    </div>
  );
}

type Place = Pick<Props, "session" | "room">;

/** Facilitators can give away every role. */
function All({ session, room }: Place) {
  const text = useText();
  const [links, setLinks] = useState<Readonly<Record<InvitedRole, string>> | null>(null);
  const [wrong, setWrong] = useState("");
  const [direct, setDirect] = useState(true);

  useEffect(() => {
    let gone = false;
    void session.invitations().then((answer) => {
      if (gone) return;
      if (answer.ok) setLinks(answer.value);
      else setWrong(wrongWords(answer));
    });
    return () => void (gone = true);
  }, [session]);

  if (!links) return wrong === "" ? null : <p className="wrong" role="alert">{wrong}</p>;
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={direct}
          onChange={(event) => setDirect(event.target.checked)}
        />
        {text("share.direct")}
      </label>
      {roles.map((role) => (
        <Invitation
          key={role}
          role={role}
          link={direct ? intoRoom(links[role], room) : links[role]}
          session={session}
          onRenewed={(link) => setLinks((now) => now && { ...now, [role]: link })}
        />
      ))}
      <p className="hint">{text("share.jam.hint")}</p>
    </>
  );
}

/** Everybody else hands on the link that they came by, if it still is good. */
function Own({ session, room }: Place) {
  const text = useText();
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    let gone = false;
    void session.check().then((answer) => {
      if (gone || answer.ok) return;
      setWrong(answer.error === "bad-invitation" ? text("share.own.renewed") : wrongWords(answer));
    });
    return () => void (gone = true);
  }, [session]);
  const link = ownLink(session.jam, room, session.membership);
  if (wrong !== "") return <p className="wrong" role="alert">{wrong}</p>;
  if (link === undefined) return null;
  const viewer = session.membership?.role === "viewer";
  return (
    <CopyLink
      label={text(viewer ? "share.viewer" : "share.participant")}
      link={location.origin + link}
      hint={text("share.own.hint")}
    />
  );
}

interface InvitationProps {
  readonly role: InvitedRole;
  readonly link: string;
  readonly session: Session;
  readonly onRenewed: (link: string) => void;
}

function Invitation({ role, link, session, onRenewed }: InvitationProps) {
  const text = useText();
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  async function renew(): Promise<void> {
    setBusy(true);
    const answer = await session.renewInvitation(role);
    setBusy(false);
    setSaid(answer.ok ? text("share.renewed") : wrongWords(answer));
    if (answer.ok) onRenewed(answer.value);
  }
  return (
    <div className="invitation">
      <CopyLink label={text(`share.${role}`)} link={location.origin + link} />
      <button
        type="button"
        className="quiet"
        title={text("share.renew.confirm")}
        aria-label={`${text("share.renew")}: ${text(`share.${role}`)}`}
        aria-disabled={busy}
        onClick={() => void (busy || renew())}
      >
        {text("share.renew")}
      </button>
      <p className="hint" aria-live="polite">{said}</p>
    </div>
  );
}
