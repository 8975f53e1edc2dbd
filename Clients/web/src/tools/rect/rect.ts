import { BoxState, boxTool } from "../box";
import { Effect, ToolEvent } from "../tool";

export function rect(state: BoxState, event: ToolEvent): [BoxState, readonly Effect[]] {
  return boxTool("rect", state, event);
}
