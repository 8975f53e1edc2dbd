/** One board of a room: its document, in step with the hub over every connection. */
import * as Y from "yjs";
import type { Message, Reject } from "../protocol/messages";
import { createBreaks } from "./breaks";
import { createBurials } from "./buried";
import { createDocument } from "./document";
import type { LiveDocument } from "./document";
import type { Environment, Timer } from "./environment";
import * as ledgers from "./ledger";
import { createListeners } from "./listeners";
import { createLosses } from "./losses";
import type { BoardKey, BoardStore, OfflineStore } from "./store";
import type { BoardConnection, Loss, OpenDocument } from "./types";

/** What the room does with a board. */
export interface Board {
  readonly connection: BoardConnection;
  /** Why the hub does not take what is here now; undefined if it does. */
  readonly refusal: string | undefined;
  /** There is a connection: join. */
  connected(send: (message: Message) => void): void;
  disconnected(): void;
  /** Announces our state anew, which the hub sends back to us. */
  probe(): void;
  receive(message: Message): void;
  /** The hub did not open the board. */
  notOpened(code: string): void;
  /** What was refused for a freeze is offered again. */
  unfrozen(): void;
  close(): void;
}

export interface BoardUses {
  readonly key: BoardKey;
  readonly store: OfflineStore;
  readonly environment: Environment;
  /** Status, unsaved count or synced may have changed. */
  readonly changed: () => void;
}

/**
 * After these the document is kept, and offered again later (wire.md section 4, reject). Not after
 * `document-limit`: one step 2 would have what made the board too big together with the deletions
 * that make room, and never be taken.
 */
const passes = (code: Reject["code"], isStep2: boolean): boolean =>
  code === "not-saving" || code === "foreign-client" || (code === "frozen" && isStep2);
const offerAgain = { usually: 10_000, frozen: 60_000 };

const forget = (store: BoardStore): void => store.forget();
const setAside = (store: BoardStore): void => store.setAside();

