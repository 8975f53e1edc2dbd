/**
 * Which edits are on the hub's disk. The hub counts the step 2 and update messages of a session
 * for a board and says "the first n are saved" (wire.md section 4), so we count the same.
 */

export interface Edits {
  readonly count: number;
  /** "root/key" of what they touched; undefined if not known. */
  readonly touched: ReadonlySet<string> | undefined;
}

export const noEdits: Edits = { count: 0, touched: new Set() };

interface Sent {
  readonly number: number;
  readonly isStep2: boolean;
  readonly edits: Edits;
}

export interface Ledger {
  /** Our step 2 has been sent, so what comes now is sent as it comes. */
  readonly answered: boolean;
  /** Messages sent since the board was opened. */
  readonly sent: number;
  /** Of these, what is not saved yet. */
  readonly flying: readonly Sent[];
  /** Edits that no message of this session carries yet. */
  readonly waiting: Edits;
}

export const emptyLedger: Ledger = { answered: false, sent: 0, flying: [], waiting: noEdits };

function joined(one: Edits, two: Edits): Edits {
  if (one.count === 0) return two;
  if (two.count === 0) return one;
  const touched = one.touched && two.touched && new Set([...one.touched, ...two.touched]);
  return { count: one.count + two.count, touched };
}

const all = (sent: readonly Sent[]): Edits =>
  sent.map(({ edits }) => edits).reduce(joined, noEdits);

export const unsaved = (ledger: Ledger): number =>
  all(ledger.flying).count + ledger.waiting.count;

/** So many edits are in the document that no session has carried, or none that we know of. */
export const found = (ledger: Ledger, edits: Edits): Ledger =>
  ({ ...ledger, waiting: joined(edits, ledger.waiting) });

/** One edit of this person. It is to be sent if `answered`; else the next step 2 has it. */
export function edited(ledger: Ledger, touched: ReadonlySet<string>): Ledger {
  const edits: Edits = { count: 1, touched };
  if (!ledger.answered) return found(ledger, edits);
  const number = ledger.sent + 1;
  const flying = [...ledger.flying, { number, isStep2: false, edits }];
  return { ...ledger, sent: number, flying };
}

/** A step 2 is sent: it carries whatever waited. */
export function answered(ledger: Ledger): Ledger {
  const number = ledger.sent + 1;
  const flying = [...ledger.flying, { number, isStep2: true, edits: ledger.waiting }];
  return { answered: true, sent: number, flying, waiting: noEdits };
}

/** The count starts again (opened, or the socket is gone): all that was not saved waits. */
export const restarted = (ledger: Ledger): Ledger =>
  ({ ...emptyLedger, waiting: joined(all(ledger.flying), ledger.waiting) });

/** The first `count` messages are on disk. */
export const saved = (ledger: Ledger, count: number): Ledger =>
  ({ ...ledger, flying: ledger.flying.filter(({ number }) => number > count) });

/** Whether a message was a step 2. */
export const isStep2 = (ledger: Ledger, number: number): boolean =>
  ledger.flying.some((sent) => sent.number === number && sent.isStep2);

/**
 * The hub refused message `number`, and the document has to go: what came before it counts on,
 * it and whatever came after it is lost.
 */
export function refused(
  ledger: Ledger,
  number: number,
): { readonly lost: Edits; readonly ledger: Ledger } {
  const before = ledger.flying.filter((sent) => sent.number < number);
  const after = ledger.flying.filter((sent) => sent.number >= number);
  return {
    lost: joined(all(after), ledger.waiting),
    ledger: { ...emptyLedger, waiting: all(before) },
  };
}
