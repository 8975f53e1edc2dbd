/** What is kept beside the updates of a board: its epoch, and what each tab has not sent yet. */

/** How many changes of one tab were not known to be saved when it said so. */
interface TabMark {
  readonly epoch: number;
  readonly unsaved: number;
  /** No two marks of a board have the same. */
  readonly stamp: string;
}

export interface Marks {
  readonly epoch: number;
  /** Of all tabs. Pages before knew no more than this sum, and whoever came last wrote it. */
  readonly unsaved: number;
  /** Of that sum; the first pages gave it none. */
  readonly stamp?: string;
  /** Only of tabs with something unsaved. */
  readonly tabs?: Readonly<Record<string, TabMark>>;
}

/** A board with changes that are not known to be on the hub's disk. */
export interface Unsent {
  readonly room: string;
  readonly board: string;
  /** Of all tabs together; what one has taken over from another may count twice. */
  readonly count: number;
  /** Of the marks whose changes are loaded next. */
  readonly stamps: readonly string[];
}

/** How a change makes other marks of those that were there. */
export type Change = (before: Marks | undefined) => Marks | undefined;

/**
 * Whether something belongs to the board as it is: another tab may have kept some of a time before
 * the board was replaced. 0 and undefined: not known, the board was not there before.
 */
export const isOfEpoch = (row: { readonly epoch?: number }, epoch: number): boolean =>
  !row.epoch || epoch === 0 || row.epoch === epoch;

function tabsOf({ epoch, unsaved, stamp, tabs }: Marks): Readonly<Record<string, TabMark>> {
  if (tabs) return tabs;
  return unsaved > 0 ? { "": { epoch, unsaved, stamp: stamp ?? String(unsaved) } } : {};
}

const sum = (marks: readonly TabMark[]): number =>
  marks.reduce((count, { unsaved }) => count + unsaved, 0);

const marksOf = (epoch: number, tabs: Readonly<Record<string, TabMark>>): Marks =>
  ({ epoch, unsaved: sum(Object.values(tabs)), tabs });

/**
 * The epoch of which a board is to be loaded, and what of that waits. What a tab wrote before the
 * board was replaced comes first: the hub does not take it any more, and then that is told.
 */
export function toLoad(marks: Marks | undefined): {
  readonly epoch: number;
  readonly unsaved: number;
  readonly stamps: readonly string[];
} {
  if (!marks) return { epoch: 0, unsaved: 0, stamps: [] };
  const all = Object.values(tabsOf(marks));
  const epoch = all.find((one) => !isOfEpoch(one, marks.epoch))?.epoch ?? marks.epoch;
  const found = all.filter((one) => isOfEpoch(one, epoch));
  return { epoch, unsaved: sum(found), stamps: found.map(({ stamp }) => stamp) };
}

/** Takes marks away whose changes are on the hub's disk; what was marked anew since stays. */
export const without = (stamps: readonly string[]): Change => (before) => {
  if (!before) return undefined;
  const left = Object.entries(tabsOf(before)).filter(([, { stamp }]) => !stamps.includes(stamp));
  return marksOf(before.epoch, Object.fromEntries(left));
};

/** What one tab says of one board. */
export interface Marker {
  /** Of what the tab loads and adds from now on. */
  readonly epoch: number;
  /** The tab has all the changes that these count: whatever it says next counts them too. */
  load(marks: Marks | undefined): { readonly epoch: number; readonly unsaved: number };
  mark(marks: { readonly epoch: number; readonly unsaved: number }): Change;
  /** Nothing that the tab has loaded or said counts any more. */
  forget(): Change;
}

export function createMarker(): Marker {
  const tab = `${Date.now()} ${Math.random()}`;
  let turn = 0;
  let epoch = 0;
  let found: readonly string[] = [];
  const said = (unsaved: number, learnt: number): Change => {
    const own = { [tab]: { epoch, unsaved, stamp: `${tab} ${++turn}` } };
    return (before) => {
      const left = { ...without(found)(before)?.tabs };
      delete left[tab];
      return marksOf(learnt || (before?.epoch ?? 0), unsaved > 0 ? { ...left, ...own } : left);
    };
  };
  return {
    get epoch() { return epoch; },
    load(marks) {
      const { stamps, ...now } = toLoad(marks);
      found = stamps;
      epoch = now.epoch;
      return now;
    },
    mark(now) {
      // a tab that has been away for long knows an older one than all others
      const learnt = now.epoch === epoch ? 0 : now.epoch;
      epoch = now.epoch;
      return said(now.unsaved, learnt);
    },
    forget: () => said(0, 0),
  };
}

/** What waits of one person in one jam. */
export function unsentIn(
  all: readonly (readonly [name: string, marks: Marks | undefined])[],
  jam: string,
  sub: string,
): readonly Unsent[] {
  return all.flatMap(([name, marks]) => {
    const [inJam, room, board, of] = JSON.parse(name) as readonly string[];
    if (inJam !== jam || of !== sub || room === undefined || board === undefined) return [];
    const count = marks?.unsaved ?? 0;
    return count > 0 ? [{ room, board, count, stamps: toLoad(marks).stamps }] : [];
  });
}
