import type { ReactNode } from "react";
import type { Session, Status } from "../provider";
import { plural } from "../text";
import { useText } from "../panels/hooks";
import { Icon } from "../panels/Icon";
import { Language } from "../panels/Language";
import { Faces, Listed, People, personsIn } from "../panels/People";
import { Popover } from "../panels/Popover";
import { Share } from "../panels/parts";
import { StatusChip } from "../panels/StatusChip";
import { isLostByReload, useKeeping } from "./keeping";
import { Link } from "./Link";

interface Props {
  readonly session: Session;
  readonly room: string;
  readonly title: string;
  readonly status: Status;
  readonly people: readonly Listed[];
  readonly leads: boolean;
  readonly leading: boolean;
  /** What is to be said in the bar itself, where it has room for it. */
  readonly banner: ReactNode;
  readonly narrow: boolean;
  readonly onLead: () => void;
  /** A sheet is opened. */
  readonly onSheet: () => void;
  readonly onHelp: () => void;
}

export function TopBar(props: Props) {
  const { session, room, title, status, people, leads, leading, onSheet } = props;
  const text = useText();
  const keeping = useKeeping();
  const home = `/j/${session.jam}`;
  return (
    <header className="topbar">
      <div className="panel where">
        <Link to={home} className="plain" label={text("wrong.rooms")}><Icon name="home" /></Link>
        <h1 title={title}>{title}</h1>
        <StatusChip status={status} />
      </div>
      {props.banner}
      <div className="panel who-and-what">
        <Popover
          label={`${text("people.label")}: ${plural("people", personsIn(people).length)}`}
          button={<Faces people={people} />}
          onOpen={onSheet}
        >
          {() => <People people={people} />}
        </Popover>
        <Popover
          label={text("share.label")}
          button={<Icon name="share" />}
          className="wide"
          onOpen={onSheet}
        >
          {() => <Share session={session} room={room} facilitates={leads} />}
        </Popover>
        {leads && (
          <button
            type="button"
            className="plain"
            aria-pressed={leading}
            aria-label={text("lead.label")}
            title={text("lead.label")}
            onClick={props.onLead}
          >
            <Icon name="lead" />
          </button>
        )}
        <Popover label={text("do.menu")} button={<Icon name="menu" />} onOpen={onSheet}>
          {(close) => (
            <div className="menu">
              {props.narrow && <p className="whole-title">{title}</p>}
              <Language />
              <button
                type="button"
                className="item"
                onClick={() => {
                  close();
                  props.onHelp();
                }}
              >
                <Icon name="help" />
                {text("help.label")}
              </button>
              {isLostByReload(keeping) && (
                <p className="hint">
                  {text("keep.reload")}{" "}
                  <Link to="/trust" className="inline">{text("keep.more")}</Link>
                </p>
              )}
            </div>
          )}
        </Popover>
      </div>
    </header>
  );
}
