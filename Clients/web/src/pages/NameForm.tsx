import { useEffect, useRef, useState } from "react";
import type { FormEvent } from "react";
import type { Session } from "../provider";
import { useText } from "../panels/hooks";
import { wrongWords } from "../panels/wrong";
import type { Failed } from "../panels/wrong";
import { isWithin, longest, tidied } from "../text/visible";

interface Props {
  readonly session: Session;
  readonly onJoined: () => void;
  readonly onEnded: () => void;
}

/** More than fits, so that what is pasted is refused aloud and not cut in silence. */
const MOST_TYPED = 1000;

/** The one question that is asked before somebody takes part. */
export function NameForm({ session, onJoined, onEnded }: Props) {
  const text = useText();
  const [name, setName] = useState(session.membership?.name ?? "");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Failed | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const given = tidied(name);
    if (!isWithin(given, longest.name)) {
      setWrong({ error: "bad-name" });
      field.current?.focus();
      return;
    }
    setBusy(true);
    const answer = await session.join(given);
    const isOver = !answer.ok && answer.error === "bad-invitation" && await hasEnded();
    setBusy(false);
    if (answer.ok) return onJoined();
    if (isOver) return onEnded();
    if (answer.error !== "bad-invitation") return setWrong(answer);
    setName(session.membership?.name ?? "");
    setWrong({ error: "name-stays" });
  }

  /** For a name the hub wants a link that is good; who is in already stays without one. */
  async function hasEnded(): Promise<boolean> {
    if (!session.joined) return true;
    const answer = await session.renew();
    return !answer.ok && answer.error === "bad-invitation";
  }

  return (
    <form className="card" onSubmit={(event) => void submit(event)} noValidate>
      <label htmlFor="name">{text("enter.intro")}</label>
      <input
        id="name"
        ref={field}
        value={name}
        maxLength={MOST_TYPED}
        autoComplete="nickname"
        aria-invalid={wrong !== null}
        aria-describedby="name-wrong"
        placeholder={text("enter.name")}
        onChange={(event) => setName(event.target.value)}
        autoFocus
      />
      <p id="name-wrong" className="wrong" role="alert">{wrong && wrongWords(wrong)}</p>
      {wrong?.error === "name-stays" && (
        <button type="button" className="soft" onClick={onJoined}>{text("offer.on")}</button>
      )}
      <button type="submit" className="main" disabled={busy}>
        {text(busy ? "enter.waiting" : "enter.go")}
      </button>
    </form>
  );
}
