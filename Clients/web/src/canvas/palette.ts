import type { Color } from "../board";

/** How a named colour looks: notes are filled, strokes and outlines drawn as `line`. */
export interface Paint {
  readonly fill: string;
  readonly line: string;
  /** Text on `fill`. */
  readonly ink: string;
}

const DARK = "#23262d";

/** `line` has at least 3:1 on the board, `ink` 4.5:1 on `fill` (palette.test.ts). */
export const palette: Readonly<Record<Color, Paint>> = {
  yellow: { fill: "#ffe68a", line: "#a87900", ink: DARK },
  orange: { fill: "#ffcb94", line: "#cc5a00", ink: DARK },
  red: { fill: "#ffb6ab", line: "#d0342c", ink: DARK },
  pink: { fill: "#ffc2de", line: "#c92a80", ink: DARK },
  violet: { fill: "#d9cbff", line: "#7548d8", ink: DARK },
  blue: { fill: "#bcdcff", line: "#1f6ed4", ink: DARK },
  teal: { fill: "#aeeae0", line: "#0b8375", ink: DARK },
  green: { fill: "#c6ecae", line: "#3a8529", ink: DARK },
  gray: { fill: "#e2e5ea", line: "#6d7480", ink: DARK },
  white: { fill: "#ffffff", line: "#8a919c", ink: DARK },
  black: { fill: "#3a3f48", line: "#23262d", ink: "#ffffff" },
};

/** The board stays light in dark mode too: what people drew must not change its meaning. */
export const BOARD = "#f7f7f4";
export const GRID = "#dcddd8";
export const ACCENT = "#3654d6";

/** Colours of people; white text on them has at least 4.5:1. */
const PEOPLE = [
  "#b4360f", "#a3236b", "#7a3fc4", "#3654d6", "#0a6aa1", "#0a7267", "#2c7322", "#7d5f00",
  "#8a4b2a", "#5b6170",
] as const;

/** The same person has the same colour for everybody. */
export function personColor(key: string): string {
  let hash = 2166136261;
  for (const letter of key) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16777619);
  return PEOPLE[(hash >>> 0) % PEOPLE.length] ?? ACCENT;
}

/** What others announce as their colour is used only if it is one of ours. */
export function knownPersonColor(value: unknown, key: string): string {
  return (PEOPLE as readonly unknown[]).includes(value) ? String(value) : personColor(key);
}
