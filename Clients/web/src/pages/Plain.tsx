import { useEffect } from "react";
import type { ReactNode } from "react";
import { useText } from "../panels/hooks";
import { Language } from "../panels/Language";
import { Link } from "./Link";
import { useScreen } from "./screen";

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

/** The frame of all pages without a board. Another screen needs another `key`. */
export function Plain({ title, children }: Props) {
  const text = useText();
  const heading = useScreen();
  const name = text("app.name");
  useEffect(() => {
    document.title = `${title} · ${name}`;
  }, [title, name]);
  return (
    <div className="page">
      <header className="top">
        <Link to="/" className="brand" label={text("home.title")}>
          <img src="/icon.svg" alt="" width="28" height="28" />
          {name}
        </Link>
        <span className="filler" />
        <Language />
      </header>
      <main>
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {children}
      </main>
    </div>
  );
}
