import { useEffect, useState } from "react";
import type { ComponentType } from "react";
import { startLaterTexts } from "../text";
import { fetchAhead } from "./ahead";
import { useText } from "./hooks";
import { bring, browserWays } from "./part";
import type { Missing } from "./part";

/**
 * A component that is loaded, with its texts, when it is first shown. While it cannot come, its
 * place says why, and offers what helps.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  const both = async (): Promise<ComponentType<Props>> =>
    (await Promise.all([load(), startLaterTexts()]))[0];
  fetchAhead(async () => void (loaded ??= await both()));
  return function Later(props: Props) {
    const [, setCame] = useState(false);
    const [missing, setMissing] = useState<Missing | undefined>();
    const [attempt, setAttempt] = useState(0);
    useEffect(() => {
      if (loaded) return;
      let gone = false;
      void bring(both, browserWays).then((brought) => {
        if (brought.ok) loaded = brought.part;
        if (gone) return;
        setCame(brought.ok);
        setMissing(brought.ok ? undefined : brought.missing);
      });
      return () => void (gone = true);
    }, [attempt]);
    const Part = loaded;
    if (Part) return <Part {...props} />;
    const again = (): void => {
      setMissing(undefined);
      setAttempt(attempt + 1);
    };
    return <Waiting missing={missing} onAgain={again} />;
  };
}

interface WaitingProps {
  readonly missing: Missing | undefined;
  readonly onAgain: () => void;
}

function Waiting({ missing, onAgain }: WaitingProps) {
  const text = useText();
  if (missing === undefined) return <p className="hint">{text("enter.waiting")}</p>;
  const outdated = missing === "outdated";
  return (
    <div className="missing">
      <p role="alert">{text(outdated ? "later.outdated" : "later.away")}</p>
      <button
        type="button"
        className="soft"
        onClick={outdated ? () => location.reload() : onAgain}
      >
        {text(outdated ? "wrong.reload" : "do.again")}
      </button>
    </div>
  );
}
