/**
 * Which edits are on the hub's disk. The hub counts the step 2 and update messages of a session
 * for a board and says "the first n are saved" (wire.md section 4), so we count the same.
 */

export interface Edits {
  readonly count: number;
  /** What they touched; undefined if not known. */
  readonly touched: Touched | undefined;
}

/**
 * Sets of "root/key", joined only when a loss is told (`touchedOf`): while a hub cannot save,
 * thousands of edits wait, and are counted with each more.
 */
type Touched = ReadonlySet<string> | readonly [Touched, Touched];

export const noEdits: Edits = { count: 0, touched: new Set() };

interface Sent {
  readonly number: number;
  readonly isStep2: boolean;
  readonly edits: Edits;
}

/** The newest first, so that one more costs the same however many there are. */
type Flying = { readonly newest: Sent; readonly before: Flying } | undefined;

export interface Ledger {
  /** Our step 2 has been sent, so what comes now is sent as it comes. */
  readonly answered: boolean;
  /** Messages sent since the board was opened. */
  readonly sent: number;
  /** Of these, what is not saved yet. */
  readonly flying: Flying;
  /** How many edits are flying. */
  readonly aloft: number;
  /** Edits that no message of this session carries yet. */
  readonly waiting: Edits;
}

export const emptyLedger: Ledger =
  { answered: false, sent: 0, flying: undefined, aloft: 0, waiting: noEdits };

function joined(one: Edits, two: Edits): Edits {
  if (one.count === 0) return two;
  if (two.count === 0) return one;
  const touched: Touched | undefined = one.touched && two.touched && [one.touched, two.touched];
  return { count: one.count + two.count, touched };
}

/** In the order in which they were sent. */
function listed(flying: Flying): readonly Sent[] {
  const sent: Sent[] = [];
  for (let one = flying; one; one = one.before) sent.push(one.newest);
  return sent.reverse();
}

const all = (sent: readonly Sent[]): Edits =>
  sent.map(({ edits }) => edits).reduce(joined, noEdits);

const countOf = (sent: readonly Sent[]): number =>
  sent.reduce((sum, { edits }) => sum + edits.count, 0);

/** "root/key" of what the edits touched; undefined if not known. */
export function touchedOf({ touched }: Edits): ReadonlySet<string> | undefined {
  if (!touched) return undefined;
  const keys = new Set<string>();
  const rest: Touched[] = [touched];
  for (let next = rest.pop(); next; next = rest.pop()) {
    if ("length" in next) rest.push(next[1], next[0]);
    else next.forEach((key) => keys.add(key));
  }
  return keys;
}

export const unsaved = (ledger: Ledger): number => ledger.aloft + ledger.waiting.count;

/** So many edits are in the document that no session has carried, or none that we know of. */
export const found = (ledger: Ledger, edits: Edits): Ledger =>
  ({ ...ledger, waiting: joined(edits, ledger.waiting) });

/** One edit of this person. It is to be sent if `answered`; else the next step 2 has it. */
export function edited(ledger: Ledger, touched: ReadonlySet<string>): Ledger {
  const edits: Edits = { count: 1, touched };
  if (!ledger.answered) return found(ledger, edits);
  const number = ledger.sent + 1;
  const flying: Flying = { newest: { number, isStep2: false, edits }, before: ledger.flying };
  return { ...ledger, sent: number, flying, aloft: ledger.aloft + 1 };
}

/** A step 2 is sent: it carries whatever waited. */
export function answered(ledger: Ledger): Ledger {
  const number = ledger.sent + 1;
  const newest: Sent = { number, isStep2: true, edits: ledger.waiting };
  const flying: Flying = { newest, before: ledger.flying };
  const aloft = ledger.aloft + ledger.waiting.count;
  return { answered: true, sent: number, flying, aloft, waiting: noEdits };
}

/** The count starts again (opened, or the socket is gone): all that was not saved waits. */
export const restarted = (ledger: Ledger): Ledger =>
  ({ ...emptyLedger, waiting: joined(all(listed(ledger.flying)), ledger.waiting) });

/** The first `count` messages are on disk. */
export function saved(ledger: Ledger, count: number): Ledger {
  const left = listed(ledger.flying).filter(({ number }) => number > count);
  const flying = left.reduce((before: Flying, newest) => ({ newest, before }), undefined);
  return { ...ledger, flying, aloft: countOf(left) };
}

/** Whether a message was a step 2. */
export const isStep2 = (ledger: Ledger, number: number): boolean =>
  listed(ledger.flying).some((sent) => sent.number === number && sent.isStep2);

/**
 * The hub refused message `number`, and the document has to go: what came before it counts on,
 * it and whatever came after it is lost.
 */
export function refused(
  ledger: Ledger,
  number: number,
): { readonly lost: Edits; readonly ledger: Ledger } {
  const sent = listed(ledger.flying);
  const before = sent.filter((one) => one.number < number);
  const after = sent.filter((one) => one.number >= number);
  return {
    lost: joined(all(after), ledger.waiting),
    ledger: { ...emptyLedger, waiting: all(before) },
  };
}
