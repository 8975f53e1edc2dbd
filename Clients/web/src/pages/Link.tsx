import type { MouseEvent, ReactNode } from "react";
import { go } from "./navigation";

interface Props {
  readonly to: string;
  readonly className?: string;
  readonly label?: string;
  readonly children: ReactNode;
}

/** A link within the client; with a modifier the browser opens it as any other. */
export function Link({ to, className, label, children }: Props) {
  function click(event: MouseEvent): void {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  }
  return (
    <a href={to} className={className} aria-label={label} title={label} onClick={click}>
      {children}
    </a>
  );
}
