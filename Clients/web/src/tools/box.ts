import { Box, coordinate, DocPoint, ScreenPoint, side, UNITS } from "../canvas/geometry";
import { Effect, Keys, strayed, ToolEvent } from "./tool";

/** Drawing a box by dragging, for every kind of shape that has one. */
export type BoxState =
  | { readonly at: "idle" }
  | {
      readonly at: "pressed" | "dragging";
      readonly pointer: number;
      readonly from: DocPoint;
      readonly screen: ScreenPoint;
      readonly touch: boolean;
    };

export const boxIdle: BoxState = { at: "idle" };

/** What a click without a drag makes: 160 x 112 pixels around the pointer. */
const CLICKED = { w: 160 * UNITS, h: 112 * UNITS };

export function boxTool(
  kind: "rect" | "ellipse",
  state: BoxState,
  event: ToolEvent,
): [BoxState, readonly Effect[]] {
  if (event.on === "cancel") {
    return [boxIdle, state.at === "dragging" ? [{ do: "revert" }] : []];
  }
  if (state.at === "idle") {
    if (event.on !== "down") return [state, []];
    const { pointer, at, screen, touch } = event;
    return [{ at: "pressed", pointer, from: at, screen, touch }, []];
  }
  if (event.pointer !== state.pointer || event.on === "down") return [state, []];
  if (state.at === "pressed" && !strayed(state.screen, event.screen, state.touch)) {
    if (event.on === "move") return [state, []];
    return [boxIdle, [{ do: "create", kind, box: clickedBox(event.at) }, ...finished]];
  }
  const box = draggedBox(state.from, event.at, event.keys);
  const drawn: Effect =
    state.at === "pressed" ? { do: "create", kind, box } : { do: "stretch", box };
  if (event.on === "up") return [boxIdle, [drawn, ...finished]];
  return [{ ...state, at: "dragging" }, [drawn]];
}

const finished: readonly Effect[] = [{ do: "commit" }, { do: "done", edit: false }];

function clickedBox(at: DocPoint): Box {
  const { w, h } = CLICKED;
  return { x: coordinate(at.x - w / 2), y: coordinate(at.y - h / 2), w, h };
}

/** Shift makes both sides equal, Alt draws around the start. */
export function draggedBox(from: DocPoint, to: DocPoint, keys: Keys): Box {
  let dx = to.x - from.x;
  let dy = to.y - from.y;
  if (keys.shift) {
    const length = Math.max(Math.abs(dx), Math.abs(dy));
    dx = dx < 0 ? -length : length;
    dy = dy < 0 ? -length : length;
  }
  const start = keys.alt ? { x: from.x - dx, y: from.y - dy } : from;
  const end = { x: from.x + dx, y: from.y + dy };
  return {
    x: coordinate(Math.min(start.x, end.x)),
    y: coordinate(Math.min(start.y, end.y)),
    w: side(Math.abs(end.x - start.x)),
    h: side(Math.abs(end.y - start.y)),
  };
}
