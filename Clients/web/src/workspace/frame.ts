import type { Shape } from "../board";
import type { Box } from "../canvas/geometry";
import { boundsOf } from "../canvas/hit";
import type { Cursor, Overlay } from "../canvas/overlay";
import type { Running } from "../tools/toolbox";
import { outlined } from "./crowd";
import type { Other } from "./presence";
import type { View } from "./view";

/** What is drawn over the shapes. */
export function overlayOf(
  view: View,
  others: readonly Other[],
  selected: readonly Shape[],
  running: Running,
  marquee: Box | null,
  shape: (id: string) => Shape | undefined,
  cursors: readonly Cursor[],
): Overlay {
  const busy = running.tool === "select" && running.state.at === "moving";
  return {
    selection: selected.map(boundsOf),
    handles: view.mayWrite && !busy && marquee === null && view.editing === null,
    marquee,
    outlines: outlined(others).map(({ other, ids }) => ({
      color: other.color,
      name: other.name,
      boxes: ids.flatMap((id) => {
        const one = shape(id);
        return one ? [boundsOf(one)] : [];
      }),
    })),
    cursors,
  };
}
