import { colors } from "../board";
import type { Color } from "../board";
import { palette } from "../canvas/palette";
import type { Command } from "../workspace/keys";
import { PEN_SIZES, View } from "../workspace/view";
import { useText } from "./hooks";
import { Icon } from "./Icon";

interface Props {
  readonly view: View;
  readonly onColor: (color: Color) => void;
  readonly onPenSize: (size: number) => void;
  readonly perform: (command: Command) => void;
}

const names = ["pen.thin", "pen.medium", "pen.thick"] as const;

function shown(color: Color, notes: boolean): string {
  return notes || color === "white" ? palette[color].fill : palette[color].line;
}

/** What can be chosen for the tool in hand or for what is selected. */
export function Properties({ view, onColor, onPenSize, perform }: Props) {
  const text = useText();
  const drawing = view.tool !== "select" && view.tool !== "hand";
  const some = view.selection.length > 0;
  if (!view.mayWrite || view.editing !== null || (!drawing && !some)) return null;
  const notes = some ? view.hasNotes : view.tool === "note";
  const current = some ? view.selectionColor : notes ? view.noteColor : view.lineColor;
  return (
    <div className="properties panel">
      <div className="swatches" role="group" aria-label={text("colors.label")}>
        {colors.map((color) => (
          <button
            key={color}
            type="button"
            className="swatch"
            aria-label={text(`color.${color}`)}
            title={text(`color.${color}`)}
            aria-pressed={current === color}
            onClick={() => onColor(color)}
          >
            <span style={{ background: shown(color, notes) }} />
          </button>
        ))}
      </div>
      {view.tool === "pen" && (
        <div className="swatches" role="group" aria-label={text("pen.size")}>
          {PEN_SIZES.map((size, index) => (
            <button
              key={size}
              type="button"
              className="swatch"
              aria-label={text(names[index] ?? "pen.thin")}
              title={text(names[index] ?? "pen.thin")}
              aria-pressed={view.penSize === size}
              onClick={() => onPenSize(size)}
            >
              <span className="nib" style={{ width: size / 6 + 2, height: size / 6 + 2 }} />
            </button>
          ))}
        </div>
      )}
      {drawing ? (
        <button
          type="button"
          className="plain"
          aria-pressed={view.locked}
          aria-label={text("tool.lock")}
          title={`${text("tool.lock")} (Q)`}
          onClick={() => perform({ do: "lock" })}
        >
          <Icon name="lock" />
        </button>
      ) : (
        <>
          {view.selection.length === 1 && view.hasText && (
            <button
              type="button"
              className="plain"
              aria-label={text("do.edit")}
              title={text("do.edit")}
              onClick={() => perform({ do: "edit" })}
            >
              <Icon name="edit" />
            </button>
          )}
          <button
            type="button"
            className="plain"
            aria-label={text("help.duplicate")}
            title={text("help.duplicate")}
            onClick={() => perform({ do: "duplicate" })}
          >
            <Icon name="duplicate" />
          </button>
          <button
            type="button"
            className="plain"
            aria-label={text("do.delete")}
            title={text("do.delete")}
            onClick={() => perform({ do: "delete" })}
          >
            <Icon name="trash" />
          </button>
        </>
      )}
    </div>
  );
}
