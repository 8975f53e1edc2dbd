import type { Status } from "../provider";
import { plural } from "../text";
import { useText } from "./hooks";

/** Saved, sending, offline: in words, not only by colour. */
export function StatusChip({ status }: { readonly status: Status }) {
  const text = useText();
  const hint = status.at === "offline" ? text("status.offline.hint") : undefined;
  return (
    <span className={`status ${status.at}`} role="status" aria-label={text("status.label")} title={hint}>
      <span className="dot" aria-hidden="true" />
      <span className="words">{words(status, text)}</span>
    </span>
  );
}

function words(status: Status, text: ReturnType<typeof useText>): string {
  switch (status.at) {
    case "connecting":
      return text("status.connecting");
    case "saved":
      return text("status.saved");
    case "saving":
      return text("status.saving");
    case "offline":
      return status.unsaved > 0
        ? plural("status.offline", status.unsaved)
        : text("status.offline.none");
    case "refused":
      return text("status.refused");
    case "ended":
      return text("status.ended");
  }
}
