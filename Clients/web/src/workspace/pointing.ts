import type { BoardEditor, Color, Shape, ShapeId } from "../board";
import { eighth, hasText } from "../board";
import { Camera, Size, viewBox } from "../canvas/camera";
import { DocPoint, holds, ScreenPoint, UNITS } from "../canvas/geometry";
import { boundsOf, handleAt, handlePlaces, hitTest, placedOf } from "../canvas/hit";
import { noteAround } from "../tools/note/note";
import type { Handle, Placed, Target, ToolEvent, ToolName } from "../tools/tool";
import { attachPointers } from "./pointers";

export interface PointingHost {
  tool(): ToolName;
  editor(): BoardEditor;
  noteColor(): Color;
  mayWrite(): boolean;
  list(): readonly Shape[];
  placed(): readonly Placed[];
  select(ids: readonly ShapeId[]): void;
  camera(): Camera;
  setCamera(camera: Camera): void;
  size(): Size;
  pan(dx: number, dy: number): void;
  step(event: ToolEvent): void;
  edit(id: ShapeId): void;
  endEditing(): void;
  seen(at: DocPoint | null): void;
}

/** How far beside a line or handle a pointer may be, in CSS pixels. */
const REACH = { mouse: 6, touch: 14 } as const;
const HANDLE_REACH = { mouse: 9, touch: 20 } as const;

const cursorOf: Readonly<Record<Handle, string>> = {
  nw: "nwse-resize", se: "nwse-resize", ne: "nesw-resize", sw: "nesw-resize",
  n: "ns-resize", s: "ns-resize", e: "ew-resize", w: "ew-resize",
};

/** Pointers on the board: what lies under them, and which cursor shows it. */
export function createPointing(
  canvas: HTMLCanvasElement,
  host: PointingHost,
): { stop(): void } {
  let space = false;

  function target(at: DocPoint, screen: ScreenPoint, touch: boolean): Target {
    const kind = touch ? "touch" : "mouse";
    const selection = host.placed();
    if (host.tool() !== "select") return { on: "board" };
    if (host.mayWrite()) {
      const places = handlePlaces(host.camera(), selection);
      const handle = handleAt(places, screen, HANDLE_REACH[kind]);
      if (handle) return { on: "handle", handle };
    }
    const { shape, within } = hitTest(host.list(), at, margin(REACH[kind]));
    if (shape) return { on: "shape", shape: placedOf(shape) };
    if (!within) return { on: "board" };
    // an outline around all that is seen would leave no place to pan and select on
    const held = selection.some((one) => one.id === within.id);
    const area = boundsOf(within);
    if (!held && holds(area, viewBox(host.camera(), host.size()))) {
      return { on: "board", within: within.id };
    }
    return { on: "shape", shape: placedOf(within), inside: true };
  }

  const margin = (pixels: number): number => (pixels * UNITS) / host.camera().zoom;

  function showCursor(style: string): void {
    if (canvas.style.cursor !== style) canvas.style.cursor = style;
  }

  function hover(at: DocPoint, screen: ScreenPoint): void {
    const tool = host.tool();
    if (space || tool === "hand") return showCursor("grab");
    if (tool !== "select") return showCursor("crosshair");
    const found = target(at, screen, false);
    if (found.on === "handle") return showCursor(cursorOf[found.handle]);
    showCursor(found.on === "shape" && host.mayWrite() ? "move" : "default");
  }

  function doubleClick(at: DocPoint, touch: boolean): void {
    if (host.tool() !== "select" || !host.mayWrite()) return;
    const { shape, within } = hitTest(host.list(), at, margin(REACH[touch ? "touch" : "mouse"]));
    const found = shape ?? within;
    if (found) return hasText(found) ? host.edit(found.id) : undefined;
    const { x, y, w, h } = noteAround(at);
    host.edit(
      host.editor().create({
        type: "note", color: host.noteColor(),
        x: eighth(x), y: eighth(y), w: eighth(w), h: eighth(h),
      }),
    );
  }

  const stopPointers = attachPointers(canvas, {
    ...host,
    target,
    selection: host.placed,
    doubleClick,
    hover,
    pressed: host.endEditing,
    panning: () => space,
  });

  const keyDown = (event: KeyboardEvent): void => {
    if (event.code !== "Space" || event.target !== canvas) return;
    event.preventDefault();
    space = true;
    showCursor("grab");
  };
  const keyUp = (event: KeyboardEvent): void => {
    if (event.code !== "Space") return;
    space = false;
    showCursor("default");
  };
  const blurred = (): void => void (space = false);
  window.addEventListener("keydown", keyDown);
  window.addEventListener("keyup", keyUp);
  window.addEventListener("blur", blurred);
  return {
    stop() {
      stopPointers();
      window.removeEventListener("keydown", keyDown);
      window.removeEventListener("keyup", keyUp);
      window.removeEventListener("blur", blurred);
    },
  };
}

