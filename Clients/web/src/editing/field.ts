import type { TextShape } from "../board";
import { Camera, toScreen } from "../canvas/camera";
import { UNITS } from "../canvas/geometry";
import { largestSize, layoutOf, textBox } from "../canvas/layout";
import { LINE, Measure } from "../canvas/text";
import { inkOf } from "../canvas/writing";
import { keepCaret, rebased } from "./caret";
import { letterOf } from "./letter";

export interface FieldHost {
  /** What the document says at this moment; undefined if the text is not there any more. */
  now(): string | undefined;
  /** The text as it shall be now. */
  typed(value: string): void;
  /** Escape, Mod+Enter, or another field has the focus. */
  ended(refocus: boolean): void;
  /** Tab. */
  next(): void;
  /** The browser's own undo knows nothing of what others typed. */
  undo(redo: boolean): void;
  readonly measure: Measure;
}

/** The textarea over a shape. There is one for all: phones open the keyboard only for such. */
export interface TextField {
  open(shape: TextShape, camera: Camera, label: string): void;
  /** The shape or the camera has changed. */
  follow(shape: TextShape, camera: Camera): void;
  close(): void;
  remove(): void;
}

/** A click so soon after opening, in ms, belongs to the double click that opened the field. */
const OPENING = 600;

export function createTextField(parent: HTMLElement, host: FieldHost): TextField {
  const area = document.createElement("textarea");
  area.className = "text-field";
  area.hidden = true;
  area.spellcheck = true;
  area.setAttribute("autocomplete", "off");
  area.setAttribute("enterkeyhint", "enter");
  parent.append(area);
  let shown = "";
  let current = "";
  let composing = false;
  let opened = -Infinity;

  area.addEventListener("mousedown", (event) => {
    // the browser would mark the word under it, and the next letter replace that
    if (event.detail > 1 && performance.now() - opened < OPENING) event.preventDefault();
  });
  area.addEventListener("input", () => {
    // others may have written since the last frame, and a slow machine has few of them
    current = host.now() ?? current;
    current = rebased(shown, area.value, current, area.selectionEnd);
    shown = area.value;
    host.typed(current);
  });
  area.addEventListener("compositionstart", () => void (composing = true));
  area.addEventListener("compositionend", () => {
    composing = false;
    show((current = host.now() ?? current));
  });
  area.addEventListener("keydown", (event) => onKey(event, host));
  area.addEventListener("blur", () => {
    // a window that loses the focus gets it back with the caret where it was
    if (!area.hidden && document.hasFocus()) host.ended(false);
  });

  function show(text: string): void {
    if (text === area.value) return void (shown = text);
    const start = keepCaret(shown, text, area.selectionStart);
    const end = keepCaret(shown, text, area.selectionEnd);
    area.value = text;
    area.setSelectionRange(start, end, area.selectionDirection);
    shown = text;
  }

  function follow(shape: TextShape, camera: Camera): void {
    current = shape.text;
    if (!composing) show(current);
    place(area, shape, camera, host.measure);
  }

  return {
    open(shape, camera, label) {
      opened = performance.now();
      area.hidden = false;
      area.setAttribute("aria-label", label);
      area.value = shown = current = shape.text;
      place(area, shape, camera, host.measure);
      area.focus({ preventScroll: true });
      area.setSelectionRange(shown.length, shown.length);
      area.scrollTop = area.scrollHeight; // where the caret is
    },
    follow,
    close() {
      composing = false;
      area.hidden = true;
    },
    remove: () => area.remove(),
  };
}

function onKey(event: KeyboardEvent, host: FieldHost): void {
  event.stopPropagation(); // no key pressed in a text is a command of the board
  if (event.isComposing) return;
  const mod = (event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph");
  if (event.key === "Escape" || (event.key === "Enter" && mod)) {
    event.preventDefault();
    host.ended(true);
  } else if (event.key === "Tab" && !mod && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    host.next();
  } else if (mod) {
    const letter = letterOf(event);
    if (letter !== "z" && letter !== "y") return;
    event.preventDefault();
    host.undo(event.shiftKey || letter === "y");
  }
}

/** Letters of a text that is being written are at least so large, in CSS pixels on the screen. */
const LEGIBLE = 10;
/** What scrolls has at least so many lines in view. */
const LEAST_LINES = 2;

/**
 * The size of a text in its field, in CSS pixels at 100 %. What is drawn smaller than one can write
 * in is enlarged up to `most` here, and scrolls.
 */
export function fieldSize(drawn: number, most: number, zoom: number): number {
  return Math.max(drawn, Math.min(most, LEGIBLE / zoom));
}

/**
 * Lies exactly over the drawn text: same box, font, size and breaks, enlarged with the board. If
 * that would be too small the text scrolls.
 */
function place(
  area: HTMLTextAreaElement,
  shape: TextShape,
  camera: Camera,
  measure: Measure,
): void {
  const box = textBox(shape);
  const layout = layoutOf(shape, measure);
  const at = toScreen(camera, box);
  const { style } = area;
  const height = box.h / UNITS;
  const most = Math.min(largestSize(shape), height / (LEAST_LINES * LINE));
  const size = fieldSize(layout.size, most, camera.zoom);
  const scrolls = size > layout.size;
  style.width = `${box.w / UNITS + 2}px`;
  style.height = `${height}px`;
  style.paddingTop = scrolls ? "0" : `${Math.max(0, (height - layout.height) / 2)}px`;
  style.overflowY = scrolls ? "auto" : "hidden";
  style.fontSize = `${size}px`;
  style.lineHeight = String(LINE);
  style.color = inkOf(shape);
  style.transform = `translate(${at.x - camera.zoom}px, ${at.y}px) scale(${camera.zoom})`;
}
