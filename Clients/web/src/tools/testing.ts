import { Down, Effect, Keys, Placed, Step, Target, ToolEvent } from "./tool";

/** Makers of events for tests: one CSS pixel is eight document units, as at 100 %. */
const none: Keys = { shift: false, alt: false };

export function down(
  x: number,
  y: number,
  more: Partial<Pick<Down, "target" | "selection" | "touch" | "keys" | "pointer">> = {},
): ToolEvent {
  const target: Target = { on: "board" };
  return {
    on: "down", pointer: 1, at: { x: x * 8, y: y * 8 }, screen: { x, y },
    keys: none, target, selection: [], touch: false, ...more,
  };
}

export function move(x: number, y: number, keys: Partial<Keys> = {}, pointer = 1): ToolEvent {
  const at = { x: x * 8, y: y * 8 };
  return { on: "move", pointer, at, screen: { x, y }, keys: { ...none, ...keys } };
}

export function up(x: number, y: number, keys: Partial<Keys> = {}, pointer = 1): ToolEvent {
  const at = { x: x * 8, y: y * 8 };
  return { on: "up", pointer, at, screen: { x, y }, keys: { ...none, ...keys } };
}

export const cancel: ToolEvent = { on: "cancel" };

export function shape(id: string, x: number, y: number, w = 80, h = 80): Placed {
  return { id, x, y, w, h };
}

/** All effects of a run of events, and the state it ends in. */
export function run<State>(
  step: Step<State>,
  idle: State,
  events: readonly ToolEvent[],
): { readonly state: State; readonly effects: readonly Effect[] } {
  let state = idle;
  const effects: Effect[] = [];
  for (const event of events) {
    const [next, done] = step(state, event);
    state = next;
    effects.push(...done);
  }
  return { state, effects };
}

/** The names of effects, for tables. */
export function names(effects: readonly Effect[]): string {
  return effects.map((effect) => effect.do).join(" ");
}
