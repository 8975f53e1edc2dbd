/**
 * What a board holds, as plain values: shapes in document coordinates. The bytes behind them are
 * specified in Protocol/board.md; `read.ts` and `editor.ts` translate.
 */

declare const eighthBrand: unique symbol;

/** A document coordinate or length: an integer in 1/8 px, from -2^27 to 2^27. */
export type Eighth = number & { readonly [eighthBrand]: true };

/** The largest coordinate, in 1/8 px: 2^27, that is 16.7 million px. */
export const farthest = 2 ** 27;

/** Rounds to an integer and clamps to ±2^27. What is no number becomes 0. */
export function eighth(value: number): Eighth {
  const whole = Math.round(value);
  if (!(Math.abs(whole) <= farthest)) {
    return (Number.isNaN(whole) ? 0 : Math.sign(whole) * farthest) as Eighth;
  }
  return (whole === 0 ? 0 : whole) as Eighth; // never -0, which encodes differently
}

/** From document pixels (at 100 % a CSS pixel) to 1/8 px. */
export const fromPixels = (pixels: number): Eighth => eighth(pixels * 8);

/** From 1/8 px to document pixels. */
export const toPixels = (value: Eighth): number => value / 8;

export interface Point {
  readonly x: Eighth;
  readonly y: Eighth;
}

/** 1 to 64 of a-z, 0-9, "-", "_". We make 16 letters and digits at random. */
export type ShapeId = string;

/** A fractional order key: see `order.ts`. Keys compare as strings; equal keys by id. */
export type OrderKey = string;

export const shapeTypes = ["note", "rect", "ellipse", "pen"] as const;
export type ShapeType = typeof shapeTypes[number];

export const colors = [
  "yellow", "orange", "red", "pink", "violet", "blue", "teal", "green", "gray", "white", "black",
] as const;
export type Color = typeof colors[number];

/** A color that a reader does not know is shown as this one. */
export const defaultColor: Readonly<Record<ShapeType, Color>> = {
  note: "yellow", rect: "black", ellipse: "black", pen: "black",
};

/** No name or subject of an author is longer, in UTF-16 units (256 bytes on the hub). */
export const longestName = 256;

/** Texts end after so many UTF-16 units. */
export const longestText = 10_000;

/** A stroke ends after so many numbers, two a point. */
export const longestPoints = 40_000;

/** The farthest from one point of a stroke to the next, in 1/8 px: 131,072 px. */
export const farthestStep = 2 ** 20;

/** Widths of strokes, 1/8 px. */
export const strokeSize = { least: 8, most: 512, usual: 32 } as const;

interface Common {
  readonly id: ShapeId;
  /** The upper left corner; for a stroke where its point (0, 0) lies. */
  readonly x: Eighth;
  readonly y: Eighth;
  readonly order: OrderKey;
  readonly color: Color;
  /** Who made it: the subject of the token, and the name at that time. Empty if not known. */
  readonly author: string;
  readonly name: string;
  /** When it was made, ms since 1970; 0 if not known. */
  readonly made: number;
}

interface Box extends Common {
  readonly w: Eighth;
  readonly h: Eighth;
  /** Plain text, lines separated by "\n". */
  readonly text: string;
}

export interface Note extends Box {
  readonly type: "note";
}

export interface Rect extends Box {
  readonly type: "rect";
}

export interface Ellipse extends Box {
  readonly type: "ellipse";
}

export interface Pen extends Common {
  readonly type: "pen";
  /** The width and height that the points are stretched to, from (x, y); absent: as drawn. */
  readonly w?: Eighth;
  readonly h?: Eighth;
  /** Width of the stroke, 1/8 px; it does not stretch. */
  readonly size: number;
  /** x, y, x, y … in 1/8 px from (x, y), before stretching. See `penPoints`. */
  readonly points: readonly number[];
}

export type Shape = Note | Rect | Ellipse | Pen;

/** A shape with room for text. */
export type TextShape = Note | Rect | Ellipse;

export const hasText = (shape: Shape): shape is TextShape => shape.type !== "pen";

/** A rectangle in document coordinates. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
