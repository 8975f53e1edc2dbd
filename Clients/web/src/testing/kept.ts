/** What a store says, where it can be read. */
import type { Unsent } from "../provider/marks";
import type { BoardKey, BoardStore, OfflineStore, StoredBoard } from "../provider/store";

export async function loaded(
  store: OfflineStore,
  key: BoardKey,
): Promise<StoredBoard | undefined> {
  return read(store.open(key));
}

/** The same by one who goes on with it. */
export async function read(board: BoardStore): Promise<StoredBoard | undefined> {
  const found = await board.load();
  if (found === "failed") throw new Error("the store cannot be read");
  return found;
}

/** What waits of Ann in the jam "demo". */
export async function unsentOf(store: OfflineStore, sub = "ann"): Promise<readonly Unsent[]> {
  const found = await store.unsent("demo", sub);
  if (!found) throw new Error("the store cannot be read");
  return found;
}
