import { useEffect, useId, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useText } from "./hooks";
import { Icon } from "./Icon";

interface Props {
  readonly label: string;
  readonly button: ReactNode;
  readonly className?: string;
  readonly onOpen?: () => void;
  readonly children: (close: () => void) => ReactNode;
}

/** A button with a sheet that it opens; Escape and going elsewhere, by press or key, close it. */
export function Popover({ label, button, className, onOpen, children }: Props) {
  const text = useText();
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const sheet = useRef<HTMLElement>(null);
  const title = useId();

  function close(refocus: boolean): void {
    setOpen(false);
    if (refocus) trigger.current?.focus();
  }

  useEffect(() => {
    if (!open) return;
    sheet.current?.focus();
    const pressed = (event: Event): void => {
      const { target } = event;
      if (target instanceof Node && !root.current?.contains(target)) setOpen(false);
    };
    document.addEventListener("pointerdown", pressed, true);
    return () => document.removeEventListener("pointerdown", pressed, true);
  }, [open]);

  return (
    <div
      className={`popover ${className ?? ""}`}
      ref={root}
      onBlur={({ relatedTarget, currentTarget }) => {
        if (relatedTarget && !currentTarget.contains(relatedTarget)) setOpen(false);
      }}
      onKeyDown={(event) => {
        if (!open || event.key !== "Escape") return;
        event.stopPropagation();
        close(true);
      }}
    >
      <button
        type="button"
        className="plain"
        ref={trigger}
        aria-label={label}
        title={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          if (!open) onOpen?.();
          setOpen(!open);
        }}
      >
        {button}
      </button>
      {open && (
        <section className="sheet" role="dialog" aria-labelledby={title} tabIndex={-1} ref={sheet}>
          <header>
            <h2 id={title}>{label}</h2>
            <button
              type="button"
              className="plain"
              aria-label={text("do.close")}
              onClick={() => close(true)}
            >
              <Icon name="close" />
            </button>
          </header>
          {children(() => close(true))}
        </section>
      )}
    </div>
  );
}
