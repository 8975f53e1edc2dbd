import { useEffect } from "react";
import type { ReactNode } from "react";
import { useText } from "../panels/hooks";
import { Language } from "../panels/Language";
import { Link } from "./Link";

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
        <Link to="/" className="brand" label={text("home.title")}>
          <img src="/icon.svg" alt="" width="28" height="28" />
          {text("app.name")}
        </Link>
        <span className="filler" />
        <Language />
      </header>
      <main>
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
