import { useEffect } from "react";
import type { Answer, Offer, Role, Session } from "../provider";
import { plural } from "../text";
import { useText } from "../panels/hooks";
import { wrongWords } from "../panels/wrong";
import { Plain } from "./Plain";
import { useAnswer, useUnsent } from "./useOffered";

interface Props {
  readonly session: Session;
  readonly offer: Offer;
  /** The name of the jam. */
  readonly title: string;
  /** It was accepted or declined. */
  readonly onDecided: () => void;
}

const rank = (role: Role | undefined): number =>
  role === "facilitator" ? 2 : role === "participant" ? 1 : 0;

/**
 * Somebody who is in already has opened another link. Only one that is good takes the place of the
 * one before, and never unasked if it allows less: their browser has that one nowhere else. Nor as
 * long as changes wait, or may wait, that only the one before can send.
 */
export function Offered({ session, offer, title, onDecided }: Props) {
  const text = useText();
  const answer = useAnswer(offer);
  const unsent = useUnsent(session);
  const former = session.membership?.role;
  const accept = (): void => {
    offer.accept();
    onDecided();
  };
  const decline = (): void => {
    offer.decline();
    onDecided();
  };
  const role = answer?.ok === true ? answer.value.role : undefined;
  // who has the same role is the same person by either link, and sends what waits
  const isPlain = role !== undefined
    && (role === former || (rank(role) >= rank(former) && unsent === 0));
  useEffect(() => {
    if (isPlain) accept();
  }, [isPlain]);

  if (answer?.ok === false) {
    return <Unusable title={title} answer={answer} onDecline={decline} />;
  }
  if (role === undefined || isPlain || unsent === undefined) {
    return <Plain title={title}><p>{text("enter.waiting")}</p></Plain>;
  }
  const leads = former === "facilitator";
  const key = leads ? "lesser" : "other";
  const as = text(`offer.as.${role === "bot" ? "viewer" : role}`);
  return (
    <Plain title={text(`offer.${key}.title`)}>
      <p className="lead-text">{text(`offer.${key}.text`, { role: as })}</p>
      {unsent === "unknown" && <p role="status">{text("offer.unknown")}</p>}
      {unsent !== "unknown" && unsent > 0 && (
        <p role="status">
          <strong>{plural("rooms.unsent", unsent)}.</strong> {text("offer.unsent")}
        </p>
      )}
      <p className="choices">
        <button type="button" className="main" onClick={decline} autoFocus>
          {text(leads ? "offer.keep" : "offer.on")}
        </button>
        <button type="button" className="soft" onClick={accept}>{text("offer.take")}</button>
      </p>
    </Plain>
  );
}

interface UnusableProps {
  readonly title: string;
  readonly answer: Answer<never> & { readonly ok: false };
  readonly onDecline: () => void;
}

/** The link is outdated, or the hub could not say whether it is. */
function Unusable({ title, answer, onDecline }: UnusableProps) {
  const text = useText();
  const isOver = answer.error === "bad-invitation";
  return (
    <Plain title={isOver ? text("wrong.link.title") : title}>
      <p className="lead-text" role="alert">
        {isOver ? text("wrong.link.text") : wrongWords(answer)}{" "}
        {text(isOver ? "offer.former" : "offer.unchecked")}
      </p>
      <p className="choices">
        <button type="button" className="main" onClick={onDecline} autoFocus>
          {text("offer.on")}
        </button>
      </p>
    </Plain>
  );
}
