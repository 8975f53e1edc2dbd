import { useEffect, useState } from "react";
import type { Status } from "../provider";
import { plural } from "../text";
import { awayHint } from "./away";
import { useText } from "./hooks";

/** Sending takes moments as a rule: only when it takes longer than this, in ms, it is shown. */
const PATIENCE = 600;

/** Saved, sending, offline: in words, not only by colour. */
export function StatusChip({ status: now }: { readonly status: Status }) {
  const text = useText();
  const [status, setStatus] = useState(now);
  useEffect(() => {
    const timer = setTimeout(() => setStatus(now), now.at === "saving" ? PATIENCE : 0);
    return () => clearTimeout(timer);
  }, [now]);
  const hint = status.at === "offline" || status.at === "refused"
    ? awayHint(status, text) : undefined;
  return (
    <span className={`status ${status.at}`} title={hint}>
      <span className="hidden">{text("status.label")}: </span>
      <span className="dot" aria-hidden="true" />
      <span className="words">{words(status, text)}</span>
    </span>
  );
}

export function words(status: Status, text: ReturnType<typeof useText>): string {
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
      return status.unsaved > 0
        ? plural("status.refused", status.unsaved)
        : text("status.refused.none");
    case "removed":
    case "ended":
      return text("status.ended");
  }
}
