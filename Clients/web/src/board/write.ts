/** From what tools ask for to what is stored: everything within the schema's limits. */
import * as Y from "yjs";
import type { ShapeCopy } from "./copy";
import type { Author, NewShape, ShapeChange } from "./editor-types";
import { keyBetween } from "./order";
import { shapesOf, topOrder } from "./read";
import { eighth, farthestStep, longestPoints, longestText, strokeSize } from "./schema";
import type { Eighth, Point, ShapeId } from "./schema";
import { cut } from "./typing";

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

/** 82 random bits: two people do not choose the same. */
export function newId(): ShapeId {
  let id = "";
  while (id.length < 16) {
    for (const byte of crypto.getRandomValues(new Uint8Array(24))) {
      // 252 is 7 * 36: above it some letters would be likelier than others.
      if (byte < 252 && id.length < 16) id += letters.charAt(byte % 36);
    }
  }
  return id;
}

const length = (value: number): Eighth => eighth(Math.max(1, value));
const size = (value: number): number =>
  Math.min(strokeSize.most, Math.max(strokeSize.least, eighth(value)));

/** The change, each value within its limits; what is undefined is left out. */
export function validChange(change: ShapeChange): Readonly<Record<string, unknown>> {
  const { x, y, w, h, order, color } = change;
  const values = {
    x: x === undefined ? x : eighth(x),
    y: y === undefined ? y : eighth(y),
    w: w === undefined ? w : length(w),
    h: h === undefined ? h : length(h),
    size: change.size === undefined ? undefined : size(change.size),
    order, color,
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Each point from the one before; a step that is too far for the schema becomes several. */
export function offsetsFrom(start: Point, points: readonly Point[]): number[] {
  let [x, y] = [eighth(start.x), eighth(start.y)];
  const offsets: number[] = [];
  for (const point of points) {
    const [toX, toY] = [eighth(point.x), eighth(point.y)];
    const farther = Math.max(Math.abs(toX - x), Math.abs(toY - y));
    for (let left = Math.ceil(farther / farthestStep) || 1; left > 0; left--) {
      const [dx, dy] = [eighth((toX - x) / left), eighth((toY - y) / left)];
      offsets.push(dx, dy);
      [x, y] = [eighth(x + dx), eighth(y + dy)];
    }
  }
  return offsets;
}

/** At most so many bytes of UTF-8, whole characters. */
export function cutBytes(text: string, bytes: number): string {
  const encoder = new TextEncoder();
  let short = text;
  while (encoder.encode(short).length > bytes) short = [...short].slice(0, -1).join("");
  return short;
}

/** Where the stored stroke ends, in document coordinates. */
export function strokeEnd(doc: Y.Doc, id: ShapeId): Point {
  const map = shapesOf(doc).get(id);
  let [x, y] = [0, 0];
  if (map instanceof Y.Map) {
    [x, y] = [Number(map.get("x")), Number(map.get("y"))];
    const points: unknown = map.get("points");
    if (points instanceof Y.Array) {
      points.forEach((offset: unknown, at: number) => {
        if (at % 2 === 0) x += Number(offset);
        else y += Number(offset);
      });
    }
  }
  return { x: x as Eighth, y: y as Eighth };
}

export function newShape(doc: Y.Doc, author: Author, shape: NewShape): [ShapeId, ShapeCopy] {
  const created = {
    type: shape.type,
    order: shape.order ?? keyBetween(topOrder(doc), undefined) ?? topOrder(doc) ?? "U",
    color: shape.color,
    ...(author.sub === "" ? {} : { author: cutBytes(author.sub, 128) }),
    ...(author.name === "" ? {} : { name: cutBytes(author.name, 256) }),
    made: Date.now(),
  };
  if (shape.type === "pen") {
    const [first = { x: eighth(0), y: eighth(0) }] = shape.points;
    const origin = { x: eighth(first.x), y: eighth(first.y) };
    const points = offsetsFrom(origin, shape.points).slice(0, longestPoints);
    const values = { ...created, ...origin, size: size(shape.size) };
    return [newId(), { values, text: undefined, points }];
  }
  const place = {
    x: eighth(shape.x), y: eighth(shape.y), w: length(shape.w), h: length(shape.h),
  };
  const text = cut(shape.text ?? "", longestText);
  return [newId(), { values: { ...created, ...place }, text, points: undefined }];
}
