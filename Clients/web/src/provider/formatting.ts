/**
 * Texts of a board have no formatting, so nothing of it can be doubled.
 *
 * After each remote transaction Yjs 13.5 looks for that in every text which has changed: it goes
 * through all that is new, once for each of them, and ends each look with a transaction inside of
 * the one before. An update of 54 kilobytes was enough to overrun the stack of everybody's page.
 * After changes of our own it does not look, so for as long as listeners are told, every change
 * is one.
 */
import * as Y from "yjs";

interface Transaction {
  local: boolean;
}
interface Text {
  /** Where places in the text were found last; void after what others have changed. */
  readonly _searchMarker: unknown[] | null;
  _callObserver(transaction: Transaction, keys: unknown): void;
}

const text = Y.Text.prototype as unknown as Text;
const callObserver = text._callObserver;

text._callObserver = function tell(this: Text, transaction, keys) {
  if (transaction.local) return callObserver.call(this, transaction, keys);
  if (this._searchMarker) this._searchMarker.length = 0;
  transaction.local = true;
  try {
    callObserver.call(this, transaction, keys);
  } finally {
    transaction.local = false;
  }
};
