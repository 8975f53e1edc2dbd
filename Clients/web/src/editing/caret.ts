/** One replacement that turns one text into another. */
export interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly inserted: string;
}

/** The smallest single replacement; of several that would do, the one that ends at `caret`. */
export function editBetween(before: string, after: string, caret = after.length): Edit {
  const most = Math.min(before.length, after.length);
  let end = 0;
  const tail = Math.max(0, after.length - caret);
  const alike = (fromEnd: number): boolean =>
    before[before.length - 1 - fromEnd] === after[after.length - 1 - fromEnd];
  while (end < most && end < tail && alike(end)) end += 1;
  let start = 0;
  while (start < most - end && before[start] === after[start]) start += 1;
  while (end < most - start && alike(end)) end += 1;
  return {
    at: start,
    removed: before.length - start - end,
    inserted: after.slice(start, after.length - end),
  };
}

/** Where a caret goes when others change the text around it. */
export function keepCaret(before: string, after: string, caret: number): number {
  const { at, removed, inserted } = editBetween(before, after);
  if (caret <= at) return caret;
  if (caret >= at + removed) return caret + inserted.length - removed;
  return at;
}

/**
 * The text after an own edit from `shown` to `typed`, while the document already says `current`:
 * what others wrote since stays.
 */
export function rebased(shown: string, typed: string, current: string, caret?: number): string {
  if (shown === current) return typed;
  const { at, removed, inserted } = editBetween(shown, typed, caret);
  const from = keepCaret(shown, current, at);
  const to = Math.max(from, keepCaret(shown, current, at + removed));
  return current.slice(0, from) + inserted + current.slice(to);
}
