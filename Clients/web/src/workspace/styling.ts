import type { BoardEditor, Color, Shape } from "../board";
import type { View } from "./view";

export interface StylingHost {
  editor(): BoardEditor;
  mayWrite(): boolean;
  selected(): readonly Shape[];
  view(): View;
  update(part: Partial<View>): void;
}

/** For what is selected, and for what is drawn next. */
export function setColor(host: StylingHost, color: Color): void {
  const shapes = host.selected();
  const { hasNotes, tool } = host.view();
  const notes = shapes.length > 0 ? hasNotes : tool === "note";
  host.update(notes ? { noteColor: color } : { lineColor: color });
  if (!host.mayWrite() || shapes.length === 0) return;
  const editor = host.editor();
  editor.gesture("color", () => shapes.forEach((one) => editor.change(one.id, { color })));
}

export function setPenSize(host: StylingHost, size: number): void {
  host.update({ penSize: size });
  const pens = host.selected().filter((one) => one.type === "pen");
  if (!host.mayWrite() || pens.length === 0) return;
  const editor = host.editor();
  editor.gesture("size", () => pens.forEach((one) => editor.change(one.id, { size })));
}
