/**
 * Where letters would be too small to read, a text is drawn as bars, so that nobody takes a shape
 * that has one for empty.
 */

/** What is to be known of a text for that, in CSS pixels at 100 %. */
export interface Lines {
  readonly lineHeight: number;
  readonly count: number;
  width(index: number): number;
}

/** In CSS pixels at 100 %, from the top of the text; its middle is where the text has its. */
export interface Bar {
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Device pixels from one bar to the next: where lines are closer, one bar stands for several. */
const APART = 3;

/** How much of a line is bar: about what small letters are of it. */
const THICK = 0.42;

/** The bars of the lines from `first` up to `end`; `scale`: device pixels per CSS pixel at 100 %. */
export function barsOf(
  lines: Lines,
  scale: number,
  first: number,
  end: number,
): readonly Bar[] {
  const bars: Bar[] = [];
  const group = Math.max(1, Math.ceil(APART / (lines.lineHeight * scale)));
  // counted from the top of the text, or bars would dance while the board is moved
  for (let from = first - (first % group); from < end; from += group) {
    const to = Math.min(from + group, lines.count);
    let sum = 0;
    for (let index = from; index < to; index++) sum += lines.width(index);
    const height = (to - from) * lines.lineHeight;
    const y = from * lines.lineHeight + ((1 - THICK) / 2) * height;
    if (sum > 0) bars.push({ y, width: sum / (to - from), height: THICK * height });
  }
  return bars;
}

/** How wide a letter is on average, for a font size of 1, and how much of a line is full. */
const LETTER = 0.5;
const FULL = 0.85;

/** About the lines of a text that is not laid out. A board seen from far away has thousands. */
export function roughLines(
  text: string,
  width: number,
  height: number,
  largest: number,
  line: number,
): Lines {
  const letters = text.trim().length;
  const fitting = Math.sqrt((FULL * width * height) / (LETTER * line * Math.max(1, letters)));
  const size = Math.min(largest, fitting, height / line);
  const [full, all] = [FULL * width, letters * LETTER * size];
  const most = Math.max(1, Math.floor(height / (size * line)));
  return {
    lineHeight: size * line,
    count: Math.min(letters, most, Math.ceil(all / full)),
    width: (index) => Math.min(full, all - index * full),
  };
}
