import { percent } from "../text";
import type { Command } from "../workspace/keys";
import { useText } from "./hooks";
import { Icon } from "./Icon";

interface Props {
  readonly zoom: number;
  readonly perform: (command: Command) => void;
}

export function ZoomBar({ zoom, perform }: Props) {
  const text = useText();
  return (
    <div className="zoombar panel" role="group" aria-label={text("zoom.label")}>
      <button
        type="button"
        className="plain"
        aria-label={text("zoom.out")}
        title={text("zoom.out")}
        onClick={() => perform({ do: "zoomOut" })}
      >
        <Icon name="minus" />
      </button>
      <button
        type="button"
        className="plain figure"
        aria-label={`${text("zoom.reset")} (${percent(zoom)})`}
        title={text("zoom.reset")}
        onClick={() => perform({ do: "zoom100" })}
      >
        {percent(zoom)}
      </button>
      <button
        type="button"
        className="plain"
        aria-label={text("zoom.in")}
        title={text("zoom.in")}
        onClick={() => perform({ do: "zoomIn" })}
      >
        <Icon name="plus" />
      </button>
      <button
        type="button"
        className="plain"
        aria-label={text("zoom.fit")}
        title={text("zoom.fit")}
        onClick={() => perform({ do: "fit" })}
      >
        <Icon name="fit" />
      </button>
    </div>
  );
}
