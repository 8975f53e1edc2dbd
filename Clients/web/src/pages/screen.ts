import { useEffect, useRef } from "react";
import type { RefObject } from "react";

/** Whether any screen was shown since the page was loaded. */
let isChange = false;

/** A board takes the focus itself: its keys work at once, and it is called by the room's name. */
export function useBoardScreen(): void {
  useEffect(() => void (isChange = true), []);
}

/**
 * The heading of a screen. What had the focus went with the screen before: screen readers, and who
 * uses the keyboard, go on from here. A field of the screen that has it already keeps it.
 */
export function useScreen(): RefObject<HTMLHeadingElement> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const { activeElement, body } = document;
    if (isChange && (!activeElement || activeElement === body)) heading.current?.focus();
    isChange = true;
  }, []);
  return heading;
}
