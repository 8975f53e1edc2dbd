import { around, boxOf, coordinate, DocPoint, ScreenPoint } from "../../canvas/geometry";
import { Down, Effect, Handle, Move, Placed, strayed, ToolEvent, Up } from "../tool";
import { resizedBox, scaled } from "./resize";

interface Press {
  readonly pointer: number;
  readonly from: DocPoint;
  readonly screen: ScreenPoint;
  readonly touch: boolean;
}

/** What the select tool is doing. */
export type SelectState =
  | { readonly at: "idle" }
  /** Pressed on the board: a click clears the selection, a drag spans a marquee. */
  | ({ readonly at: "board"; readonly add: boolean; readonly within: string | null } & Press)
  | ({ readonly at: "marquee"; readonly add: boolean } & Press)
  /** One finger on the board moves what is seen. */
  | ({ readonly at: "pan"; readonly last: ScreenPoint } & Press)
  /** Pressed on a shape: nothing has moved yet. */
  | ({
      readonly at: "shape";
      readonly id: string;
      readonly wasSelected: boolean;
      readonly add: boolean;
      readonly shapes: readonly Placed[];
    } & Press)
  | ({ readonly at: "moving"; readonly shapes: readonly Placed[] } & Press)
  | ({
      readonly at: "resizing";
      readonly handle: Handle;
      readonly shapes: readonly Placed[];
      readonly changed: boolean;
    } & Press);

export const selectIdle: SelectState = { at: "idle" };

export function select(
  state: SelectState,
  event: ToolEvent,
): [SelectState, readonly Effect[]] {
  if (event.on === "cancel") return [selectIdle, cancelled(state)];
  if (state.at === "idle") return event.on === "down" ? pressed(event) : [state, []];
  if (event.on === "down" || event.pointer !== state.pointer) return [state, []];
  return event.on === "move" ? moved(state, event) : released(state, event);
}

function cancelled(state: SelectState): readonly Effect[] {
  if (state.at === "moving") return [{ do: "revert" }];
  if (state.at === "resizing" && state.changed) return [{ do: "revert" }];
  return state.at === "marquee" ? [{ do: "endMarquee" }] : [];
}

function pressed(event: Down): [SelectState, readonly Effect[]] {
  const { pointer, at: from, screen, touch, target, selection, keys } = event;
  const press: Press = { pointer, from, screen, touch };
  const within = target.on === "board" ? target.within
    : target.on === "shape" && target.inside && keys.shift ? target.shape.id : undefined;
  if (target.on === "board" || within !== undefined) {
    return [{ at: "board", add: keys.shift, within: within ?? null, ...press }, []];
  }
  if (target.on === "handle") {
    const { handle } = target;
    return [{ at: "resizing", handle, shapes: selection, changed: false, ...press }, []];
  }
  const { shape } = target;
  const wasSelected = selection.some((one) => one.id === shape.id);
  const shapes = wasSelected ? selection : keys.shift ? [...selection, shape] : [shape];
  const state: SelectState = {
    at: "shape", id: shape.id, wasSelected, add: keys.shift, shapes, ...press,
  };
  if (wasSelected) return [state, []];
  return [state, [keys.shift ? { do: "toggle", id: shape.id } : { do: "select", ids: [shape.id] }]];
}

type Active = Exclude<SelectState, { readonly at: "idle" }>;

function moved(state: Active, event: Move | Up): [SelectState, readonly Effect[]] {
  switch (state.at) {
    case "board": {
      if (!strayed(state.screen, event.screen, state.touch)) return [state, []];
      const { pointer, from, screen, touch, add } = state;
      if (touch) return panned({ at: "pan", pointer, from, screen, touch, last: screen }, event);
      return [{ at: "marquee", pointer, from, screen, touch, add }, [marquee(state, event)]];
    }
    case "marquee":
      return [state, [marquee(state, event)]];
    case "pan":
      return panned(state, event);
    case "shape": {
      if (!strayed(state.screen, event.screen, state.touch)) return [state, []];
      const { pointer, from, screen, touch, shapes } = state;
      const moving: SelectState = { at: "moving", pointer, from, screen, touch, shapes };
      return [moving, [dragged(shapes, from, event)]];
    }
    case "moving":
      return [state, [dragged(state.shapes, state.from, event)]];
    case "resizing": {
      if (!state.changed && !strayed(state.screen, event.screen, state.touch)) return [state, []];
      return [{ ...state, changed: true }, resized(state, event)];
    }
  }
}

function released(state: Active, event: Up): [SelectState, readonly Effect[]] {
  const [next, effects] = moved(state, event);
  switch (next.at) {
    case "board":
      return [selectIdle, clickedBoard(next)];
    case "marquee":
      return [selectIdle, [...effects, { do: "endMarquee" }]];
    case "shape":
      return [selectIdle, clicked(next)];
    case "moving":
      return [selectIdle, [...effects, { do: "commit" }]];
    case "resizing":
      return [selectIdle, next.changed ? [...effects, { do: "commit" }] : []];
    default:
      return [selectIdle, effects];
  }
}

function clickedBoard(state: {
  readonly add: boolean;
  readonly within: string | null;
}): readonly Effect[] {
  const { add, within } = state;
  if (add) return within ? [{ do: "toggle", id: within }] : [];
  return [{ do: "select", ids: within ? [within] : [] }];
}

/** Of several selected shapes, a plain click leaves the one; Shift takes it out. */
function clicked(state: {
  readonly id: string;
  readonly wasSelected: boolean;
  readonly add: boolean;
}): readonly Effect[] {
  if (!state.wasSelected) return [];
  return [state.add ? { do: "toggle", id: state.id } : { do: "select", ids: [state.id] }];
}

function marquee(state: { readonly add: boolean } & Press, event: Move | Up): Effect {
  return { do: "marquee", box: boxOf(state.from, event.at), add: state.add };
}

function panned(
  state: { readonly at: "pan"; readonly last: ScreenPoint } & Press,
  event: Move | Up,
): [SelectState, readonly Effect[]] {
  const dx = event.screen.x - state.last.x;
  const dy = event.screen.y - state.last.y;
  return [{ ...state, last: event.screen }, dx || dy ? [{ do: "pan", dx, dy }] : []];
}

/** Shift while moving keeps to one axis. */
function dragged(shapes: readonly Placed[], from: DocPoint, event: Move | Up): Effect {
  let dx = event.at.x - from.x;
  let dy = event.at.y - from.y;
  if (event.keys.shift) {
    if (Math.abs(dx) > Math.abs(dy)) dy = 0;
    else dx = 0;
  }
  const boxes = shapes.map((shape) => ({
    ...shape,
    x: coordinate(shape.x + dx),
    y: coordinate(shape.y + dy),
  }));
  return { do: "place", boxes };
}

function resized(
  state: { readonly shapes: readonly Placed[]; readonly handle: Handle } & Press,
  event: Move | Up,
): readonly Effect[] {
  const from = around(state.shapes);
  if (!from) return [];
  const dx = event.at.x - state.from.x;
  const dy = event.at.y - state.from.y;
  const to = resizedBox(from, state.handle, dx, dy, event.keys);
  return [{ do: "place", boxes: scaled(state.shapes, from, to) }];
}
