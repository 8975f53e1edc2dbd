/** localStorage for tests: pages that share one are tabs of one browser. */
import type { TextStorage } from "../provider/membership";

export function memoryStorage(): TextStorage {
  const kept = new Map<string, string>();
  return {
    get length() { return kept.size; },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
