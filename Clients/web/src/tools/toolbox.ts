import { boxIdle, BoxState } from "./box";
import { ellipse } from "./ellipse/ellipse";
import { hand, handIdle, HandState } from "./hand/hand";
import { note, noteIdle, NoteState } from "./note/note";
import { pen, penIdle, PenState } from "./pen/pen";
import { rect } from "./rect/rect";
import { select, selectIdle, SelectState } from "./select/select";
import { Effect, Step, ToolEvent, ToolName } from "./tool";

/** A tool together with what it is doing. */
export type Running =
  | { readonly tool: "select"; readonly state: SelectState }
  | { readonly tool: "hand"; readonly state: HandState }
  | { readonly tool: "note"; readonly state: NoteState }
  | { readonly tool: "pen"; readonly state: PenState }
  | { readonly tool: "rect" | "ellipse"; readonly state: BoxState };

export function idle(tool: ToolName): Running {
  switch (tool) {
    case "select":
      return { tool, state: selectIdle };
    case "hand":
      return { tool, state: handIdle };
    case "note":
      return { tool, state: noteIdle };
    case "pen":
      return { tool, state: penIdle };
    default:
      return { tool, state: boxIdle };
  }
}

export function step(running: Running, event: ToolEvent): [Running, readonly Effect[]] {
  switch (running.tool) {
    case "select":
      return withTool(running, select, event);
    case "hand":
      return withTool(running, hand, event);
    case "note":
      return withTool(running, note, event);
    case "pen":
      return withTool(running, pen, event);
    case "rect":
      return withTool({ tool: "rect", state: running.state }, rect, event);
    case "ellipse":
      return withTool({ tool: "ellipse", state: running.state }, ellipse, event);
  }
}

function withTool<Tool extends ToolName, State>(
  running: { readonly tool: Tool; readonly state: State },
  machine: Step<State>,
  event: ToolEvent,
): [{ readonly tool: Tool; readonly state: State }, readonly Effect[]] {
  const [state, effects] = machine(running.state, event);
  return [{ tool: running.tool, state }, effects];
}
