import { colors, cut, eighth, hasText, longestPoints, longestText, shapeTypes } from "../board";
import type { BoardEditor, Color, Shape, ShapeId } from "../board";
import { Camera, Size, toDoc, viewBox } from "../canvas/camera";
import { around, DocPoint, inside, UNITS } from "../canvas/geometry";
import { boundsOf } from "../canvas/hit";
import { plural, text } from "../text";
import type { Say } from "./saying";
import { noteAround } from "../tools/note/note";
import { makeCopy } from "./copies";

/** What a clipboard holds besides plain text, for this and other boards of ours. */
export const SHAPES_TYPE = "application/x-jamboree";

/** More at once are no copy, but an accident. */
const MOST_SHAPES = 500;
const MOST_LETTERS = 4_000_000;
const STEP = 16 * UNITS;

export interface ClipboardHost {
  editor(): BoardEditor;
  mayWrite(): boolean;
  noteColor(): Color;
  list(): readonly Shape[];
  selected(): readonly Shape[];
  select(ids: readonly ShapeId[]): void;
  camera(): Camera;
  size(): Size;
  readonly say: Say;
}

/** The part of DataTransfer that is used. */
export interface Transfer {
  getData(type: string): string;
  setData(type: string, data: string): void;
}

export interface Clipboard {
  /** False if nothing is selected: the event is the browser's. */
  copy(to: Transfer): boolean;
  cut(to: Transfer): boolean;
  /** Shapes of ours; any other text becomes a sticky note. False if nothing came of it. */
  paste(from: Transfer): boolean;
  /** Where the pointer is: there is pasted. */
  seen(at: DocPoint | null): void;
}

export function createClipboard(host: ClipboardHost): Clipboard {
  let pointer: DocPoint | null = null;

  function put(to: Transfer): boolean {
    const shapes = host.selected();
    if (shapes.length === 0) return false;
    const texts = shapes.flatMap((one) => (hasText(one) && one.text !== "" ? [one.text] : []));
    to.setData("text/plain", texts.join("\n\n"));
    to.setData(SHAPES_TYPE, JSON.stringify(shapes));
    return true;
  }

  /** Under the pointer if that is in the window, else in the middle of it. */
  function target(): DocPoint {
    const size = host.size();
    if (pointer && inside(pointer, viewBox(host.camera(), size))) return pointer;
    return toDoc(host.camera(), { x: size.width / 2, y: size.height / 2 });
  }

  function pasteShapes(shapes: readonly Shape[]): void {
    const box = around(shapes.map(boundsOf));
    if (!box) return;
    const at = target();
    let dx = Math.round(at.x - box.x - box.w / 2);
    let dy = Math.round(at.y - box.y - box.h / 2);
    const taken = new Set(host.list().map((one) => place(boundsOf(one))));
    while (taken.has(place({ x: box.x + dx, y: box.y + dy }))) {
      dx += STEP;
      dy += STEP;
    }
    const editor = host.editor();
    host.select(
      editor.gesture("paste", () => shapes.map((one) => makeCopy(editor, one, dx, dy))),
    );
  }

  function pasteText(words: string): void {
    const { x, y, w, h } = noteAround(target());
    const color = host.noteColor();
    const box = { x: eighth(x), y: eighth(y), w: eighth(w), h: eighth(h) };
    host.select([host.editor().create({ type: "note", color, ...box, text: words })]);
  }

  return {
    copy(to) {
      const done = put(to);
      if (done) host.say(text("say.copied"));
      return done;
    },
    cut(to) {
      if (!host.mayWrite() || !put(to)) return false;
      const [shapes, editor] = [host.selected(), host.editor()];
      editor.gesture("delete", () => shapes.forEach((one) => editor.remove(one.id)));
      host.say(plural("deleted", shapes.length));
      return true;
    },
    paste(from) {
      if (!host.mayWrite()) return false;
      const shapes = readShapes(from.getData(SHAPES_TYPE));
      const words = from.getData("text/plain").replace(/\r\n?/g, "\n").trim();
      if (shapes.length > 0) pasteShapes(shapes);
      else if (words !== "") pasteText(cut(words, longestText));
      else return false;
      if (shapes.length === 0 && words.length > longestText) host.say(text("say.cut"), "shown");
      return true;
    },
    seen: (at) => void (pointer = at ?? pointer),
  };
}

const place = ({ x, y }: { readonly x: number; readonly y: number }): string =>
  `${Math.round(x)} ${Math.round(y)}`;

/** Any page can put anything into a clipboard: what is no shape is left out. */
export function readShapes(json: string): readonly Shape[] {
  if (json === "" || json.length > MOST_LETTERS) return [];
  try {
    const found: unknown = JSON.parse(json);
    return Array.isArray(found) ? found.slice(0, MOST_SHAPES).flatMap(readOne) : [];
  } catch {
    return [];
  }
}

function readOne(value: unknown): readonly Shape[] {
  if (typeof value !== "object" || value === null) return [];
  const fields = value as Readonly<Record<string, unknown>>;
  const type = shapeTypes.find((one) => one === fields["type"]);
  const color = colors.find((one) => one === fields["color"]);
  const { x, y, w, h, size, points } = fields;
  if (!type || !color || !isNumber(x) || !isNumber(y)) return [];
  const common = {
    id: "", order: "U", author: "", name: "", made: 0, color, x: eighth(x), y: eighth(y),
  };
  const sides = isSide(w) && isSide(h) ? { w: eighth(w), h: eighth(h) } : undefined;
  if (type === "pen") {
    const all: readonly unknown[] = Array.isArray(points) ? points.slice(0, longestPoints) : [];
    if (all.length < 2 || !all.every(isNumber) || !isNumber(size)) return [];
    return [{ ...common, type, ...sides, size, points: all }];
  }
  const words = typeof fields["text"] === "string" ? fields["text"] : "";
  return sides ? [{ ...common, type, ...sides, text: words }] : [];
}

const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);
const isSide = (value: unknown): value is number => isNumber(value) && value >= 1;
