import { knownJams } from "../provider";
import { useText } from "../panels/hooks";
import { Link } from "./Link";
import { Plain } from "./Plain";
import { storage } from "./storage";

/** The jams that this browser was let into. */
export function Home() {
  const text = useText();
  const jams = knownJams(storage());
  return (
    <Plain title={text("home.title")}>
      {jams.length === 0 && <p className="lead-text">{text("home.none")}</p>}
      <ul className="rooms">
        {jams.map(({ jam, title, name }) => (
          <li key={jam}>
            <Link to={`/j/${jam}`} className="room">
              <span className="title">{title || jam}</span>
              <span className="facts">{name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Plain>
  );
}
