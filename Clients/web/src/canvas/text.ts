import { withEllipsis } from "./ellipsis";
import { createPieces } from "./pieces";
import type { Measure, Piece, Pieces } from "./pieces";

export { letters } from "./pieces";
export type { Measure } from "./pieces";

export interface TextLine {
  readonly text: string;
  /** CSS pixels at the layout's size. */
  readonly width: number;
  /** Only of a line so long that it is drawn in parts. */
  readonly parts?: readonly TextPart[];
}

export interface TextPart {
  readonly text: string;
  /** From where the line begins, in CSS pixels at the layout's size. */
  readonly x: number;
}

export interface TextLayout {
  readonly size: number;
  readonly lineHeight: number;
  /** Of a text too long for any size those that there is room for; the last ends with "…". */
  readonly lines: readonly TextLine[];
  /** Of the widest line. */
  readonly width: number;
  readonly height: number;
}

export const LINE = 1.28;
const REFERENCE = 100;

/** Sizes a text may shrink through … */
const SIZES = [28, 26, 24, 22, 20, 18, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4] as const;

/** … and those of very long ones, which one reads by zooming in. */
const TINY = [
  3.5, 3.1, 2.7, 2.4, 2.1, 1.85, 1.6, 1.4, 1.25, 1.1, 0.95, 0.85, 0.75, 0.65, 0.57, 0.5, 0.45, 0.4,
] as const;

/** Smaller letters could not be read at the largest zoom either: there they are 12 CSS pixels. */
export const SMALLEST = 0.4;

/** A line of more UTF-16 units is drawn in parts of so many, those outside the window not at all. */
const PART = 200;

/**
 * The largest size at which `text` fits into `width` x `height` CSS pixels. Shrinks rather than
 * breaks a word, down to `comfortable`; below that, words break. What does not fit at the smallest
 * size is cut off. The time it takes grows with the length of the text and with nothing else.
 */
export function fitText(
  text: string,
  width: number,
  height: number,
  measure: Measure,
  largest: number = SIZES[0],
  comfortable = 11,
): TextLayout {
  return fitPieces(piecesFor(text, width, measure), width, height, largest, comfortable);
}

/** A text to be fitted into `width`. */
export function piecesFor(
  text: string,
  width: number,
  measure: Measure,
  check?: () => void,
): Pieces {
  return createPieces(text, measure, (width / SMALLEST) * REFERENCE, check);
}

/** `fitText` of what `piecesFor` made; to be called again if `check` has thrown. */
export function fitPieces(
  pieces: Pieces,
  width: number,
  height: number,
  largest: number = SIZES[0],
  comfortable = 11,
): TextLayout {
  const usual = SIZES.filter((size) => size <= largest);
  return (
    fitSizes(pieces, width, height, usual, comfortable) ??
    fitSizes(pieces, width, height, TINY, comfortable) ??
    cut(pieces, width, height)
  );
}

/** At the largest of `sizes`, which become smaller, at which all of the text fits. */
function fitSizes(
  pieces: Pieces,
  width: number,
  height: number,
  sizes: readonly number[],
  comfortable: number,
): TextLayout | null {
  let last: TextLayout | null = null;
  let low = 0;
  let high = sizes.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const size = sizes[middle] ?? SMALLEST;
    const most = Math.floor(height / (size * LINE)) + 2;
    const wrapped = wrap(pieces, size, width, most, size <= comfortable);
    if (wrapped && wrapped.height <= height) {
      last = wrapped;
      high = middle - 1;
    } else {
      low = middle + 1;
    }
  }
  return last;
}

/** As many lines of the smallest size as there is room for, and at least one. */
function cut(pieces: Pieces, width: number, height: number): TextLayout {
  const most = Math.max(1, Math.floor(height / (SMALLEST * LINE)));
  const lines = wrap(pieces, SMALLEST, width, most + 1, true)?.lines ?? [];
  const last = lines[most - 1];
  if (lines.length <= most || !last) return layoutOf(lines, SMALLEST);
  const scale = SMALLEST / REFERENCE;
  const end = withEllipsis(last, width, (text) => pieces.measure(text) * scale);
  return layoutOf([...lines.slice(0, most - 1), end], SMALLEST);
}

/** Breaks lines as a textarea with `pre-wrap` and `overflow-wrap: anywhere` does. */
export function wrapText(
  text: string,
  size: number,
  width: number,
  measure: Measure,
): TextLayout {
  const pieces = createPieces(text, measure, (width / size) * REFERENCE);
  return wrap(pieces, size, width, Infinity, true) ?? layoutOf([], size);
}

/** Not more than `most` lines; null if a word had to be broken and may not. */
function wrap(
  pieces: Pieces,
  size: number,
  width: number,
  most: number,
  mayBreak: boolean,
): TextLayout | null {
  const scale = size / REFERENCE;
  const room = width / scale;
  const lines: TextLine[] = [];
  let line = createLine(pieces.text, 0);
  const flush = (next: number): void => {
    lines.push(line.done(scale));
    line = createLine(pieces.text, next);
  };
  for (let index = 0; lines.length < most; index++) {
    const piece = pieces.at(index);
    if (!piece || piece.isNewLine) {
      flush(piece?.to ?? 0);
      if (!piece) break;
      continue;
    }
    if (piece.word > 0 && line.length > 0 && line.reach + piece.word > room) flush(piece.from);
    if (piece.word > room && !mayBreak) return null;
    if (piece.word > room || piece.wordEnd - piece.from > PART) addLetters(piece);
    else line.add(piece.wordEnd, piece.word, piece.to, piece.white);
  }
  return layoutOf(lines, size);

  function addLetters(piece: Piece): void {
    let from = piece.from;
    for (const { end, width: letter } of piece.letters()) {
      if (line.length > 0 && line.reach + letter > room) flush(from);
      if (lines.length >= most) return;
      line.add(end, letter, end, 0);
      from = end;
    }
    line.add(piece.wordEnd, 0, piece.to, piece.white);
  }
}

function layoutOf(lines: readonly TextLine[], size: number): TextLayout {
  const lineHeight = size * LINE;
  const width = lines.reduce((widest, line) => Math.max(widest, line.width), 0);
  return { size, lineHeight, lines, width, height: lines.length * lineHeight };
}

/** A line as it grows, in widths at the reference size. */
interface Line {
  /** How much is on it, white space at the end included. */
  readonly length: number;
  /** Where the next piece would begin. */
  readonly reach: number;
  add(wordEnd: number, word: number, to: number, white: number): void;
  done(scale: number): TextLine;
}

function createLine(text: string, from: number): Line {
  const starts: { readonly at: number; readonly x: number }[] = [{ at: from, x: 0 }];
  let wordEnd = from;
  let to = from;
  let width = 0;
  let white = 0;
  return {
    get length() {
      return to - from;
    },
    get reach() {
      return width + white;
    },
    add(end, word, next, space) {
      const begin = starts[starts.length - 1]?.at ?? from;
      if (end - begin > PART && to > begin) starts.push({ at: to, x: width + white });
      if (end > to) {
        width += white + word;
        white = space;
        wordEnd = end;
      } else {
        white += space; // only white space
      }
      to = next;
    },
    done(scale) {
      const line = { text: text.slice(from, wordEnd), width: width * scale };
      if (starts.length === 1) return line;
      const parts = starts.map(({ at, x }, index) => {
        const end = Math.min(starts[index + 1]?.at ?? wordEnd, wordEnd);
        return { text: text.slice(at, end), x: x * scale };
      });
      return { ...line, parts };
    },
  };
}
