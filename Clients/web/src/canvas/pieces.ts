/**
 * A text cut into what stays together on a line, each piece measured once and only when a layout
 * gets that far: anybody can write a text that is all one word, or ten thousand different ones.
 */

/** Width of a text in CSS pixels at a font size of 100 px. */
export type Measure = (text: string) => number;

/** A letter of a word that is broken: where it ends in the text, and its width. */
export interface Letter {
  readonly end: number;
  readonly width: number;
}

export interface Piece {
  readonly from: number;
  /** Where the word ends; white space up to `to` follows. Both are `from` for a new line. */
  readonly wordEnd: number;
  readonly to: number;
  readonly isNewLine: boolean;
  /** Exact up to the widest line asked for; beyond it only known to be wider. */
  readonly word: number;
  readonly white: number;
  readonly letters: Letters;
}

/** The pieces in order; `at` returns undefined after the last one. */
export interface Pieces {
  readonly text: string;
  readonly measure: Measure;
  at(index: number): Piece | undefined;
}

/** A line may end after a space, after a hyphen, and between characters of the wide scripts. */
const WIDE = "\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff";
const WHITE = "[^\\S\\n]";
const PIECE = new RegExp(
  `\\n|[${WIDE}]${WHITE}*|[^\\s\\-${WIDE}]*(?:-+|${WHITE}+)|[^\\s\\-${WIDE}]+`,
  "gu",
);

/** What is longer, in UTF-16 units, is measured in parts: shaping long runs is slow. */
const RUN = 32;

/** Different words measured whole, with their kerning; what is more only letter by letter. */
const WHOLE_WORDS = 1500;

/**
 * `widest`: no line will have more room than this, at a font size of 100 px. `check` is called
 * now and then while measuring and may throw: what is measured already stays so.
 */
export function createPieces(
  text: string,
  measure: Measure,
  widest: number,
  check: () => void = () => undefined,
): Pieces {
  const matches = text.matchAll(PIECE);
  const known: Piece[] = [];
  let reading: { readonly part: string; readonly from: number; letters: Letters } | undefined;
  const whole = new Map<string, number>();

  function width(part: string): number {
    if (part.length === 0) return 0;
    let sum = whole.get(part);
    if (sum !== undefined) return sum;
    if (part.length <= RUN && whole.size < WHOLE_WORDS) {
      whole.set(part, (sum = measure(part)));
      return sum;
    }
    sum = 0;
    for (const letter of part) sum += measure(letter);
    return sum;
  }

  function read(part: string, from: number, letters: Letters): Piece {
    const to = from + part.length;
    if (part === "\n") {
      return { from, wordEnd: from, to, isNewLine: true, word: 0, white: 0, letters };
    }
    const word = part.trimEnd();
    return {
      from,
      wordEnd: from + word.length,
      to,
      isNewLine: false,
      word: word.length <= RUN ? width(word) : sumUpTo(letters(), widest),
      white: width(part.slice(word.length)),
      letters,
    };
  }

  return {
    text,
    measure,
    at(index) {
      while (known.length <= index) {
        check();
        if (!reading) {
          const next = matches.next();
          if (next.done) return undefined;
          const [part = "", from = 0] = [next.value[0], next.value.index];
          reading = { part, from, letters: createLetters(part.trimEnd(), from, measure, check) };
        }
        known.push(read(reading.part, reading.from, reading.letters));
        reading = undefined;
      }
      return known[index];
    },
  };
}

type Letters = () => Iterable<Letter>;

function sumUpTo(letters: Iterable<Letter>, most: number): number {
  let sum = 0;
  for (const { width } of letters) {
    sum += width;
    if (sum > most) break;
  }
  return sum;
}

/**
 * The letters of a word from a place in the text, measured as far as they are read. Each run is
 * measured whole too, and its letters scaled to that: alone they would have no kerning.
 */
function createLetters(
  word: string,
  from: number,
  measure: Measure,
  check: () => void,
): Letters {
  const known: Letter[] = [];
  let rest: Iterator<string> | undefined;

  function more(): void {
    check();
    rest ??= eachLetter(word)[Symbol.iterator]();
    const run: string[] = [];
    for (let length = 0; length < RUN; ) {
      const next = rest.next();
      if (next.done) break;
      run.push(next.value);
      length += next.value.length;
    }
    const widths = run.map(measure);
    const sum = widths.reduce((all, one) => all + one, 0);
    const scale = sum > 0 ? measure(run.join("")) / sum : 1;
    let end = known[known.length - 1]?.end ?? from;
    run.forEach((letter, index) => {
      end += letter.length;
      known.push({ end, width: (widths[index] ?? 0) * scale });
    });
  }

  return function* letters() {
    for (let at = 0; ; at++) {
      if (at >= known.length) more();
      const letter = known[at];
      if (!letter) return;
      yield letter;
    }
  };
}

/** What a reader takes for one letter: an accent or a flag is not torn from what it belongs to. */
export function letters(text: string): readonly string[] {
  return Array.from(eachLetter(text));
}

function* eachLetter(text: string): Iterable<string> {
  const { Segmenter } = Intl as unknown as { readonly Segmenter?: SegmenterClass };
  if (!Segmenter) return yield* text;
  segmenter ??= new Segmenter(undefined, { granularity: "grapheme" });
  for (const { segment } of segmenter.segment(text)) {
    // thousands of accents on one letter are nobody's language
    for (let at = 0; at < segment.length; at += RUN) yield segment.slice(at, at + RUN);
  }
}

let segmenter: Segmenting | undefined;

interface Segmenting {
  segment(text: string): Iterable<{ readonly segment: string }>;
}

/** Newer than the library of types that is compiled against; not in every browser yet. */
interface SegmenterClass {
  new (locale: undefined, options: { readonly granularity: "grapheme" }): Segmenting;
}
