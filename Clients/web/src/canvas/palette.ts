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

/** How the colours of people look; white text on them has at least 4.5:1, so white is none. */
const people: ReadonlyMap<unknown, string> = new Map([
  ["red", "#bf2330"], ["orange", "#a84300"], ["yellow", "#7d5f00"], ["green", "#2c7322"],
  ["teal", "#0a7267"], ["blue", "#0a6aa1"], ["violet", "#7a3fc4"], ["pink", "#a3236b"],
  ["gray", "#5b6170"], ["black", "#3a3f48"],
] as const);

/** The names of the colours that people can have. */
export const personColors: readonly string[] = [...people.keys()].map(String);

/** The colour of somebody of whom only the name is known; the same for everybody. */
export function usualColor(name: string): string {
  let hash = 2166136261;
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16777619);
  return personColors[(hash >>> 0) % personColors.length] ?? "blue";
}

/** What somebody announces as a colour, a name or #rrggbb, is used if white can be read on it. */
export function personColor(announced: unknown, name: string): string {
  const known = people.get(announced) ?? (isDark(announced) ? announced : undefined);
  return known ?? people.get(usualColor(name)) ?? ACCENT;
}

/** At least 4.5:1 beside white (WCAG 2.2, relative luminance). */
function isDark(value: unknown): value is string {
  if (typeof value !== "string" || !/^#[0-9a-f]{6}$/i.test(value)) return false;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(value.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) >= 4.5;
}
