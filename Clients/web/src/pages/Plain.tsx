import { useEffect } from "react";
import type { ReactNode } from "react";
import { useText } from "../panels/hooks";
import { Language } from "../panels/Language";

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

/** The frame of all pages without a board. */
export function Plain({ title, children }: Props) {
  const text = useText();
  useEffect(() => {
    document.title = `${title} · ${text("app.name")}`;
  }, [title]);
  return (
    <div className="page">
      <header className="top">
        <img src="/icon.svg" alt="" width="28" height="28" />
        <span className="brand">{text("app.name")}</span>
        <Language />
      </header>
      <main>
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
