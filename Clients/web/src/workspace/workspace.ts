import type { Author, BoardEditor, Color, Shape, ShapeId, TextShape } from "../board";
import { Camera, fitMost, HOME, panBy, reveal, viewBox } from "../canvas/camera";
import type { Box } from "../canvas/geometry";
import { createMeasure } from "../canvas/font";
import { areOutside, boundsOf, placedOf, touches } from "../canvas/hit";
import { createPainter } from "../canvas/paint";
import type { OpenDocument } from "../provider";
import { idle, Running, step } from "../tools/toolbox";
import type { ToolEvent, ToolName } from "../tools/tool";
import { Clipboard, createClipboard } from "./clipboard";
import { perform } from "./commands";
import { createEffects } from "./effects";
import { createFollowing } from "./following";
import { overlayOf } from "./frame";
import type { Command } from "./keys";
import { createLeaving } from "./leaving";
import { clickIn, freePlace } from "./middle";
import { createPointing } from "./pointing";
import { leaveAll, Opened, openDocument } from "./opened";
import { createOverrun } from "./overrun";
import { Other, peopleKey } from "./presence";
import type { Say } from "./saying";
import { setColor, setPenSize } from "./styling";
import { createSurface } from "./surface";
import { createTexting } from "./texting";
import { firstView, selectionView, View } from "./view";

export interface WorkspaceOptions {
  readonly parent: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly me: Author;
  readonly say: Say;
  readonly help: () => void;
  readonly changed: (view: View) => void;
  /** Somebody else has deleted this while its text was being written here. */
  readonly gone: (shape: TextShape) => void;
}

/** Canvas, tools, text field and presence of one board in one page. No React in it. */
export interface Workspace {
  readonly view: View;
  /** The document to show from now on; another one after a refusal. */
  use(document: OpenDocument): void;
  /** The board is all here: shows it, unless somebody has looked around already. */
  arrive(): void;
  setMayWrite(may: boolean): void;
  /** From now on all that comes is brought into view, until somebody looks around. */
  follow(): void;
  setColor(color: Color): void;
  setPenSize(size: number): void;
  /** By a button. */
  perform(command: Command): boolean;
  /** By a key. */
  press(command: Command): boolean;
  readonly clipboard: Clipboard;
  focus(): void;
  stop(): void;
}

/** One and the same, so that a board that is not there yet does not look changed. */
const NO_SHAPES: readonly Shape[] = [];
const NOBODY: readonly Other[] = [];

