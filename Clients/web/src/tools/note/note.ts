import { coordinate, DocPoint, UNITS } from "../../canvas/geometry";
import type { Box } from "../../canvas/geometry";
import { Effect, ToolEvent } from "../tool";

/** A side of a new note: 192 pixels at 100 %. */
export const NOTE_SIDE = 192 * UNITS;

export type NoteState =
  | { readonly at: "idle" }
  | { readonly at: "pressed"; readonly pointer: number };

export const noteIdle: NoteState = { at: "idle" };

/** The note comes when the finger leaves: until then a second finger can still make it a pinch. */
export function note(state: NoteState, event: ToolEvent): [NoteState, readonly Effect[]] {
  if (event.on === "cancel") return [noteIdle, []];
  if (state.at === "idle") {
    return event.on === "down" ? [{ at: "pressed", pointer: event.pointer }, []] : [state, []];
  }
  if (event.pointer !== state.pointer || event.on !== "up") return [state, []];
  return [
    noteIdle,
    [
      { do: "create", kind: "note", box: noteAround(event.at) },
      { do: "commit" },
      { do: "done", edit: true },
    ],
  ];
}

export function noteAround(at: DocPoint): Box {
  return {
    x: coordinate(at.x - NOTE_SIDE / 2),
    y: coordinate(at.y - NOTE_SIDE / 2),
    w: NOTE_SIDE,
    h: NOTE_SIDE,
  };
}