export function createBoard(uses: BoardUses): Board {
  const { key, environment, changed } = uses;
  const documents = createListeners<OpenDocument>();
  const losses = createLosses(environment);
  const burials = createBurials(environment);
  const syncs = createListeners<void>();

  let ledger = ledgers.emptyLedger;
  let send: ((message: Message) => void) | undefined;
  let epoch = 0;
  let isLoaded = false;
  /** `open` was answered on this connection. */
  let opened = false;
  let synced = false;
  let refusal: string | undefined;
  let retry: Timer | undefined;
  const breaks = createBreaks(environment);
  /** Each document has its own: what was refused stays until that is told. */
  let store = uses.store.open(key);
  let live: LiveDocument = start();

  function start(): LiveDocument {
    return createDocument({
      store, environment,
      edited(update, touched) {
        if (ledger.answered) send?.({ is: "update", update });
        ledger = ledgers.edited(ledger, touched);
        count();
      },
      announce: (update) => opened && send?.({ is: "awareness", update }),
      broken,
    });
  }

  function count(): void {
    // before, it would say nothing of what is kept
    if (isLoaded) store.mark({ epoch, unsaved: ledgers.unsaved(ledger) });
    changed();
  }

  function open(): void {
    if (!send || !isLoaded || breaks.areTooMany) return;
    retry?.cancel();
    opened = false;
    ledger = ledgers.restarted(ledger);
    send({ is: "open", epoch });
  }

  /**
   * What we have is not what the board is: a new document. `loss` is told later, and as long as it
   * is not, a reload finds what there was, which is then offered to the hub, or refused, again.
   */
  function startAgain(loss: Omit<Loss, "refused"> | undefined, done: (store: BoardStore) => void) {
    const [old, kept] = [live, store];
    const state = old.presence.awareness.getLocalState();
    if (loss) losses.add({ ...loss, refused: old.doc }, () => done(kept));
    old.release();
    burials.forget();
    store = uses.store.open(key);
    live = start();
    live.presence.awareness.setLocalState(state);
    synced = false;
    refusal = undefined;
    if (!loss) done(kept);
    documents.tell(connection);
  }

  /**
   * Yjs failed inside: from now on the document may stand still, or say what is not so. Another
   * one is read from the hub.
   */
  function broken(error: unknown): void {
    const { waiting } = ledgers.restarted(ledger);
    ledger = ledgers.emptyLedger;
    opened = false;
    const isLost = waiting.count > 0;
    const touched = ledgers.touchedOf(waiting);
    // in part it may be readable by a later page
    startAgain(
      isLost ? { code: "broken", reason: String(error), touched } : undefined,
      isLost || !isLoaded ? setAside : forget,
    );
    const wait = breaks.another();
    retry?.cancel();
    if (wait === undefined) losses.tell();
    else retry = environment.after(wait, open);
    count();
  }

  /** False if it broke the document. */
  function attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      broken(error);
      return false;
    }
  }

  function joined(told: number): void {
    if (epoch !== 0 && told !== epoch) {
      const { waiting } = ledgers.restarted(ledger);
      ledger = ledgers.emptyLedger;
      const reason = "the board was replaced or restored";
      const touched = ledgers.touchedOf(waiting);
      startAgain(waiting.count > 0 ? { code: "replaced", reason, touched } : undefined, forget);
    }
    opened = true;
    epoch = told;
    refusal = undefined;
    ledger = ledgers.restarted(ledger);
    send?.({ is: "step1", stateVector: Y.encodeStateVector(live.doc) });
    live.presence.announce();
    count();
  }

  const take = (update: Uint8Array): boolean =>
    attempt(() => burials.during(() => live.receive(update)));

  function arrived(): void {
    if (!synced) {
      synced = true;
      syncs.tell();
    }
    losses.tell();
    changed();
  }

  /** The document stays, with all that is not saved; the hub is asked again later. */
  function hold(code: string): void {
    refusal = code;
    ledger = ledgers.restarted(ledger);
    retry?.cancel();
    // The end of a freeze is told; that this is missed is not likely, but would be for ever.
    const wait = code === "frozen" ? offerAgain.frozen : offerAgain.usually;
    retry = environment.after(wait, open);
    count();
  }

  function rejected({ number, code, reason }: Reject): void {
    if (passes(code, ledgers.isStep2(ledger, number))) return hold(code);
    const { lost, ledger: kept } = ledgers.refused(ledger, number);
    ledger = kept;
    // Refused without an edit that we know of: it came from the store, in part or all.
    const touched = lost.count > 0 ? ledgers.touchedOf(lost) : undefined;
    startAgain({ code, reason, touched }, forget);
    open();
    count();
  }

  function receive(message: Message): void {
    if (message.is === "opened") return joined(message.epoch);
    // Until the board is opened again, what comes is of the time before.
    if (!opened) return;
    switch (message.is) {
      case "step1":
        if (refusal !== undefined) return;
        attempt(() => {
          burials.expect(live.doc, message.stateVector);
          send?.({ is: "step2", update: Y.encodeStateAsUpdate(live.doc, message.stateVector) });
          ledger = ledgers.answered(ledger);
        });
        return count();
      case "step2":
        if (take(message.update)) arrived();
        return;
      case "update": return void take(message.update);
      case "awareness": return live.presence.receive(message.update);
      case "query-awareness": return live.presence.announce();
      case "saved":
        ledger = ledgers.saved(ledger, message.count);
        if (ledgers.unsaved(ledger) === 0) burials.saved();
        return count();
      case "reject": return refusal === undefined ? rejected(message) : undefined;
      case "open": return;
    }
  }

  const connection: BoardConnection = {
    name: key.board,
    get doc() { return live.doc; },
    get awareness() { return live.presence.awareness; },
    get synced() { return synced; },
    get unsaved() { return ledgers.unsaved(ledger); },
    loaded: load(),
    onDocument: documents.add,
    onLost: losses.listen,
    onBuried: burials.listen,
    onSynced: syncs.add,
  };

  async function load(): Promise<void> {
    const found = await store.load();
    // what could not be read stays as it is, for a later visit: what is kept now is kept beside it
    const stored = found === "failed" ? undefined : found;
    if (stored) {
      epoch = stored.epoch;
      ledger = ledgers.found(ledger, { count: stored.unsaved, touched: undefined });
      attempt(() => live.restore(stored.updates));
    }
    const isOlder = ledgers.unsaved(ledger) === (stored?.unsaved ?? 0);
    isLoaded = true;
    open();
    if (isOlder) changed();
    else count();
  }

  return {
    connection,
    get refusal() { return breaks.areTooMany ? "broken" : refusal; },
    connected(to) {
      send = to;
      open();
    },
    disconnected() {
      send = undefined;
      opened = false;
      refusal = undefined;
      retry?.cancel();
      ledger = ledgers.restarted(ledger);
      live.presence.lost();
      count();
    },
    probe() {
      const { awareness } = live.presence;
      awareness.setLocalState(awareness.getLocalState() ?? {});
    },
    receive,
    notOpened(code) {
      if (!opened && send) hold(code);
    },
    unfrozen() {
      if (refusal === "frozen") open();
    },
    close() {
      send = undefined;
      retry?.cancel();
      losses.stop();
      live.release();
    },
  };
}
