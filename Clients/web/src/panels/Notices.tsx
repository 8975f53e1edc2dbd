import type { LostShape } from "../board";
import { plural } from "../text";
import { useText } from "./hooks";
import { Icon } from "./Icon";

/** What a refusal took: stays until it is closed, because texts may have to be saved from it. */
export interface LostNotice {
  readonly code: string;
  readonly reason: string;
  readonly shapes: readonly LostShape[];
}

const known = [
  "frozen", "viewer", "replaced", "document-limit", "review", "deleted", "broken",
] as const;

interface Props {
  readonly lost: LostNotice | null;
  readonly onClose: () => void;
  readonly disk: boolean;
}

export function Notices({ lost, onClose, disk }: Props) {
  const text = useText();
  return (
    <div className="notices" aria-live="assertive">
      {disk && <p className="notice warning">{text("status.disk")}</p>}
      {lost && <Lost lost={lost} onClose={onClose} />}
    </div>
  );
}

function Lost({ lost, onClose }: { readonly lost: LostNotice; readonly onClose: () => void }) {
  const text = useText();
  const code = known.find((one) => one === lost.code);
  const why = code ? text(`lost.${code}`) : text("lost.other", { reason: lost.reason });
  const refused = lost.code === "deleted" ? 0 : lost.shapes.length;
  const texts = lost.shapes.filter((one) => one.change !== "deleted" && one.text.trim() !== "");
  return (
    <section className="notice">
      <header>
        <h2>{text("lost.title")}</h2>
        <button type="button" className="plain" aria-label={text("do.close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <p>
        {why} {refused > 0 && `${plural("lost.count", refused)}.`}
      </p>
      {texts.length > 0 && (
        <>
          <p>{text("lost.texts")}</p>
          <ul className="texts">
            {texts.map((one) => (
              <li key={one.id}>{one.text}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
