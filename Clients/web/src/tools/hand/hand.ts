import { ScreenPoint } from "../../canvas/geometry";
import { Effect, ToolEvent } from "../tool";

export type HandState =
  | { readonly at: "idle" }
  | { readonly at: "panning"; readonly pointer: number; readonly last: ScreenPoint };

export const handIdle: HandState = { at: "idle" };

export function hand(state: HandState, event: ToolEvent): [HandState, readonly Effect[]] {
  if (event.on === "cancel") return [handIdle, []];
  if (state.at === "idle") {
    if (event.on !== "down") return [state, []];
    return [{ at: "panning", pointer: event.pointer, last: event.screen }, []];
  }
  if (event.pointer !== state.pointer || event.on === "down") return [state, []];
  const dx = event.screen.x - state.last.x;
  const dy = event.screen.y - state.last.y;
  const moved: readonly Effect[] = dx === 0 && dy === 0 ? [] : [{ do: "pan", dx, dy }];
  if (event.on === "up") return [handIdle, moved];
  return [{ ...state, last: event.screen }, moved];
}
