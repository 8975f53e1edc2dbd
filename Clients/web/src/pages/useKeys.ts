import { useEffect } from "react";
import { command } from "../workspace/keys";
import type { Workspace } from "../workspace/workspace";

const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** Keys and clipboard of the board; not while somebody types, and not while a dialog is open. */
export function useKeys(workspace: Workspace | null): void {
  useEffect(() => {
    if (!workspace) return;
    const pressed = (event: KeyboardEvent): void => {
      const { target } = event;
      if (event.defaultPrevented || event.isComposing || typesIn(target)) return;
      const found = command({
        key: event.key,
        code: event.code,
        mod: isMac ? event.metaKey : event.ctrlKey,
        shift: event.shiftKey,
        alt: event.altKey,
        altGraph: event.getModifierState("AltGraph"),
        inBoard: target instanceof HTMLCanvasElement,
        onBoard: target instanceof HTMLCanvasElement || target === document.body,
      });
      if (!found || (isMac ? event.ctrlKey : event.metaKey)) return;
      if (workspace.press(found)) event.preventDefault();
    };
    const moved = (event: ClipboardEvent): void => {
      const { target, clipboardData, type } = event;
      if (event.defaultPrevented || !clipboardData || typesIn(target) || marksText()) return;
      const { clipboard } = workspace;
      const what = type === "copy" ? "copy" : type === "cut" ? "cut" : "paste";
      if (clipboard[what](clipboardData)) event.preventDefault();
    };
    window.addEventListener("keydown", pressed);
    for (const type of moves) document.addEventListener(type, moved);
    return () => {
      window.removeEventListener("keydown", pressed);
      for (const type of moves) document.removeEventListener(type, moved);
    };
  }, [workspace]);
}

const moves = ["copy", "cut", "paste"] as const;

/** Somebody has marked words on the page: they want those, not shapes. */
const marksText = (): boolean => window.getSelection()?.isCollapsed === false;

function typesIn(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.closest("input, textarea, select, dialog, .sheet, [contenteditable]") !== null;
}
