/** Width of a text in CSS pixels at a font size of 100 px. */
export type Measure = (text: string) => number;

export interface TextLine {
  readonly text: string;
  /** CSS pixels at the layout's size. */
  readonly width: number;
}

export interface TextLayout {
  readonly size: number;
  readonly lineHeight: number;
  readonly lines: readonly TextLine[];
  readonly height: number;
}

export const LINE = 1.28;
const REFERENCE = 100;

/** Sizes a text may shrink through; the last one is used even where it overflows. */
const SIZES = [28, 26, 24, 22, 20, 18, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4] as const;

/**
 * The largest size at which `text` fits into `width` x `height` CSS pixels. Shrinks rather than
 * breaks a word, down to `comfortable`; below that, words break.
 */
export function fitText(
  text: string,
  width: number,
  height: number,
  measure: Measure,
  largest: number = SIZES[0],
  comfortable = 11,
): TextLayout {
  let last = wrapText(text, SIZES[SIZES.length - 1] ?? 4, width, measure);
  const sizes = SIZES.filter((size) => size <= largest);
  let low = 0;
  let high = sizes.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const size = sizes[middle] ?? largest;
    const layout = wrapText(text, size, width, measure);
    const broken = size > comfortable && longestWord(text, measure) * (size / REFERENCE) > width;
    if (layout.height <= height && !broken) {
      last = layout;
      high = middle - 1;
    } else {
      low = middle + 1;
    }
  }
  return last;
}

/** Breaks lines as a textarea with `pre-wrap` and `overflow-wrap: anywhere` does. */
export function wrapText(
  text: string,
  size: number,
  width: number,
  measure: Measure,
): TextLayout {
  const scale = size / REFERENCE;
  const lines: TextLine[] = [];
  for (const paragraph of text.split("\n")) {
    for (const line of wrapParagraph(paragraph, width / scale, measure)) {
      lines.push({ text: line, width: measure(line) * scale });
    }
  }
  const lineHeight = size * LINE;
  return { size, lineHeight, lines, height: lines.length * lineHeight };
}

function wrapParagraph(paragraph: string, width: number, measure: Measure): string[] {
  const lines: string[] = [];
  let line = "";
  const flush = (): void => {
    lines.push(line.trimEnd());
    line = "";
  };
  for (const piece of pieces(paragraph)) {
    if (measure((line + piece).trimEnd()) <= width) {
      line += piece;
      continue;
    }
    if (line !== "") flush();
    if (measure(piece.trimEnd()) <= width) {
      line = piece.trimStart() === "" ? "" : piece;
      continue;
    }
    for (const letter of letters(piece)) {
      if (line !== "" && measure(line + letter) > width) flush();
      line += letter;
    }
  }
  flush();
  return lines;
}

/** A line may end after a space, after a hyphen, and between characters of the wide scripts. */
const WIDE = "\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff";
const PIECE = new RegExp(
  `[${WIDE}]\\s*|[^\\s\\-${WIDE}]*(?:-+|\\s+)|[^\\s\\-${WIDE}]+`,
  "gu",
);

function pieces(paragraph: string): readonly string[] {
  return paragraph.match(PIECE) ?? [];
}

function longestWord(text: string, measure: Measure): number {
  let longest = 0;
  for (const piece of pieces(text.replace(/\n/g, " "))) {
    longest = Math.max(longest, measure(piece.trimEnd()));
  }
  return longest;
}

/** What a reader takes for one letter: an accent or a flag is not torn from what it belongs to. */
export function letters(text: string): readonly string[] {
  const { Segmenter } = Intl as unknown as { readonly Segmenter?: SegmenterClass };
  if (!Segmenter) return Array.from(text);
  const segments = new Segmenter(undefined, { granularity: "grapheme" }).segment(text);
  return Array.from(segments, (part) => part.segment);
}

/** Newer than the library of types that is compiled against; not in every browser yet. */
interface SegmenterClass {
  new (locale: undefined, options: { readonly granularity: "grapheme" }): {
    segment(text: string): Iterable<{ readonly segment: string }>;
  };
}
