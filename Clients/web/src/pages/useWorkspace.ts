import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { RefObject } from "react";
import { lostShapes, textsOn } from "../board";
import type { LostShape } from "../board";
import type { BoardConnection, Loss, RoomConnection, Session, Status } from "../provider";
import { buriedTexts, stillLost, withLoss } from "../panels/losses";
import type { Lost, LostNotice } from "../panels/losses";
import { text } from "../text";
import { createArrivals } from "../workspace/arrivals";
import type { Say } from "../workspace/saying";
import { firstView, View } from "../workspace/view";
import { createWorkspace, Workspace } from "../workspace/workspace";
import { claimed, keptNotices } from "./notices";
import { storage, tabStorage } from "./storage";

export interface Working {
  readonly parent: RefObject<HTMLDivElement>;
  readonly canvas: RefObject<HTMLCanvasElement>;
  readonly workspace: Workspace | null;
  readonly view: View;
  readonly lost: readonly LostNotice[];
  readonly closeLost: (notice: LostNotice) => void;
  readonly synced: boolean;
}

/** As long as texts are told to be missing, it is looked for them this often, in ms. */
const LOOK = 1000;

/** Brings together a room's board, the canvas on the page, and what panels are to show. */
export function useWorkspace(
  connection: RoomConnection,
  session: Session,
  say: Say,
  help: () => void,
): Working {
  const parent = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [workspace, setWorkspace] = useState<Workspace | null>(null);
  const [view, setView] = useState<View>(firstView);
  const [lost, setLost] = useLost(session);
  const [synced, setSynced] = useState(false);

  // a layout effect ends before the effect of the page around it closes the connection: what the
  // last frame of a gesture has not written yet is still sent and kept
  useLayoutEffect(() => {
    if (!parent.current || !canvas.current) return;
    const board = connection.board("main");
    const name = session.membership?.name ?? "";
    const lose = (one: Lost): void => setLost((all) => withLoss(all, one, there(board)));
    const made = createWorkspace({
      parent: parent.current, canvas: canvas.current, me: { sub: session.sub, name },
      say, help, changed: setView,
      gone: ({ text: content }) => lose(buriedTexts([content])),
    });
    made.use(board);
    setWorkspace(made);
    const arrived = (): void => {
      setSynced(board.synced);
      if (board.synced) made.arrive();
    };
    arrived();
    const ways = [
      board.onDocument((document) => made.use(document)),
      board.onSynced(arrived),
      board.onLost((loss) => {
        const shapes = readable(loss, board);
        // nobody refused it: the hub may well have had all of it before the document broke
        if (loss.code === "broken" && shapes?.length === 0) return;
        lose({ code: loss.code, shapes: shapes ?? [] });
      }),
      board.onBuried((texts) => lose(buriedTexts(texts))),
      tellArrivals(connection, board, say),
    ];
    made.focus();
    return () => {
      for (const off of ways) off();
      made.stop();
      setWorkspace(null);
    };
  }, [connection, session]);

  const misses = lost.some(({ texts }) => texts.length > 0);
  useEffect(() => {
    if (!misses) return;
    const board = connection.board("main");
    const timer = setInterval(() => setLost((all) => stillLost(all, there(board))), LOOK);
    return () => clearInterval(timer);
  }, [connection, misses]);

  const closeLost = (notice: LostNotice): void =>
    setLost((all) => all.filter(({ number }) => number !== notice.number));
  return { parent, canvas, workspace, view, lost, closeLost, synced };
}

type ChangeLost = (how: (all: readonly LostNotice[]) => readonly LostNotice[]) => void;

/** The notices of this room. What is changed is kept before it is on the page. */
function useLost({ sub }: Session): readonly [readonly LostNotice[], ChangeLost] {
  const kept = useMemo(() => keptNotices(tabStorage(), location.pathname, sub), [sub]);
  const [lost, setLost] = useState(
    () => claimed(kept, keptNotices(storage(), location.pathname, sub)),
  );
  const all = useRef(lost);
  const change = useCallback<ChangeLost>((how) => {
    const next = how(all.current);
    if (next === all.current) return;
    all.current = next;
    kept.write(next);
    setLost(next);
  }, [kept]);
  return [lost, change];
}

/** What can be read; of a document that broke it may be nothing. */
function there(board: BoardConnection): ReadonlySet<string> {
  try {
    return textsOn(board.doc);
  } catch {
    return new Set();
  }
}

/** What was lost; undefined if it cannot be read, because the document broke. */
function readable(loss: Loss, board: BoardConnection): readonly LostShape[] | undefined {
  try {
    return lostShapes(loss.refused, board.doc, loss.touched);
  } catch {
    return undefined;
  }
}

/** Says who comes and goes. */
function tellArrivals(room: RoomConnection, board: BoardConnection, say: Say): () => void {
  const { look, away, back } = createArrivals();
  let wasAway = isAway(room.status);
  if (wasAway) away();
  const offStatus = room.onStatus((status) => {
    if (isAway(status) === wasAway) return;
    wasAway = !wasAway;
    if (wasAway) away();
    else back(performance.now());
  });
  // in a new document everybody is heard anew
  const offDocument = board.onDocument(() => void (wasAway || back(performance.now())));
  const timer = setInterval(() => {
    const names = new Set<string>();
    board.awareness.getStates().forEach((state: unknown, client: number) => {
      const name = (state as { user?: { name?: unknown } }).user?.name;
      if (client !== board.awareness.clientID && typeof name === "string") names.add(name);
    });
    const { joined, left } = look(names, performance.now());
    for (const name of joined) say(text("say.joined", { name }));
    for (const name of left) say(text("say.left", { name }));
  }, 2000);
  return () => {
    offStatus();
    offDocument();
    clearInterval(timer);
  };
}

const isAway = ({ at }: Status): boolean => at !== "saved" && at !== "saving" && at !== "refused";
