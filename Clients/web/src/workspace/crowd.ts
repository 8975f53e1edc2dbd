/** How much of others is drawn: a board does not come to a halt however many say they are here. */

/** Pages of one name that are drawn: somebody may well have two or three. */
const EACH = 4;
export const MOST_CURSORS = 100;
export const MOST_OUTLINES = 200;

/** The first `most`, of one name not more than a few. */
export function fewOf<T extends { readonly name: string }>(
  ordered: Iterable<T>,
  most: number,
): readonly T[] {
  const times = new Map<string, number>();
  const few: T[] = [];
  for (const one of ordered) {
    if (few.length >= most) break;
    const count = (times.get(one.name) ?? 0) + 1;
    times.set(one.name, count);
    if (count <= EACH) few.push(one);
  }
  return few;
}

export interface Selecting {
  readonly name: string;
  readonly color: string;
  readonly selection: readonly string[];
}

/** Who has selected what: each shape once for a name, and not too many in all. */
export function outlined<T extends Selecting>(
  others: readonly T[],
): readonly { readonly other: T; readonly ids: readonly string[] }[] {
  const drawn = new Map<string, Set<string>>();
  let left = MOST_OUTLINES;
  const selecting = others.filter((one) => one.selection.length > 0);
  return fewOf(selecting, MOST_OUTLINES).map((other) => {
    const before = drawn.get(other.name) ?? new Set();
    drawn.set(other.name, before);
    const ids = other.selection.filter((id) => !before.has(id)).slice(0, left);
    ids.forEach((id) => before.add(id));
    left -= ids.length;
    return { other, ids };
  });
}
