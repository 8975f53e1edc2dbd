import { eighth, hasText } from "../board";
import type { BoardEditor, Shape, ShapeId } from "../board";
import { Camera, reveal, Size } from "../canvas/camera";
import { boundsOf } from "../canvas/hit";
import type { Measure } from "../canvas/text";
import { createTextField } from "../editing/field";
import { nextPlace } from "../editing/next";
import { text } from "../text";

export interface TextingHost {
  readonly parent: HTMLElement;
  readonly measure: Measure;
  editor(): BoardEditor | null;
  shape(id: ShapeId): Shape | undefined;
  list(): readonly Shape[];
  mayWrite(): boolean;
  camera(): Camera;
  setCamera(camera: Camera): void;
  size(): Size;
  editing(): ShapeId | null;
  setEditing(id: ShapeId | null): void;
  select(ids: readonly ShapeId[]): void;
  undo(redo: boolean): void;
  focusBoard(): void;
  say(message: string): void;
}

/** Writing into shapes: one text at a time, in the field over the board. */
export interface Texting {
  begin(id: ShapeId): void;
  end(refocus: boolean): void;
  /** Before each frame: the shape or the camera may have changed. */
  follow(): void;
  stop(): void;
}

export function createTexting(host: TextingHost): Texting {
  const field = createTextField(host.parent, {
    measure: host.measure,
    typed: (value) => host.editor()?.type(value),
    ended: end,
    next,
    undo: host.undo,
  });

  function begin(id: ShapeId): void {
    const shape = host.shape(id);
    if (!shape || !hasText(shape) || !host.mayWrite() || !host.editor()?.beginText(id)) return;
    host.select([id]);
    host.setEditing(id);
    field.open(shape, host.camera(), text("shape.text"));
    host.say(text("say.editing"));
    aboveKeyboard();
  }

  function end(refocus: boolean): void {
    if (host.editing() === null) return;
    host.editor()?.endText();
    host.setEditing(null);
    field.close();
    if (refocus) host.focusBoard();
  }

  function next(): void {
    const id = host.editing();
    const from = id === null ? undefined : host.shape(id);
    const editor = host.editor();
    if (!from || from.type !== "note" || !editor) return end(true);
    end(false);
    const box = nextPlace(boundsOf(from), host.list().map(boundsOf));
    const made = editor.create({
      type: "note", color: from.color,
      x: eighth(box.x), y: eighth(box.y), w: eighth(box.w), h: eighth(box.h),
    });
    host.setCamera(reveal(host.camera(), box, host.size(), 40));
    begin(made);
  }

  function follow(): void {
    const id = host.editing();
    if (id === null) return;
    const shape = host.shape(id);
    if (shape && hasText(shape)) field.follow(shape, host.camera());
    else end(true);
  }

  /** The keyboard of a phone takes half of the window: the text goes above it. */
  function aboveKeyboard(): void {
    const id = host.editing();
    const shape = id === null ? undefined : host.shape(id);
    const seen = window.visualViewport;
    if (!shape || !seen || seen.scale > 1.01) return;
    const size = { width: seen.width, height: Math.min(seen.height, host.size().height) };
    if (size.height >= host.size().height - 40) return;
    host.setCamera(reveal(host.camera(), boundsOf(shape), size, 68));
  }

  window.visualViewport?.addEventListener("resize", aboveKeyboard);
  return {
    begin,
    end,
    follow,
    stop() {
      window.visualViewport?.removeEventListener("resize", aboveKeyboard);
      field.remove();
    },
  };
}
