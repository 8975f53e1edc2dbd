import { useEffect, useRef } from "react";
import { useText } from "./hooks";
import { Icon } from "./Icon";
import { Keys } from "./parts";

export function Help({ onClose }: { readonly onClose: () => void }) {
  const text = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    if (current && !current.open) current.showModal();
  }, []);
  return (
    <dialog
      className="help"
      ref={dialog}
      aria-labelledby="help-title"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <header>
        <h2 id="help-title">{text("help.label")}</h2>
        <button
          type="button"
          className="plain"
          aria-label={text("do.close")}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <Keys />
    </dialog>
  );
}
