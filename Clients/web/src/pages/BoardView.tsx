import { useCallback, useEffect, useRef, useState } from "react";
import type { RoomConnection, RoomState, Session, Status, Unsubscribe } from "../provider";
import { browserQuiet, fetchWhenQuiet } from "../panels/ahead";
import { Help } from "../panels/Help";
import { Icon } from "../panels/Icon";
import { useLive, useNarrow, useRoomy, useText, useTouch } from "../panels/hooks";
import { browserWays } from "../panels/part";
import { Lead } from "../panels/parts";
import { Notices } from "../panels/Notices";
import { listOf } from "../panels/People";
import { Properties } from "../panels/Properties";
import { Toolbar } from "../panels/Toolbar";
import { words } from "../panels/StatusChip";
import { ZoomBar } from "../panels/ZoomBar";
import type { Command } from "../workspace/keys";
import { createSaying, SILENT } from "../workspace/saying";
import type { Said } from "../workspace/saying";
import { AwayBanner, Banner, FreshBanner } from "./Banner";
import { TopBar } from "./TopBar";
import { useKeys } from "./useKeys";
import { useRoomTitle } from "./useRoomTitle";
import { useWorkspace } from "./useWorkspace";

interface Props {
  readonly connection: RoomConnection;
  readonly session: Session;
  readonly room: string;
  readonly status: Status;
}

const onRoom = (room: RoomConnection, listener: () => void): Unsubscribe => room.onRoom(listener);
const stateOf = (room: RoomConnection): RoomState => room.room;

/** The board with all that lies around it. */
export function BoardView({ connection, session, room, status }: Props) {
  const text = useText();
  const narrow = useNarrow();
  const roomy = useRoomy();
  const touch = useTouch();
  const state = useLive(connection, onRoom, stateOf);
  const [said, setSaid] = useState<Said>(SILENT);
  const [saying] = useState(() => createSaying(setSaid));
  const { say } = saying;
  useEffect(() => saying.stop, [saying]);
  const [help, setHelp] = useState(false);
  const [leading, setLeading] = useState<boolean | null>(null);
  const showHelp = useCallback(() => setHelp(true), []);
  const working = useWorkspace(connection, session, say, showHelp);
  const { workspace, view } = working;
  const { title, fresh } = useRoomTitle(session, room, view.shapes > 0);
  useKeys(workspace);

  // only what a person has to know is said aloud: that the connection went, and that it is back
  const away = status.at === "offline" || status.at === "refused";
  const wasAway = useRef(false);
  useEffect(() => {
    if (away !== wasAway.current) say(words(status, text));
    wasAway.current = away;
  }, [away]);

  const role = state.you?.role ?? session.membership?.role ?? "viewer";
  const leads = role === "facilitator";
  const isBroken = status.at === "refused" && status.code === "broken";
  const mayWrite = role !== "viewer" && !state.review && (leads || !state.frozen) && !isBroken;
  useEffect(() => workspace?.setMayWrite(mayWrite), [workspace, mayWrite]);
  useEffect(() => {
    if (state.review) workspace?.follow();
  }, [workspace, state.review]);

  const perform = (command: Command): void => {
    workspace?.perform(command);
    if (command.do === "tool") workspace?.focus();
  };
  const me = {
    name: state.you?.name ?? session.membership?.name ?? "",
    role,
    color: view.color,
  };
  // a service worker has everything already
  const usable = working.synced && !browserWays.isKept();
  useEffect(() => (usable ? fetchWhenQuiet(browserQuiet) : undefined), [usable]);
  const people = listOf(me, view.others);
  const showLead = leads && (leading ?? !narrow);
  const empty = view.shapes === 0 && working.synced && view.mayWrite && view.editing === null;
  const banner = <Banner state={state} role={role} />;
  const classes = ["board", showLead ? "leading" : "", view.editing === null ? "" : "writing"];
  return (
    <div className={classes.join(" ").trim()}>
      <TopBar
        session={session}
        room={room}
        title={title}
        status={status}
        people={people}
        leads={leads}
        leading={showLead}
        banner={roomy && banner}
        narrow={narrow}
        onLead={() => setLeading(!showLead)}
        onSheet={() => narrow && setLeading(false)}
        onHelp={showHelp}
      />
      <main className="surface" ref={working.parent}>
        <canvas
          ref={working.canvas}
          tabIndex={0}
          role="application"
          aria-label={text("board.label", { room: title })}
          aria-describedby="board-how"
        />
        <p id="board-how" className="hidden">
          {text(view.mayWrite ? "board.how" : "board.how.watch")}
        </p>
        {empty && (
          <p className="empty" aria-hidden="true">
            <strong>{text("board.empty")}</strong>
            <span>{text(narrow || touch ? "board.empty.touch" : "board.empty.hint")}</span>
          </p>
        )}
      </main>
      <div className="above">
        <AwayBanner status={status} />
        {!roomy && banner}
        {empty && fresh && <FreshBanner rooms={`/j/${session.jam}`} />}
        <Notices lost={working.lost} onClose={working.closeLost} disk={!state.saving} />
        {said.shown !== "" && <p className="notice told" aria-hidden="true">{said.shown}</p>}
      </div>
      {view.lost && (
        <button type="button" className="back soft" onClick={() => perform({ do: "fit" })}>
          {text("zoom.back")}
        </button>
      )}
      <div className="below">
        <Properties
          view={view}
          onColor={(color) => workspace?.setColor(color)}
          onPenSize={(size) => workspace?.setPenSize(size)}
          perform={perform}
        />
        <Toolbar view={view} perform={perform} />
      </div>
      <ZoomBar zoom={view.zoom} perform={perform} />
      {showLead && (
        <aside
          className="side"
          aria-label={text("lead.label")}
          onKeyDown={(event) => narrow && event.key === "Escape" && setLeading(false)}
        >
          <header>
            <h2>{text("lead.label")}</h2>
            <button
              type="button"
              className="plain"
              aria-label={text("do.close")}
              onClick={() => setLeading(false)}
            >
              <Icon name="close" />
            </button>
          </header>
          <Lead
            room={connection}
            session={session}
            frozen={state.frozen}
            away={status.at === "offline"}
            stamp={`${status.at} ${people.map((person) => person.key).join()}`}
            say={say}
            shown={people}
          />
        </aside>
      )}
      {help && <Help onClose={() => setHelp(false)} />}
      <p className="hidden" aria-live="polite">{said.aloud}</p>
    </div>
  );
}
