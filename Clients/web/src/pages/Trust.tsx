import { useEffect, useState } from "react";
import { useText } from "../panels/hooks";
import { useKeeping } from "./keeping";
import { guessSystem, systems } from "./systems";
import type { System } from "./systems";

const CERTIFICATE = "/ca.crt";

/** `own`: the hub made the certificate itself that its own is signed by. */
type Answer = "asking" | "own" | "none" | "away";

const titles: Readonly<Record<System, string>> = {
  windows: "Windows (Chrome, Edge)",
  mac: "macOS (Safari, Chrome, Edge)",
  linux: "Linux (Chromium, Chrome)",
  firefox: "Firefox",
  android: "Android",
  ios: "iPhone, iPad",
};

async function ask(): Promise<Answer> {
  try {
    const { status, ok } = await fetch(CERTIFICATE, { cache: "no-store" });
    return ok ? "own" : status < 500 ? "none" : "away";
  } catch {
    return "away";
  }
}

/** How a browser comes to trust a hub on a local network, and what that means. */
export function Trust() {
  const text = useText();
  const keeping = useKeeping();
  const [answer, setAnswer] = useState<Answer>("asking");
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let gone = false;
    void ask().then((now) => !gone && setAnswer(now));
    return () => void (gone = true);
  }, [attempt]);

  switch (answer) {
    case "asking":
      return <p className="hint">{text("enter.waiting")}</p>;
    case "away":
      return (
        <div className="missing">
          <p role="alert">{text("wrong.unreachable")}</p>
          <button type="button" className="soft" onClick={() => setAttempt(attempt + 1)}>
            {text("do.again")}
          </button>
        </div>
      );
    case "none":
      return (
        <>
          <p className="lead-text">{text("trust.none")}</p>
          {keeping === "insecure" && <p>{text("trust.http")}</p>}
        </>
      );
    case "own":
      return <Own kept={keeping === "kept"} insecure={keeping === "insecure"} />;
  }
}

function Own({ kept, insecure }: { readonly kept: boolean; readonly insecure: boolean }) {
  const text = useText();
  const [mine] = useState(() => guessSystem(navigator.userAgent, navigator.maxTouchPoints > 1));
  return (
    <>
      <p className="lead-text">{text(kept ? "trust.kept" : "trust.why")}</p>
      {insecure && <p>{text("trust.http")}</p>}
      <p>{text("trust.means")}</p>
      <p>
        <a href={CERTIFICATE} className="button main">{text("trust.download")}</a>
      </p>
      <h2>{text("trust.how")}</h2>
      {systems.map((system) => (
        <details key={system} className="system" open={system === mine}>
          <summary>{titles[system]}</summary>
          <p>{text(`trust.${system}`)}</p>
        </details>
      ))}
      <p>{text("trust.then")}</p>
      <p className="hint">{text("trust.remove")}</p>
    </>
  );
}
