import { Box, DocPoint, ScreenPoint } from "../canvas/geometry";

export type ToolName = "select" | "hand" | "note" | "pen" | "rect" | "ellipse";

export const TOOLS: readonly ToolName[] = ["select", "hand", "note", "pen", "rect", "ellipse"];

/** A shape as far as a tool needs it: its box in document units. */
export interface Placed extends Box {
  readonly id: string;
}

export type Handle = "nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w";

export interface Keys {
  readonly shift: boolean;
  readonly alt: boolean;
}

/** What lies under the pointer. */
export type Target =
  /** `within`: the outline around all that is seen. A click takes it, a drag is as on the board. */
  | { readonly on: "board"; readonly within?: string }
  /** `inside`: an outline with nothing else at this place. With Shift it is as the board. */
  | { readonly on: "shape"; readonly shape: Placed; readonly inside?: boolean }
  | { readonly on: "handle"; readonly handle: Handle };

export interface Pointer {
  readonly pointer: number;
  readonly at: DocPoint;
  readonly screen: ScreenPoint;
  readonly keys: Keys;
}

export interface Down extends Pointer {
  readonly on: "down";
  readonly target: Target;
  readonly selection: readonly Placed[];
  readonly touch: boolean;
}

export interface Move extends Pointer {
  readonly on: "move";
}

export interface Up extends Pointer {
  readonly on: "up";
}

/** A second finger, Escape, a tool that is put away, a session that may no longer write. */
export interface Cancel {
  readonly on: "cancel";
}

export type ToolEvent = Down | Move | Up | Cancel;

export type Effect =
  | { readonly do: "pan"; readonly dx: number; readonly dy: number }
  | { readonly do: "select"; readonly ids: readonly string[] }
  | { readonly do: "toggle"; readonly id: string }
  | { readonly do: "marquee"; readonly box: Box; readonly add: boolean }
  | { readonly do: "endMarquee" }
  /** Moves or resizes shapes; part of the running gesture. */
  | { readonly do: "place"; readonly boxes: readonly Placed[] }
  /** Makes a shape; part of the running gesture. */
  | { readonly do: "create"; readonly kind: "note" | "rect" | "ellipse"; readonly box: Box }
  /** Gives the shape just made another box. */
  | { readonly do: "stretch"; readonly box: Box }
  | { readonly do: "begin"; readonly at: DocPoint }
  | { readonly do: "extend"; readonly points: readonly DocPoint[] }
  /** Ends the running gesture: one step of undo. */
  | { readonly do: "commit" }
  /** Takes back whatever the running gesture did. */
  | { readonly do: "revert" }
  /** Selects what was made; `edit` puts the caret in it. The select tool takes over. */
  | { readonly do: "done"; readonly edit: boolean };

/** Pure: the caller owns the DOM and the document. */
export type Step<State> = (state: State, event: ToolEvent) => [State, readonly Effect[]];

/** How far a pointer may stray, in CSS pixels, before a press becomes a drag. */
export function slop(touch: boolean): number {
  return touch ? 6 : 4;
}

export function strayed(from: ScreenPoint, to: ScreenPoint, touch: boolean): boolean {
  return Math.hypot(to.x - from.x, to.y - from.y) > slop(touch);
}
