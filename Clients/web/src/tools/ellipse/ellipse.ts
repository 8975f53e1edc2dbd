import { BoxState, boxTool } from "../box";
import { Effect, ToolEvent } from "../tool";

export function ellipse(state: BoxState, event: ToolEvent): [BoxState, readonly Effect[]] {
  return boxTool("ellipse", state, event);
}
