import { useEffect, useState } from "react";
import type { InvitedRole, Session } from "../provider";
import { CopyLink } from "./CopyLink";
import { useText } from "./hooks";
import { wrongWords } from "./wrong";

const roles: readonly InvitedRole[] = ["participant", "viewer", "facilitator"];

interface Props {
  readonly session: Session;
  readonly path: string;
  readonly facilitates: boolean;
}

/** Links to give away; facilitators see those that let people in. */
export function Share({ session, path, facilitates }: Props) {
  const text = useText();
  const [links, setLinks] = useState<Readonly<Record<InvitedRole, string>> | null>(null);
  const [wrong, setWrong] = useState("");

  useEffect(() => {
    if (!facilitates) return;
    let gone = false;
    void session.invitations().then((answer) => {
      if (gone) return;
      if (answer.ok) setLinks(answer.value);
      else setWrong(wrongWords(answer));
    });
    return () => void (gone = true);
  }, [session, facilitates]);

  return (
    <div className="share">
      <CopyLink
        label={text("share.room")}
        link={location.origin + path}
        hint={text("share.room.hint")}
      />
      {wrong !== "" && <p className="wrong" role="alert">{wrong}</p>}
      {links && roles.map((role) => (
        <Invitation
          key={role}
          role={role}
          link={links[role]}
          session={session}
          onRenewed={(link) => setLinks({ ...links, [role]: link })}
        />
      ))}
      {links && <p className="hint">{text("share.jam.hint")}</p>}
    </div>
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
  async function renew(): Promise<void> {
    const answer = await session.renewInvitation(role);
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
        onClick={() => void renew()}
      >
        {text("share.renew")}
      </button>
      <p className="hint" aria-live="polite">{said}</p>
    </div>
  );
}
