/** localStorage; undefined where the browser forbids even to ask for it. */
export function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
