import { useEffect, useRef } from "react";
import { unlessAway } from "./away";
import { useText } from "./hooks";

interface Props {
  readonly name: string;
  /** There is no connection: nobody can be removed. */
  readonly away: boolean;
  readonly onRemove: (renew: boolean) => void;
  readonly onCancel: () => void;
}

/** Asks once, and says what removing does not do. */
export function RemoveForm({ name, away, onRemove, onCancel }: Props) {
  const text = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    if (current && !current.open) current.showModal();
  }, []);
  const unless = (run: () => void) => unlessAway(away, "remove-away", run);
  return (
    <dialog
      className="ask"
      ref={dialog}
      aria-labelledby="remove-title"
      onClose={onCancel}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <h2 id="remove-title">{text("lead.remove.sure", { name })}</h2>
      <p>{text("lead.remove.honest")}</p>
      {away && <p id="remove-away" className="wrong" role="status">{text("lead.away")}</p>}
      <div className="choices">
        <button type="button" className="main danger" {...unless(() => onRemove(false))}>
          {text("lead.remove.yes")}
        </button>
        <button type="button" className="soft" {...unless(() => onRemove(true))}>
          {text("lead.remove.renew")}
        </button>
        <button type="button" className="quiet" onClick={onCancel} autoFocus>
          {text("lead.cancel")}
        </button>
      </div>
    </dialog>
  );
}
