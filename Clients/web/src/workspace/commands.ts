import { bottomOrder, hasText, keyBetween, topOrder } from "../board";
import type { BoardEditor, Shape, ShapeId, Step } from "../board";
import { Camera, clampZoom, fitMost, reveal, Size, zoomAt, zoomStep } from "../canvas/camera";
import { around, Box, UNITS } from "../canvas/geometry";
import { boundsOf, placedOf } from "../canvas/hit";
import { percent, plural, text } from "../text";
import type { ToolName } from "../tools/tool";
import { makeCopy } from "./copies";
import { changeTo, nudged } from "./effects";
import type { Command } from "./keys";
import { describe } from "./describe";
import type { Leaving } from "./leaving";
import type { Say } from "./saying";

export interface CommandHost {
  editor(): BoardEditor;
  mayWrite(): boolean;
  list(): readonly Shape[];
  selected(): readonly Shape[];
  select(ids: readonly ShapeId[]): void;
  camera(): Camera;
  setCamera(camera: Camera): void;
  size(): Size;
  edit(id: ShapeId): void;
  tool(): ToolName;
  /** As if the middle of the window were clicked. */
  press(): void;
  setTool(tool: ToolName): void;
  toggleLock(): void;
  /** Escape: true if a tool had something to let go of. */
  letGo(): boolean;
  readonly leaving: Leaving;
  help(): void;
  say: Say;
}

const makes: ReadonlySet<ToolName> = new Set(["note", "rect", "ellipse"]);

/** How far a copy lies from what it is a copy of. */
const AWAY = 16 * UNITS;

export type View = "zoomIn" | "zoomOut" | "zoom100" | "fit" | "fitSelection";

/** Does what a key or button asks for. False: not ours, the browser may go on with it. */
export function perform(host: CommandHost, command: Command): boolean {
  switch (command.do) {
    case "tool":
      host.setTool(command.tool);
      host.say(text(`tool.${host.tool()}`));
      return true;
    case "lock":
      host.toggleLock();
      return true;
    case "help":
      host.help();
      return true;
    case "cycle":
      return cycle(host, command.back);
    case "scroll":
      return scroll(host, command.dx, command.dy);
    case "escape":
      if (host.letGo()) {
        host.say(text(`tool.${host.tool()}`));
        return true;
      }
      if (host.selected().length === 0) host.leaving.ask();
      host.select([]);
      return true;
    case "all":
      host.select(host.list().map((shape) => shape.id));
      host.say(plural("selected", host.list().length));
      return true;
    case "zoomIn": case "zoomOut": case "zoom100": case "fit": case "fitSelection":
      return look(host, command.do);
    case "nudge":
      return nudge(host, command.dx, command.dy);
    default:
      return host.mayWrite() ? change(host, command.do) : false;
  }
}

function change(
  host: CommandHost,
  what: "undo" | "redo" | "delete" | "edit" | "duplicate" | "front" | "back",
): boolean {
  const editor = host.editor();
  const selected = host.selected();
  switch (what) {
    case "undo":
      return tell(host, editor.undo(), text("say.undone"));
    case "redo":
      return tell(host, editor.redo(), text("say.redone"));
    case "edit": {
      const tool = host.tool();
      if (makes.has(tool)) {
        host.press();
        const made = text("say.made", { shape: text(`tool.${tool}`) });
        host.say(tool === "note" ? `${made}. ${text("say.editing")}` : made);
        return true;
      }
      const [only] = selected;
      if (selected.length !== 1 || !only || !hasText(only)) return false;
      host.edit(only.id);
      return true;
    }
    case "delete":
      if (selected.length === 0) return false;
      editor.gesture("delete", () => selected.forEach((shape) => editor.remove(shape.id)));
      host.say(plural("deleted", selected.length));
      return true;
    case "duplicate":
      host.select(
        editor.gesture("duplicate", () =>
          selected.map((one) => makeCopy(editor, one, AWAY, AWAY))),
      );
      return true;
    case "front": case "back":
      return reorder(editor, selected, what === "front");
  }
}

/** Who presses a key or button and sees nothing happen is told why. */
function tell(host: CommandHost, step: Step, done: string): boolean {
  if (step === "done") host.say(done);
  if (step === "void") host.say(text("say.void"), "shown");
  return true;
}

