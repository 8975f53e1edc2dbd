import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { RefObject } from "react";
import { lostShapes, textsOn } from "../board";
import type { LostShape } from "../board";
import type { BoardConnection, Loss, RoomConnection, Session } from "../provider";
import { stillLost, withLoss } from "../panels/losses";
import type { Lost, LostNotice } from "../panels/losses";
import { text } from "../text";
import type { Say } from "../workspace/saying";
import { firstView, View } from "../workspace/view";
import { createWorkspace, Workspace } from "../workspace/workspace";

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
  const [lost, setLost] = useState<readonly LostNotice[]>([]);
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
      gone: ({ id, type, text: content }) =>
        lose({
          code: "deleted", reason: "", shapes: [{ id, type, change: "changed", text: content }],
        }),
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
      board.onLost((loss) =>
        lose({ code: loss.code, reason: loss.reason, shapes: readable(loss, board) })),
      tellArrivals(board, say),
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

/** What can be read; of a document that broke it may be nothing. */
function there(board: BoardConnection): ReadonlySet<string> {
  try {
    return textsOn(board.doc);
  } catch {
    return new Set();
  }
}

/** What can be read of what was lost: of a document that broke it may be nothing. */
function readable(loss: Loss, board: BoardConnection): readonly LostShape[] {
  try {
    return lostShapes(loss.refused, board.doc, loss.touched);
  } catch {
    return [];
  }
}

/** Says who comes and goes; not those who were here already, and not everybody at a reconnect. */
function tellArrivals(board: BoardConnection, say: Say): () => void {
  let known: ReadonlyMap<string, number> | null = null;
  const timer = setInterval(() => {
    const now = new Map<string, number>();
    board.awareness.getStates().forEach((state: unknown, client: number) => {
      const name = (state as { user?: { name?: unknown } }).user?.name;
      if (client !== board.awareness.clientID && typeof name === "string") now.set(name, client);
    });
    const before = known;
    known = now;
    if (!before || Math.abs(before.size - now.size) > 3) return;
    for (const name of now.keys()) if (!before.has(name)) say(text("say.joined", { name }));
    for (const name of before.keys()) if (!now.has(name)) say(text("say.left", { name }));
  }, 2000);
  return () => clearInterval(timer);
}
