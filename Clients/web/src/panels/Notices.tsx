import { useId } from "react";
import { plural } from "../text";
import { useText } from "./hooks";
import { Icon } from "./Icon";
import type { LostNotice } from "./losses";

const known = [
  "frozen", "viewer", "replaced", "document-limit", "review", "deleted", "broken", "refused-before",
] as const;

interface Props {
  /** Oldest first. */
  readonly lost: readonly LostNotice[];
  readonly onClose: (notice: LostNotice) => void;
  readonly disk: boolean;
}

export function Notices({ lost, onClose, disk }: Props) {
  const text = useText();
  return (
    <div className="notices" aria-live="assertive">
      {disk && <p className="notice warning">{text("status.disk")}</p>}
      {[...lost].reverse().map((one) => (
        <Lost key={one.number} lost={one} onClose={() => onClose(one)} />
      ))}
    </div>
  );
}

function Lost({ lost, onClose }: { readonly lost: LostNotice; readonly onClose: () => void }) {
  const text = useText();
  const id = useId();
  const code = known.find((one) => one === lost.code);
  const why = code ? text(`lost.${code}`) : text("lost.other", { code: lost.code });
  const { refused, texts } = lost;
  return (
    <section className="notice">
      <header>
        <h2>{text("lost.title")}</h2>
        <button
          type="button"
          className="plain"
          aria-label={text("do.close")}
          aria-describedby={id}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      <p id={id}>
        {why} {refused > 0 && `${plural("lost.count", refused)}.`}
      </p>
      {texts.length > 0 && (
        <>
          <p>{text("lost.texts")}</p>
          <ul className="texts">
            {texts.map((one, at) => <li key={at}>{one}</li>)}
          </ul>
        </>
      )}
    </section>
  );
}
