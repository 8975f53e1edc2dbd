import { eighth, hasText, longestText } from "../board";
import type { BoardEditor, Shape, ShapeId, TextShape } from "../board";
import { Camera, reveal, showWithin, Size } from "../canvas/camera";
import { boundsOf } from "../canvas/hit";
import { layoutOf } from "../canvas/layout";
import type { Measure } from "../canvas/text";
import { createTextField } from "../editing/field";
import { nextPlace } from "../editing/next";
import { text } from "../text";
import type { Say } from "./saying";
import { SMALL_WINDOW } from "./small";

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
  readonly say: Say;
  /** Somebody else has deleted the shape while its text was being written. */
  gone(shape: TextShape): void;
}

/** Writing into shapes: one text at a time, in the field over the board. */
export interface Texting {
  begin(id: ShapeId): void;
  end(refocus: boolean): void;
  /** Before each frame: the shape or the camera may have changed. */
  follow(): void;
  stop(): void;
}

/** Under the bar at the top, in CSS pixels. */
const BAR = 68;
/** On a phone letters are written at least so large, in CSS pixels … */
const LETTERS = 15;
/** … as long as that does not enlarge the board more than so. */
const MOST_ENLARGED = 1.5;

export function createTexting(host: TextingHost): Texting {
  let last: TextShape | null = null;
  const small = matchMedia(SMALL_WINDOW);
  const field = createTextField(host.parent, {
    measure: host.measure,
    now() {
      const id = host.editing();
      return id === null ? undefined : host.editor()?.text(id)?.toString();
    },
    typed(value) {
      host.editor()?.type(value);
      if (value.length > longestText) host.say(text("say.cut"), "shown");
    },
    ended: end,
    next,
    undo: host.undo,
  });

  function begin(id: ShapeId): void {
    const shape = host.shape(id);
    if (!shape || !hasText(shape) || !host.mayWrite() || !host.editor()?.beginText(id)) return;
    host.select([id]);
    host.setEditing(id);
    field.open((last = shape), host.camera(), text("shape.text"));
    host.say(text("say.editing"));
    aboveKeyboard();
  }

  function end(refocus: boolean): void {
    if (host.editing() === null) return;
    try {
      host.editor()?.endText();
    } finally {
      host.setEditing(null);
      field.close();
    }
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
    if (shape && hasText(shape)) return field.follow((last = shape), host.camera());
    end(true);
    if (last?.id === id) host.gone(last);
  }

  /** On a phone a text is made legible, and stays above the keyboard that takes half the window. */
  function aboveKeyboard(): void {
    const id = host.editing();
    const shape = id === null ? undefined : host.shape(id);
    const seen = window.visualViewport;
    if (!shape || !hasText(shape) || !seen || seen.scale > 1.01) return;
    const size = host.size();
    const hidden = Math.max(0, size.height - seen.offsetTop - seen.height);
    if (hidden < 40 && !small.matches) return;
    const insets = { top: seen.offsetTop + BAR, right: 16, bottom: hidden + 16, left: 16 };
    const least = Math.min(MOST_ENLARGED, LETTERS / layoutOf(shape, host.measure).size);
    const camera = showWithin(host.camera(), boundsOf(shape), size, insets, least);
    if (camera !== host.camera()) host.setCamera(camera);
  }

  window.visualViewport?.addEventListener("resize", aboveKeyboard);
  window.visualViewport?.addEventListener("scroll", aboveKeyboard);
  return {
    begin,
    end,
    follow,
    stop() {
      window.visualViewport?.removeEventListener("resize", aboveKeyboard);
      window.visualViewport?.removeEventListener("scroll", aboveKeyboard);
      field.remove();
    },
  };
}
