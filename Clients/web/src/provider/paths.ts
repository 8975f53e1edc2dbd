/**
 * Where events happened, found out once.
 *
 * For every type above them Yjs 13.5 sorts the events of a transaction by the lengths of their
 * paths, also where nobody listens, and finds a path anew at every look, by counting through the
 * lists on the way: an update of a few kilobytes could keep a page busy for many seconds. The
 * results are the same here; what is counted in a list is kept until the document changes.
 */
import * as Y from "yjs";

type Path = (string | number)[];

/** The parts of Yjs' items, types and documents that say what is where. */
interface Item {
  readonly parent: Type;
  readonly parentSub: string | null;
  readonly deleted: boolean;
  readonly right: Item | null;
}
interface Type {
  readonly _item: Item | null;
  readonly _start: Item | null;
  /** Who listens to it and to what is below. */
  readonly _dEH: { readonly l: readonly unknown[] };
}
interface Doc {
  readonly _transaction: unknown;
  /** Transactions whose events are being told; one more for each edit that a listener makes. */
  readonly _transactionCleanups: readonly unknown[];
}
interface Transaction {
  readonly doc: Doc;
}
interface Event {
  readonly target: Type;
  readonly currentTarget: Type;
  readonly transaction: Transaction;
}

/** What was found out while the document did not change. */
interface Found {
  readonly edits: number;
  readonly paths: Map<Event, { readonly from: Type; readonly path: Path }>;
  readonly places: Map<Type, ReadonlyMap<Item, number>>;
}

const kept = new WeakMap<Transaction, Found>();
const nothing = (edits: number): Found => ({ edits, paths: new Map(), places: new Map() });

function foundSoFar(transaction: Transaction): Found {
  const { _transaction, _transactionCleanups: told } = transaction.doc;
  // in the middle of an edit, or long after: it may be different at the next look
  if (_transaction !== null || !told.includes(transaction)) return nothing(0);
  const known = kept.get(transaction);
  if (known?.edits === told.length) return known;
  const fresh = nothing(told.length);
  kept.set(transaction, fresh);
  return fresh;
}

/** As Yjs has it, the number of items before it that are not deleted, however long they are. */
function placeOf(item: Item, places: Found["places"]): number {
  let all = places.get(item.parent);
  if (!all) {
    const counted = new Map<Item, number>();
    let place = 0;
    for (let one = item.parent._start; one; one = one.right) {
      counted.set(one, place);
      if (!one.deleted) place++;
    }
    places.set(item.parent, (all = counted));
  }
  return all.get(item) ?? all.size;
}

/** `event.path` of Yjs: the keys and places that lead from `currentTarget` to `target`. */
export function pathOf(event: Event): Path {
  const { target, currentTarget: from, transaction } = event;
  // nobody is told: only Yjs looks, to sort
  if (from !== target && from._dEH.l.length === 0) return [];
  const { paths, places } = foundSoFar(transaction);
  const known = paths.get(event);
  if (known?.from === from) return known.path;
  const path: Path = [];
  let type = target;
  while (type._item !== null && type !== from) {
    path.push(type._item.parentSub ?? placeOf(type._item, places));
    type = type._item.parent;
  }
  path.reverse();
  paths.set(event, { from, path });
  return path;
}

/** The way of Yjs, to compare with. */
export const pathByYjs = Object.getOwnPropertyDescriptor(Y.YEvent.prototype, "path")?.get;

Object.defineProperty(Y.YEvent.prototype, "path", {
  configurable: true,
  get(this: Event) {
    return pathOf(this);
  },
});
