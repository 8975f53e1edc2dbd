/** The fonts of the system; the text field over a shape has the same (styles.css). */
export const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';

const REFERENCE = 100;
const MOST = 5000;

/** Measures texts once and remembers them: laying out asks for the same words again and again. */
export function createMeasure(): (text: string) => number {
  const context = document.createElement("canvas").getContext("2d");
  const known = new Map<string, number>();
  if (context) context.font = `${REFERENCE}px ${FONT}`;
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const width = context ? context.measureText(text).width : text.length * REFERENCE * 0.55;
    if (known.size >= MOST) known.clear();
    known.set(text, width);
    return width;
  };
}

let below: number | null = null;

/**
 * How far the baseline lies below the middle of a line, for a font size of 1: where browsers put
 * it in a text field, so that a text does not jump when its field closes.
 */
export function baselineBelowMiddle(): number {
  if (below !== null) return below;
  const context = document.createElement("canvas").getContext("2d");
  if (context) context.font = `${REFERENCE}px ${FONT}`;
  const measured = context?.measureText("x");
  const ascent = measured?.fontBoundingBoxAscent ?? 0.93 * REFERENCE;
  const descent = measured?.fontBoundingBoxDescent ?? 0.24 * REFERENCE;
  return (below = (ascent - descent) / 2 / REFERENCE);
}
