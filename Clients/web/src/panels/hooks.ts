import { useEffect, useState, useSyncExternalStore } from "react";
import { language, onLanguage, text } from "../text";
import { SMALL_WINDOW } from "../workspace/small";

/** `text` for components: they are drawn again when the language changes. */
export function useText(): typeof text {
  useSyncExternalStore(onLanguage, language);
  return text;
}

/** A value that tells when it has changed. `subscribe` and `read` belong to `source`. */
export function useLive<Source, Value>(
  source: Source,
  subscribe: (source: Source, listener: () => void) => () => void,
  read: (source: Source) => Value,
): Value {
  const [value, setValue] = useState(() => read(source));
  useEffect(() => {
    setValue(read(source));
    return subscribe(source, () => setValue(read(source)));
    // the functions are constants of their modules
  }, [source]);
  return value;
}

/** Whether the window is as small as a phone's, upright or on its side. */
export function useNarrow(): boolean {
  return useLive(narrow, subscribeMedia, (query) => query.matches);
}

/** Whether the top bar has room for a sentence or two. */
export function useRoomy(): boolean {
  return useLive(roomy, subscribeMedia, (query) => query.matches);
}

/** Whether fingers are what the board is used with first, as on tablets. */
export function useTouch(): boolean {
  return useLive(coarse, subscribeMedia, (query) => query.matches);
}

const narrow = matchMedia(SMALL_WINDOW);
const roomy = matchMedia("(min-width: 900px)");
const coarse = matchMedia("(pointer: coarse)");

function subscribeMedia(query: MediaQueryList, listener: () => void): () => void {
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}
