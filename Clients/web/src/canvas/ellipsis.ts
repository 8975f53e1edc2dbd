import { letters } from "./pieces";
import type { Measure } from "./pieces";
import type { TextLine } from "./text";

const ELLIPSIS = "…";

/** The line, shortened until "…" behind it fits into `room` as well; widths are those of `measure`. */
export function withEllipsis(line: TextLine, room: number, measure: Measure): TextLine {
  const mark = measure(ELLIPSIS);
  const kept = [...letters(line.text)];
  let width = line.width;
  while (kept.length > 0 && width + mark > room) width -= measure(kept.pop() ?? "");
  width = kept.length > 0 ? width : 0;
  const text = kept.join("");
  const whole = { text: text + ELLIPSIS, width: width + mark };
  if (!line.parts) return whole;
  let from = 0;
  const parts = line.parts.flatMap((part) => {
    const rest = text.slice(from, from + part.text.length);
    from += part.text.length;
    return rest === "" ? [] : [{ text: rest, x: part.x }];
  });
  return { ...whole, parts: [...parts, { text: ELLIPSIS, x: width }] };
}
