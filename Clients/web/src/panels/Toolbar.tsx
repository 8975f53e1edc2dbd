import type { KeyboardEvent } from "react";
import { TOOLS } from "../tools/tool";
import type { ToolName } from "../tools/tool";
import type { Command } from "../workspace/keys";
import type { View } from "../workspace/view";
import { useText } from "./hooks";
import { Icon } from "./Icon";

const keyOf: Readonly<Record<ToolName, string>> = {
  select: "V", hand: "H", note: "N", pen: "P", rect: "R", ellipse: "O",
};

interface Props {
  readonly view: View;
  readonly perform: (command: Command) => void;
}

export function Toolbar({ view, perform }: Props) {
  const text = useText();
  const tools = TOOLS.filter((tool) => view.mayWrite || tool === "select" || tool === "hand");
  return (
    <div className="toolbar panel" role="toolbar" aria-label={text("tools.label")} onKeyDown={rove}>
      {tools.map((tool) => (
        <button
          key={tool}
          type="button"
          className="plain"
          aria-pressed={view.tool === tool}
          aria-label={text(`tool.${tool}`)}
          aria-keyshortcuts={keyOf[tool]}
          title={`${text(`tool.${tool}`)} (${keyOf[tool]})`}
          onClick={() => perform({ do: "tool", tool })}
        >
          <Icon name={tool} />
        </button>
      ))}
      {view.mayWrite && (
        <>
          <span className="divider" />
          <button
            type="button"
            className="plain"
            aria-label={text("do.undo")}
            title={text("do.undo")}
            disabled={!view.canUndo}
            onClick={() => perform({ do: "undo" })}
          >
            <Icon name="undo" />
          </button>
          <button
            type="button"
            className="plain"
            aria-label={text("do.redo")}
            title={text("do.redo")}
            disabled={!view.canRedo}
            onClick={() => perform({ do: "redo" })}
          >
            <Icon name="redo" />
          </button>
        </>
      )}
    </div>
  );
}

/** Arrows go along the buttons, as screen readers expect of a toolbar. */
function rove(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("button:enabled")];
  const now = buttons.findIndex((button) => button === document.activeElement);
  buttons[(now + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}
