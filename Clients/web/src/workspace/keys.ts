import { letterOf } from "../editing/letter";
import type { ToolName } from "../tools/tool";

/** What of a KeyboardEvent decides; `mod` is Ctrl, on a Mac Cmd. */
export interface KeyInput {
  readonly key: string;
  readonly code: string;
  readonly mod: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Some layouts report AltGr as Ctrl+Alt: it types letters and is no command. */
  readonly altGraph: boolean;
  /** The board itself has the focus, or nothing has; not a button beside it. */
  readonly onBoard: boolean;
  /** The board itself has the focus. */
  readonly inBoard: boolean;
}

export type Command =
  | { readonly do: "tool"; readonly tool: ToolName }
  | { readonly do: "nudge"; readonly dx: number; readonly dy: number }
  | { readonly do: "cycle"; readonly back: boolean }
  | { readonly do: "scroll"; readonly dx: number; readonly dy: number }
  | {
      readonly do:
        | "undo" | "redo" | "delete" | "all" | "edit" | "escape" | "lock" | "help" | "duplicate"
        | "front" | "back" | "zoomIn" | "zoomOut" | "zoom100" | "fit" | "fitSelection";
    };

const letterTools: Readonly<Record<string, ToolName>> = {
  v: "select", h: "hand", n: "note", s: "note", r: "rect", o: "ellipse", p: "pen", d: "pen",
  x: "pen",
};
/** By place on the keyboard: a French one types digits with Shift. */
const digitTools: Readonly<Record<string, ToolName>> = {
  Digit1: "select", Digit2: "rect", Digit4: "ellipse", Digit7: "pen",
};
const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

export function command(input: KeyInput): Command | null {
  if (input.altGraph) return null;
  if (input.mod) return input.alt ? null : withMod(input);
  if (input.alt) return withAlt(input);
  return onBoard(input) ?? plain(input);
}

function withMod({ key, code, shift }: KeyInput): Command | null {
  switch (letterOf({ key, code })) {
    case "z":
      return { do: shift ? "redo" : "undo" };
    case "y":
      return { do: "redo" };
    case "a":
      return { do: "all" };
    case "d":
      return { do: "duplicate" };
  }
  if (code === "Digit0" || code === "Numpad0") return { do: "zoom100" };
  if (key === "+" || key === "=") return { do: "zoomIn" };
  if (key === "-") return { do: "zoomOut" };
  return null;
}

function withAlt({ code, shift }: KeyInput): Command | null {
  if (shift) return null;
  if (code === "Digit1") return { do: "fit" };
  return code === "Digit2" ? { do: "fitSelection" } : null;
}

/** Keys that mean something else on buttons and in lists. */
function onBoard({ key, shift, onBoard: here, inBoard }: KeyInput): Command | null {
  if (!here) return null;
  const arrow = arrows[key];
  if (arrow) {
    const step = shift ? 10 : 1;
    return { do: "nudge", dx: arrow[0] * step, dy: arrow[1] * step };
  }
  switch (key) {
    case "Tab":
      return inBoard ? { do: "cycle", back: shift } : null;
    case "Enter":
      return shift ? null : { do: "edit" };
    case "Delete":
    case "Backspace":
      return { do: "delete" };
    case "PageUp":
    case "PageDown": {
      const away = key === "PageUp" ? -1 : 1;
      return { do: "scroll", dx: shift ? away : 0, dy: shift ? 0 : away };
    }
  }
  return null;
}

function plain({ key, code, shift }: KeyInput): Command | null {
  if (key === "Escape") return { do: "escape" };
  if (key === "?") return { do: "help" };
  if (key === "]") return { do: "front" };
  if (key === "[") return { do: "back" };
  if (key === "+" || key === "=") return { do: "zoomIn" };
  if (key === "-") return { do: "zoomOut" };
  if (shift) {
    if (code === "Digit1") return { do: "fit" };
    if (code === "Digit2") return { do: "fitSelection" };
    return code === "Digit0" ? { do: "zoom100" } : null;
  }
  const letter = letterOf({ key, code });
  if (letter === "q") return { do: "lock" };
  const tool = letter === undefined ? digitTools[code] : letterTools[letter];
  return tool ? { do: "tool", tool } : null;
}
