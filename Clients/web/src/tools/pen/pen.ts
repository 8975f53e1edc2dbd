import { DocPoint, ScreenPoint } from "../../canvas/geometry";
import { Effect, ToolEvent } from "../tool";

/** What the pen is doing. One variant per state, so a stroke cannot exist while idle. */
export type PenState =
  | { readonly at: "idle" }
  | { readonly at: "drawing"; readonly pointer: number; readonly last: ScreenPoint };

export const penIdle: PenState = { at: "idle" };

/** Steps shorter than this, in CSS pixels, are noise of the hand and would only cost bytes. */
const STEP = 1.5;

export function pen(state: PenState, event: ToolEvent): [PenState, readonly Effect[]] {
  if (event.on === "cancel") {
    return [penIdle, state.at === "drawing" ? [{ do: "revert" }] : []];
  }
  if (state.at === "idle") {
    if (event.on !== "down") return [state, []];
    const drawing: PenState = { at: "drawing", pointer: event.pointer, last: event.screen };
    return [drawing, [{ do: "begin", at: event.at }]];
  }
  if (event.pointer !== state.pointer || event.on === "down") return [state, []];
  const far = Math.hypot(event.screen.x - state.last.x, event.screen.y - state.last.y);
  const drawn = extend(event.at);
  if (event.on === "up") return [penIdle, [...(far > 0 ? drawn : []), { do: "commit" }]];
  if (far < STEP) return [state, []];
  return [{ ...state, last: event.screen }, drawn];
}

function extend(at: DocPoint): readonly Effect[] {
  return [{ do: "extend", points: [at] }];
}
