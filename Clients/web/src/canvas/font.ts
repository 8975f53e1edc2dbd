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
