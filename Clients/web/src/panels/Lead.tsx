import { useCallback, useEffect, useState } from "react";
import type { Person, RoomConnection, Session } from "../provider";
import { unlessAway } from "./away";
import { CopyLink } from "./CopyLink";
import { called, gathered, numbered } from "./gathered";
import type { Named } from "./gathered";
import { useText } from "./hooks";
import { Icon } from "./Icon";
import { holds } from "./outcome";
import type { Outcome } from "./outcome";
import { Listed, People } from "./People";
import { RemoveForm } from "./RemoveForm";
import { isAway, wrongWords } from "./wrong";

interface Props {
  readonly room: RoomConnection;
  readonly session: Session;
  readonly frozen: boolean;
  /** Without a connection nothing of all this can be done. */
  readonly away: boolean;
  /** Changes whenever somebody comes or goes: then the list is asked for again. */
  readonly stamp: string;
  readonly say: (message: string) => void;
  /** As they are shown elsewhere. */
  readonly shown: readonly Listed[];
}

type Refusal = { readonly ok: false; readonly error: string; readonly reason: string };

/** What only facilitators can do: freeze the room, remove somebody, renew the link. */
export function Lead({ room, session, frozen, away, stamp, say, shown }: Props) {
  const text = useText();
  /** Null without a connection; undefined until the first answer. */
  const [people, setPeople] = useState<readonly Person[] | null | undefined>(undefined);
  const [asked, setAsked] = useState<Named | null>(null);
  const [removed, setRemoved] = useState<readonly Named[]>([]);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [wrong, setWrong] = useState<Refusal | null>(null);
  const [link, setLink] = useState("");

  const refresh = useCallback(async () => {
    const reply = await room.who();
    setPeople(reply.ok ? reply.value.people : null);
    if (!reply.ok) return;
    const { value } = reply;
    setRemoved(numbered(value.removed));
    // what was said goes once it is so no more
    setOutcome((last) => (last && holds(last, value) ? last : null));
    setWrong((last) => (last && isAway(last.error) ? null : last));
  }, [room]);

  useEffect(() => {
    const timer = setTimeout(() => void refresh(), 150); // many come at once
    return () => clearTimeout(timer);
  }, [refresh, stamp]);

  async function act<T>(work: Promise<{ ok: true; value: T } | Refusal>): Promise<T | undefined> {
    const answer = await work;
    setWrong(answer.ok ? null : answer);
    return answer.ok ? answer.value : undefined;
  }

  function fail(reply: Refusal): void {
    setOutcome(null);
    setWrong(reply);
  }

  /** Seen and heard. */
  function tell(now: Outcome): void {
    setWrong(null);
    setOutcome(now);
    say(text(`lead.${now.done}`, { name: now.name }));
  }

  async function remove(person: Named, renew: boolean): Promise<void> {
    setAsked(null);
    const reply = await room.remove(person.sub);
    if (!reply.ok) return fail(reply);
    tell({ done: "removed", sub: person.sub, name: called(person) });
    if (renew) setLink((await act(session.renewInvitation("participant"))) ?? "");
    await refresh();
  }

  async function readmit(person: Named): Promise<void> {
    const reply = await room.readmit(person.sub);
    if (!reply.ok) return fail(reply);
    tell({ done: "readmitted", sub: person.sub, name: called(person) });
    await refresh();
  }

  const listed = people && gathered(people, session.sub, shown);
  const unless = (run: () => void) => unlessAway(away, "lead-away", run);
  return (
    <div className="lead">
      <div className="freeze">
        <button
          type="button"
          className={frozen ? "main" : "soft"}
          aria-pressed={frozen}
          {...unless(() => void act(frozen ? room.unfreeze() : room.freeze()))}
        >
          <Icon name="freeze" />
          {text(frozen ? "lead.unfreeze" : "lead.freeze")}
        </button>
        <p className="hint">{text("lead.freeze.hint")}</p>
      </div>
      {away
        ? <p id="lead-away" className="wrong" role="status">{text("lead.away")}</p>
        : wrong && <p className="wrong" role="alert">{wrongWords(wrong)}</p>}
      {outcome && (
        <p className="done">
          <Icon name="check" />
          {text(`lead.${outcome.done}`, { name: outcome.name })}
        </p>
      )}
      {link !== "" && (
        <CopyLink
          label={text("share.participant")}
          link={location.origin + link}
          hint={text("share.renewed")}
        />
      )}
      <h3>{text("people.label")}</h3>
      {listed ? (
        <People people={listed} action={(person) => removal(person, setAsked, text)} />
      ) : (
        <p className="hint">{listed === null && text("people.offline")}</p>
      )}
      {asked && (
        <RemoveForm
          name={called(asked)}
          away={away}
          onRemove={(renew) => void remove(asked, renew)}
          onCancel={() => setAsked(null)}
        />
      )}
      {removed.length > 0 && <h3>{text("lead.removed.list")}</h3>}
      <ul className="people">
        {removed.map((person) => (
          <li key={person.sub}>
            <span className="who">
              <span className="name"><span className="called">{called(person)}</span></span>
            </span>
            <button
              type="button"
              className="quiet"
              aria-label={text("lead.readmit.label", { name: called(person) })}
              {...unless(() => void readmit(person))}
            >
              {text("lead.readmit")}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function removal(
  person: Listed,
  ask: (person: Named) => void,
  text: ReturnType<typeof useText>,
) {
  const { sub, self } = person;
  if (self || sub === undefined) return null;
  const name = called({ ...person, sub });
  return (
    <button
      type="button"
      className="quiet"
      aria-label={text("lead.remove.label", { name })}
      onClick={() => ask({ ...person, sub })}
    >
      {text("lead.remove")}
    </button>
  );
}