/** They keep their order among themselves. */
function reorder(editor: BoardEditor, selected: readonly Shape[], front: boolean): boolean {
  editor.gesture(front ? "front" : "back", () => {
    for (const shape of front ? selected : [...selected].reverse()) {
      const order = front
        ? keyBetween(topOrder(editor.doc), undefined)
        : keyBetween(undefined, bottomOrder(editor.doc));
      if (order !== undefined) editor.change(shape.id, { order });
    }
  });
  return selected.length > 0;
}

/** Without a selection the arrows move the window. */
function nudge(host: CommandHost, dx: number, dy: number): boolean {
  const selected = host.selected();
  if (selected.length === 0 || !host.mayWrite()) {
    const { x, y, zoom } = host.camera();
    const step = (40 * UNITS) / zoom;
    host.setCamera({ x: x + Math.sign(dx) * step, y: y + Math.sign(dy) * step, zoom });
    return true;
  }
  const editor = host.editor();
  editor.gesture("move", () => {
    for (const shape of selected) {
      editor.change(shape.id, changeTo(shape, nudged(placedOf(shape), dx, dy)));
    }
  });
  const boxes = host.selected().map(boundsOf);
  show(host, boxes);
  const { x, y } = around(boxes) ?? { x: 0, y: 0 };
  host.say(text("say.moved", { x: Math.round(x / UNITS), y: Math.round(y / UNITS) }), "calm");
  return true;
}

/** From shape to shape in reading order; at the end the focus goes on to what comes after. */
function cycle(host: CommandHost, back: boolean): boolean {
  if (host.leaving.asked) return false;
  const list = readingOrder(host.list());
  const selected = host.selected();
  const now = list.findIndex((shape) => shape.id === selected[0]?.id);
  const next = now < 0 ? (back ? list.length - 1 : 0) : now + (back ? -1 : 1);
  const shape = list[next];
  if (!shape) {
    host.select([]);
    return false;
  }
  host.select([shape.id]);
  show(host, [boundsOf(shape)]);
  host.say(describe(shape, next + 1, list.length));
  return true;
}

/** Rows from above, each from the left; what overlaps by half its height is one row. */
export function readingOrder(shapes: readonly Shape[]): readonly Shape[] {
  const byTop = [...shapes].sort((a, b) => boundsOf(a).y - boundsOf(b).y);
  const rows: Shape[][] = [];
  let bottom = -Infinity;
  for (const shape of byTop) {
    const box = boundsOf(shape);
    const row = rows[rows.length - 1];
    if (row && box.y + box.h / 2 <= bottom) row.push(shape);
    else {
      rows.push([shape]);
      bottom = box.y + box.h;
    }
  }
  return rows.flatMap((row) => row.sort((a, b) => boundsOf(a).x - boundsOf(b).x));
}

function show(host: CommandHost, boxes: readonly Box[]): void {
  const box = around(boxes);
  if (box) host.setCamera(reveal(host.camera(), box, host.size(), 96));
}

function scroll(host: CommandHost, dx: number, dy: number): boolean {
  const { x, y, zoom } = host.camera();
  const { width, height } = host.size();
  const step = (0.8 * UNITS) / zoom;
  host.setCamera({ x: x + dx * width * step, y: y + dy * height * step, zoom });
  return true;
}

export function look(host: CommandHost, view: View): boolean {
  const camera = host.camera();
  const size = host.size();
  const middle = { x: size.width / 2, y: size.height / 2 };
  const next = viewed(host, view, camera, middle);
  if (next) host.setCamera(next);
  host.say(text("say.zoom", { percent: percent(clampZoom(host.camera().zoom)) }));
  return true;
}

function viewed(
  host: CommandHost,
  view: View,
  camera: Camera,
  middle: { readonly x: number; readonly y: number },
): Camera | undefined {
  switch (view) {
    case "zoomIn": case "zoomOut":
      return zoomAt(camera, middle, zoomStep(camera.zoom, view === "zoomIn"));
    case "zoom100":
      return zoomAt(camera, middle, 1);
    case "fit": case "fitSelection": {
      const shapes = view === "fit" ? host.list() : host.selected();
      const margin = Math.min(96, middle.x / 3);
      return fitMost(shapes.map(boundsOf), host.size(), margin, view === "fit" ? 1 : 2);
    }
  }
}
