/** From a document to shapes. What the schema does not allow is left out, never repaired. */
import * as Y from "yjs";
import {
  colors, defaultColor, farthest, farthestStep, longestName, longestPoints, longestText, shapeTypes,
  strokeSize,
} from "./schema";
import type { Color, Eighth, Shape, ShapeId, ShapeType } from "./schema";
import { compareOrder, isOrderKey } from "./order";
import { cut } from "./typing";

/** The root that holds the shapes. */
export const shapesOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap("shapes");

const idForm = /^[a-z0-9_-]{1,64}$/;
export const isShapeId = (value: string): boolean => idForm.test(value);

const isEighth = (value: unknown): value is Eighth =>
  typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= farthest;
const isLength = (value: unknown): value is Eighth => isEighth(value) && value >= 1;
const isType = (value: unknown): value is ShapeType =>
  (shapeTypes as readonly unknown[]).includes(value);
const isColor = (value: unknown): value is Color =>
  (colors as readonly unknown[]).includes(value);
const isStep = (value: unknown): value is number =>
  isEighth(value) && Math.abs(value) <= farthestStep;
const isSize = (value: unknown): value is number =>
  isEighth(value) && value >= strokeSize.least && value <= strokeSize.most;
const isName = (value: unknown): value is string =>
  typeof value === "string" && value.length <= longestName;

/** The stroke up to the first element that is no offset: x, y, x, y … from its origin. */
function readPoints(array: unknown): readonly number[] {
  if (!(array instanceof Y.Array)) return [];
  const offsets: readonly unknown[] = array.toArray();
  const points: number[] = [];
  let x = 0;
  let y = 0;
  for (let at = 0; at + 1 < offsets.length && at < longestPoints; at += 2) {
    const dx = offsets[at];
    const dy = offsets[at + 1];
    if (!isStep(dx) || !isStep(dy)) break;
    points.push((x += dx), (y += dy));
  }
  return points;
}

function readText(text: unknown): string {
  return text instanceof Y.Text ? cut(text.toString(), longestText) : "";
}

/** The shape under an id; undefined if there is none, or none that can be drawn. */
export function readShape(doc: Y.Doc, id: ShapeId): Shape | undefined {
  const map = shapesOf(doc).get(id);
  return map instanceof Y.Map && isShapeId(id) ? shapeFrom(id, map) : undefined;
}

function shapeFrom(id: ShapeId, map: Y.Map<unknown>): Shape | undefined {
  const [type, x, y, order] = [map.get("type"), map.get("x"), map.get("y"), map.get("order")];
  if (!isType(type) || !isEighth(x) || !isEighth(y) || !isOrderKey(order)) return undefined;
  const [color, author, name, made] =
    [map.get("color"), map.get("author"), map.get("name"), map.get("made")];
  const common = {
    id, x, y, order,
    color: isColor(color) ? color : defaultColor[type],
    author: isName(author) ? author : "",
    name: isName(name) ? name : "",
    made: typeof made === "number" && Number.isSafeInteger(made) ? made : 0,
  };
  const [w, h] = [map.get("w"), map.get("h")];
  const stretched = isLength(w) && isLength(h);
  if (type === "pen") {
    const size = map.get("size");
    return {
      ...common, type,
      ...(stretched ? { w, h } : {}),
      size: isSize(size) ? size : strokeSize.usual,
      points: readPoints(map.get("points")),
    };
  }
  return stretched ? { ...common, type, w, h, text: readText(map.get("text")) } : undefined;
}

/** All shapes that can be drawn, bottom first. */
export function readShapes(doc: Y.Doc): ReadonlyMap<ShapeId, Shape> {
  const found: Shape[] = [];
  for (const id of shapesOf(doc).keys()) {
    const shape = readShape(doc, id);
    if (shape) found.push(shape);
  }
  return new Map(found.sort(compareOrder).map((shape) => [shape.id, shape]));
}

/** The key that puts a new shape on top, if there is one. */
export function topOrder(doc: Y.Doc): string | undefined {
  let top: string | undefined;
  for (const map of shapesOf(doc).values()) {
    const order = map instanceof Y.Map ? map.get("order") : undefined;
    if (isOrderKey(order) && (top === undefined || order > top)) top = order;
  }
  return top;
}

/** The key of what lies at the bottom. */
export function bottomOrder(doc: Y.Doc): string | undefined {
  let bottom: string | undefined;
  for (const map of shapesOf(doc).values()) {
    const order = map instanceof Y.Map ? map.get("order") : undefined;
    if (isOrderKey(order) && (bottom === undefined || order < bottom)) bottom = order;
  }
  return bottom;
}

/**
 * Calls after each transaction with the ids of shapes that came, went or changed, also in their
 * text or points; read them again with `readShape`. Returns the way out.
 */
export function observeShapes(
  doc: Y.Doc,
  listener: (changed: ReadonlySet<ShapeId>) => void,
): () => void {
  const shapes = shapesOf(doc);
  const observer = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[]) => {
    const changed = new Set<ShapeId>();
    for (const event of events) {
      const id = event.path[0];
      if (typeof id === "string") changed.add(id);
      else for (const key of event.keys.keys()) changed.add(key);
    }
    listener(changed);
  };
  const heard = observer as Parameters<typeof shapes.observeDeep>[0];
  shapes.observeDeep(heard);
  return () => shapes.unobserveDeep(heard);
}
