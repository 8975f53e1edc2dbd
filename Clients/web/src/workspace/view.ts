import { hasText } from "../board";
import type { Color, Shape, ShapeId } from "../board";
import type { ToolName } from "../tools/tool";
import type { Other } from "./presence";

/** What panels show of the workspace. A new object whenever something of it changes. */
export interface View {
  readonly tool: ToolName;
  readonly locked: boolean;
  /** Colours for what comes next, and of the selection if it has one. */
  readonly noteColor: Color;
  readonly lineColor: Color;
  readonly penSize: number;
  readonly selection: readonly ShapeId[];
  readonly selectionColor: Color | null;
  readonly hasNotes: boolean;
  /** One shape is selected, and it can be written into. */
  readonly hasText: boolean;
  readonly editing: ShapeId | null;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly mayWrite: boolean;
  readonly zoom: number;
  readonly shapes: number;
  /** There are shapes, but none of them in the window. */
  readonly lost: boolean;
  readonly others: readonly Other[];
  /** In which colour others see us. */
  readonly color: string;
}

export const PEN_SIZES = [24, 48, 96] as const;

export const firstView: View = {
  tool: "select",
  locked: false,
  noteColor: "yellow",
  lineColor: "black",
  penSize: PEN_SIZES[0],
  selection: [],
  selectionColor: null,
  hasNotes: false,
  hasText: false,
  editing: null,
  canUndo: false,
  canRedo: false,
  mayWrite: false,
  zoom: 1,
  shapes: 0,
  lost: false,
  others: [],
  color: "",
};

/** What panels show of what is selected. */
export function selectionView(shapes: readonly Shape[]): Partial<View> {
  const [first] = shapes;
  const same = first && shapes.every((one) => one.color === first.color);
  return {
    selectionColor: same ? first.color : null,
    hasNotes: shapes.some((one) => one.type === "note"),
    hasText: shapes.length === 1 && first !== undefined && hasText(first),
  };
}
