import { useState } from "react";
import type { FormEvent } from "react";
import type { RoomEntry, Session } from "../provider";
import { ago, plural } from "../text";
import { useText } from "../panels/hooks";
import { wrongWords } from "../panels/wrong";
import type { Failed } from "../panels/wrong";
import { isWithin, longest, tidied } from "../text/visible";
import { Link } from "./Link";
import { go } from "./navigation";
import { called, keepTitle, knownTitle, repeated } from "./titles";
import { useRooms } from "./useRooms";

interface Props {
  readonly session: Session;
  readonly onTitle: (title: string) => void;
  readonly onRename: () => void;
  readonly onEnded: () => void;
}

const FILTER_FROM = 8;
/** More than fits, so that what is pasted is refused aloud and not cut in silence. */
const MOST_TYPED = 1000;

/** The rooms of a jam: pick one, or start one. */
export function Rooms({ session, onTitle, onRename, onEnded }: Props) {
  const text = useText();
  const { rooms, kept, unsent, wrong, reload } = useRooms(session, onTitle, onEnded);
  const [filter, setFilter] = useState("");

  const name = session.membership?.name ?? "";
  const viewer = session.membership?.role === "viewer";
  const wanted = filter.trim().toLocaleLowerCase();
  const listed: readonly Listed[] = rooms ?? kept.map((id) => fromHere(session.jam, id));
  const twice = repeated(listed.map(({ title }) => title));
  const shown = listed.filter((room) => room.title.toLocaleLowerCase().includes(wanted));
  return (
    <>
      <p className="lead-text">
        {text(viewer ? "rooms.hello.viewer" : "rooms.hello", { name })}{" "}
        <button type="button" className="inline" onClick={onRename}>{text("rooms.rename")}</button>
      </p>
      {!viewer && <NewRoom session={session} onEnded={onEnded} />}
      <h2>{text("rooms.title")}</h2>
      {wrong && (
        <p className="wrong" role="alert">
          {wrongWords(wrong)}{" "}
          <button type="button" className="inline" onClick={reload}>
            {text("rooms.reload")}
          </button>
        </p>
      )}
      {listed.length >= FILTER_FROM && (
        <input
          type="search"
          className="filter"
          aria-label={text("rooms.filter")}
          placeholder={text("rooms.filter")}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      )}
      {rooms?.length === 0 && <p>{text("rooms.none")}</p>}
      <ul className="rooms">
        {shown.map((room) => (
          <li key={room.id}>
            <Link to={`/j/${session.jam}/${room.id}`} className="room">
              <span className="title">
                {room.title}
                {room.review === true && <Badge words={text("rooms.review")} />}
                {kept.includes(room.id) && <Badge words={text("rooms.kept")} />}
                {unsent.has(room.id) && (
                  <Badge words={plural("rooms.unsent", unsent.get(room.id) ?? 0)} unsent />
                )}
              </span>
              {twice.has(called(room.title)) && <span className="facts"> {room.id}</span>}
              {" "}
              {"people" in room && <Facts room={room} />}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Behind a space: what is read aloud is the words of the link one after the other. */
const Badge = ({ words, unsent }: { readonly words: string; readonly unsent?: boolean }) => (
  <>{" "}<span className={unsent === true ? "badge unsent" : "badge"}>{words}</span></>
);

type Listed = RoomEntry | { readonly id: string; readonly title: string; readonly review?: never };

const fromHere = (jam: string, id: string): Listed =>
  ({ id, title: knownTitle(`${jam}/${id}`) ?? id });

function Facts({ room }: { readonly room: RoomEntry }) {
  const text = useText();
  return (
    <span className="facts">
      <span className={room.people > 0 ? "some" : ""}>
        {room.people > 0 ? plural("people.here", room.people) : text("rooms.empty")}
      </span>
      {" · "}
      {room.changed === null
        ? text("rooms.fresh")
        : text("rooms.changed", { when: ago(room.changed) })}
    </span>
  );
}

function NewRoom({ session, onEnded }: Pick<Props, "session" | "onEnded">) {
  const text = useText();
  const [title, setTitle] = useState("");
  const [wrong, setWrong] = useState<Failed | null>(null);
  const [busy, setBusy] = useState(false);
  const [forReview, setForReview] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const given = tidied(title);
    if (!isWithin(given, longest.title)) {
      return setWrong({ error: "bad-title" });
    }
    setBusy(true);
    const answer = await session.createRoom(given, forReview);
    setBusy(false);
    if (answer.ok) {
      const { id, title: made } = answer.value;
      // so that the room is called by it also without the hub
      keepTitle(`${session.jam}/${id}`, made);
      return go(`/j/${session.jam}/${id}`);
    }
    if (answer.error === "bad-invitation") return onEnded();
    setWrong(answer);
  }

  return (
    <form className="card new" onSubmit={(event) => void submit(event)} noValidate>
      <label htmlFor="title">{text("rooms.new.title")}</label>
      <div className="row">
        <input
          id="title"
          value={title}
          maxLength={MOST_TYPED}
          autoComplete="off"
          placeholder={text("rooms.new.example")}
          aria-invalid={wrong !== null}
          aria-describedby="title-wrong"
          onChange={(event) => setTitle(event.target.value)}
        />
        <button type="submit" className="main" disabled={busy}>{text("rooms.new")}</button>
      </div>
      {session.membership?.role === "facilitator" && (
        <label className="choice">
          <input
            type="checkbox"
            checked={forReview}
            onChange={(event) => setForReview(event.target.checked)}
          />
          {text("rooms.new.review")}
        </label>
      )}
      <p id="title-wrong" className="wrong" role="alert">{wrong && wrongWords(wrong)}</p>
    </form>
  );
}
