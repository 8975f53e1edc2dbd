import { useSyncExternalStore } from "react";

/**
 * Whether the page comes back on a reload without the hub. `insecure`: it came in the clear, and
 * browsers keep only what came safely; `refused`: this one would not keep it, mostly for a
 * certificate that it does not trust.
 */
export type Keeping = "unknown" | "kept" | "insecure" | "refused";

let keeping: Keeping = "unknown";
const listeners = new Set<() => void>();

function found(now: Keeping): void {
  keeping = now;
  for (const listener of listeners) listener();
}

/** Has a service worker keep the page, where the browser trusts the connection. */
export async function startKeeping(): Promise<void> {
  if (!window.isSecureContext) return found("insecure");
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  try {
    if (!workers) return found("refused");
    await workers.register("/sw.js");
    found("kept");
  } catch {
    found(workers?.controller ? "kept" : "refused");
  }
}

const current = (): Keeping => keeping;

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useKeeping = (): Keeping => useSyncExternalStore(listen, current);

/** A reload would leave this browser without the page. */
export const isLostByReload = (now: Keeping): boolean => now === "insecure" || now === "refused";
