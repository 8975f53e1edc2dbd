import { useEffect, useId, useRef, useState } from "react";
import { useText } from "./hooks";
import { Icon } from "./Icon";

interface Props {
  readonly label: string;
  readonly link: string;
  readonly hint?: string;
}

/** A link to read and to copy; where copying is not allowed, it is selected instead. */
export function CopyLink({ label, link, hint }: Props) {
  const text = useText();
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => setCopied(false), [link]);

  async function copy(): Promise<void> {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      setCopied(document.execCommand("copy")); // on a LAN without TLS there is no clipboard
    }
  }

  const word = text(copied ? "do.copied" : "do.copy");
  return (
    <div className="link">
      <label htmlFor={id}>{label}</label>
      <div className="row">
        <input
          id={id}
          ref={field}
          readOnly
          value={link}
          onFocus={(event) => event.target.select()}
        />
        <button
          type="button"
          className="soft"
          title={text("do.copy")}
          aria-label={`${word}: ${label}`}
          onClick={() => void copy()}
        >
          <Icon name={copied ? "check" : "copy"} />
          <span>{word}</span>
        </button>
      </div>
      <p className="hidden" aria-live="polite">{copied ? word : ""}</p>
      {hint !== undefined && <p className="hint">{hint}</p>}
    </div>
  );
}
