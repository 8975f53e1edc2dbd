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
        <button type="button" className="soft" title={text("do.copy")} onClick={() => void copy()}>
          <Icon name={copied ? "check" : "copy"} />
          <span aria-live="polite">{text(copied ? "do.copied" : "do.copy")}</span>
        </button>
      </div>
      {hint !== undefined && <p className="hint">{hint}</p>}
    </div>
  );
}
