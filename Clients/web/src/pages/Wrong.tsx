import type { TextKey } from "../text";
import { useText } from "../panels/hooks";
import { Link } from "./Link";
import { Plain } from "./Plain";

interface Props {
  readonly title: TextKey;
  readonly words: TextKey;
  /** A way on, if there is one. */
  readonly rooms?: string;
  readonly reload?: boolean;
  readonly unsaved?: boolean;
  /** Tries again without loading anything. */
  readonly again?: () => void;
}

/** Something has ended, or cannot begin: says why, and what can be done. */
export function Wrong({ title, words, rooms, reload, unsaved, again }: Props) {
  const text = useText();
  return (
    <Plain title={text(title)}>
      <p className="lead-text">{text(words)}</p>
      {unsaved === true && <p>{text("wrong.unsaved")}</p>}
      <p className="choices">
        {rooms !== undefined && (
          <Link to={rooms} className="button soft">{text("wrong.rooms")}</Link>
        )}
        {again && (
          <button type="button" className="main" onClick={again}>{text("do.again")}</button>
        )}
        {reload === true && (
          <button type="button" className="main" onClick={() => location.reload()}>
            {text("wrong.reload")}
          </button>
        )}
      </p>
    </Plain>
  );
}