export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { canvas, me, help, say } = options;
  const measure = createMeasure();
  const paint = createPainter();
  const overrun = createOverrun();
  let view: View = firstView;
  let camera: Camera = HOME;
  let running: Running = idle("select");
  let marquee: Box | null = null;
  let arrived = false;
  let marqueeStart: readonly ShapeId[] = [];
  let board: Opened | null = null;
  let heard = NOBODY;
  let isStale = false;

  const surface = createSurface(canvas, draw);
  const shape = (id: ShapeId): Shape | undefined => board?.shapes.get(id);
  const selected = (): readonly Shape[] =>
    view.selection.flatMap((id) => shape(id) ?? []);
  const list = (): readonly Shape[] => board?.shapes.list() ?? NO_SHAPES;

  function update(part: Partial<View>): void {
    const keys = Object.keys(part) as (keyof View)[];
    if (keys.every((key) => Object.is(view[key], part[key]))) return;
    view = { ...view, ...part };
    options.changed(view);
    surface.wake();
  }

  const effects = createEffects({
    editor: () => editorOf(),
    shape,
    mayWrite: () => view.mayWrite,
    color: (kind) => (kind === "note" ? view.noteColor : view.lineColor),
    penSize: () => view.penSize,
    pan: (dx, dy) => setCamera(panBy(camera, dx, dy)),
    select,
    toggle(id) {
      const rest = view.selection.filter((one) => one !== id);
      select(rest.length < view.selection.length ? rest : [...rest, id]);
    },
    marquee: spanned,
    done(id, edit) {
      if (!view.locked || edit) setTool(view.locked ? view.tool : "select");
      select([id]);
      if (edit) texting.begin(id);
    },
    wake: surface.wake,
  });

  const texting = createTexting({
    parent: options.parent,
    measure,
    editor: () => board?.editor ?? null,
    shape,
    list,
    mayWrite: () => view.mayWrite,
    camera: () => camera,
    setCamera,
    size: () => surface.size,
    editing: () => view.editing,
    setEditing: (id) => update({ editing: id }),
    select,
    undo: (redo) => void perform(host, { do: redo ? "redo" : "undo" }),
    focusBoard: () => canvas.focus({ preventScroll: true }),
    say,
    gone(one) {
      overrun.begin(performance.now());
      options.gone(one);
    },
  });

  function editorOf(): BoardEditor {
    if (!board) throw new Error("a tool wrote before there was a board");
    return board.editor;
  }

  function setCamera(next: Camera): void {
    camera = next;
    update({ zoom: camera.zoom, lost: isLost() });
    surface.wake();
  }

  const isLost = (): boolean => areOutside(list(), viewBox(camera, surface.size));

  function select(ids: readonly ShapeId[]): void {
    const there = ids.filter((id) => shape(id));
    if (there.join() === view.selection.join()) return;
    update({ selection: there });
    update(selectionView(selected()));
    board?.presence.selected(there);
  }

  function spanned(box: Box | null, add: boolean): void {
    if (box && !marquee) marqueeStart = add ? view.selection : [];
    marquee = box;
    surface.wake();
    if (!box) return;
    const touched = list().filter((one) => touches(one, box)).map((one) => one.id);
    select([...marqueeStart, ...touched.filter((id) => !marqueeStart.includes(id))]);
  }

  function setTool(tool: ToolName): void {
    if (tool !== running.tool) stepTool({ on: "cancel" });
    const allowed = view.mayWrite || tool === "hand" ? tool : "select";
    running = idle(allowed);
    update({ tool: allowed });
    if (allowed !== "select" && allowed !== "hand") select([]);
  }

  function stepTool(event: ToolEvent): void {
    const [next, done] = step(running, event);
    running = next;
    effects.run(done);
    surface.wake();
  }

  function changed(): void {
    isStale = true;
    surface.wake();
  }

  /** Once a frame: others may change more in that time than the whole board is to be looked at. */
  function catchUp(): void {
    if (!isStale) return;
    isStale = false;
    const there = view.selection.filter((id) => shape(id));
    if (there.length !== view.selection.length) select(there);
    following.look();
    update({ shapes: board?.shapes.size ?? 0, lost: isLost(), ...selectionView(selected()) });
  }

  function draw(ctx: CanvasRenderingContext2D, now: number): void {
    effects.flush();
    catchUp();
    const cursors = board?.presence.cursors(camera, now) ?? { list: [], moving: false };
    texting.follow();
    const others = board?.presence.others() ?? NOBODY;
    // cursors move all the time: panels hear only of who is here
    if (others !== heard && peopleKey(others) !== peopleKey(view.others)) update({ others });
    heard = others;
    if (board) update({ color: board.presence.color() });
    const overlay = overlayOf(view, others, selected(), running, marquee, shape, cursors.list);
    const { size, ratio } = surface;
    const { editing } = view;
    const frame = { camera, size, ratio, shapes: list(), editing, overlay, measure };
    if (paint(ctx, frame, now) || cursors.moving) surface.wake();
  }

  const host = {
    editor: editorOf,
    mayWrite: () => view.mayWrite && board !== null,
    list,
    selected,
    select,
    camera: () => camera,
    setCamera,
    size: () => surface.size,
    edit: texting.begin,
    tool: () => running.tool,
    press() {
      const place = freePlace(list(), camera, surface.size);
      setCamera(reveal(camera, place, surface.size, 40));
      clickIn(place, camera).forEach(stepTool);
    },
    setTool,
    leaving: createLeaving(canvas),
    toggleLock: () => update({ locked: !view.locked }),
    letGo() {
      const busy = running.state.at !== "idle" || running.tool !== "select";
      stepTool({ on: "cancel" });
      if (running.tool !== "select") setTool("select");
      return busy;
    },
    help, say,
  };

  const following = createFollowing(host);
  const style = { ...host, view: () => view, update };

  const clipboard = createClipboard({ ...host, noteColor: () => view.noteColor });

  const pointing = createPointing(canvas, {
    ...host,
    pan: (dx, dy) => setCamera(panBy(camera, dx, dy)),
    step: stepTool,
    noteColor: () => view.noteColor,
    endEditing: () => (overrun.end(), texting.end(false)),
    seen(at) {
      clipboard.seen(at);
      board?.presence.point(at);
    },
    placed: () => selected().map(placedOf),
  });

  /** Not by the one who writes: the keys that follow were meant for the text. */
  function interrupt(): void {
    if (view.editing !== null) overrun.begin(performance.now());
    texting.end(false);
  }

  function use(document: OpenDocument): void {
    // what is under way belongs to the one before
    leaveAll([effects.settle, interrupt, () => board?.close()]);
    const opened = openDocument(document, me, {
      shapes: changed,
      history: () => update({ canUndo: opened.editor.canUndo, canRedo: opened.editor.canRedo }),
      presence: surface.wake,
    });
    board = opened;
    update({ canUndo: false, canRedo: false, others: opened.presence.others() });
    isStale = true;
    catchUp();
    surface.wake();
  }

  return {
    get view() {
      return view;
    },
    use,
    arrive() {
      const first = !arrived;
      arrived = true; // a document that replaces another does not move what is seen
      if (!first || camera !== HOME) return;
      const { size } = surface;
      const seen = fitMost(list().map(boundsOf), size, Math.min(100, size.width / 8), 1);
      if (seen) following.moving(() => setCamera(seen));
    },
    setMayWrite(may) {
      if (may === view.mayWrite) return;
      if (!may) {
        // what is under way was allowed when it began: it is kept, not taken back
        effects.settle();
        interrupt();
        running = idle(running.tool === "hand" ? "hand" : "select");
      }
      update({ mayWrite: may, tool: running.tool });
    },
    follow: following.begin,
    setColor: (color) => setColor(style, color),
    setPenSize: (size) => setPenSize(style, size),
    perform(command) {
      overrun.end(); // who aims at a button has seen what is there
      return perform(host, command);
    },
    press: (command) => overrun.takes(command, performance.now()) || perform(host, command),
    clipboard,
    focus: () => canvas.focus({ preventScroll: true }),
    stop() {
      effects.settle();
      texting.end(false);
      pointing.stop();
      host.leaving.stop();
      board?.close();
      surface.stop();
      texting.stop();
    },
  };
}
