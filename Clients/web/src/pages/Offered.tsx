import { useEffect, useState } from "react";
import type { Answer, Offer, Role, Session } from "../provider";
import { useText } from "../panels/hooks";
import { wrongWords } from "../panels/wrong";
import { Plain } from "./Plain";

interface Props {
  readonly session: Session;
  readonly offer: Offer;
  /** The name of the jam. */
  readonly title: string;
  /** It was accepted or declined. */
  readonly onDecided: () => void;
}

/**
 * Somebody who is in already has opened another link. Only one that is good takes the place of the
 * one before, and never that of a facilitator unasked: their browser has it nowhere else.
 */
export function Offered({ session, offer, title, onDecided }: Props) {
  const text = useText();
  const [answer, setAnswer] = useState<Answer<{ readonly role: Role }> | null>(null);
  const accept = (): void => {
    offer.accept();
    onDecided();
  };
  const decline = (): void => {
    offer.decline();
    onDecided();
  };
  useEffect(() => {
    let gone = false;
    void offer.check().then((found) => {
      if (gone) return;
      const leads = session.membership?.role === "facilitator";
      if (found.ok && (!leads || found.value.role === "facilitator")) accept();
      else setAnswer(found);
    });
    return () => void (gone = true);
  }, [offer]);

  if (!answer) return <Plain title={title}><p>{text("enter.waiting")}</p></Plain>;
  if (answer.ok) {
    const role = text(`role.${answer.value.role}`);
    return (
      <Plain title={text("offer.lesser.title")}>
        <p className="lead-text">{text("offer.lesser.text", { role })}</p>
        <p className="choices">
          <button type="button" className="main" onClick={decline} autoFocus>
            {text("offer.keep")}
          </button>
          <button type="button" className="soft" onClick={accept}>{text("offer.take")}</button>
        </p>
      </Plain>
    );
  }
  const isOver = answer.error === "bad-invitation";
  return (
    <Plain title={isOver ? text("wrong.link.title") : title}>
      <p className="lead-text" role="alert">
        {isOver ? text("wrong.link.text") : wrongWords(answer)}{" "}
        {text(isOver ? "offer.former" : "offer.unchecked")}
      </p>
      <p className="choices">
        <button type="button" className="main" onClick={decline} autoFocus>
          {text("offer.on")}
        </button>
      </p>
    </Plain>
  );
}
