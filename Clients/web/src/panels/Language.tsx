import { useState } from "react";
import { language, languageCodes, languages, setLanguage } from "../text";
import { useText } from "./hooks";
import { Icon } from "./Icon";

/** Every language under its own name, so that it is found from any other. */
export function Language() {
  const text = useText();
  const [isAway, setAway] = useState(false);
  return (
    <>
      <label className="language">
        <Icon name="language" />
        <span className="hidden">{text("lang.label")}</span>
        <select
          value={language()}
          onChange={(event) => {
            const wanted = languageCodes.find((code) => code === event.target.value);
            setAway(false);
            if (wanted) void setLanguage(wanted).catch(() => setAway(true));
          }}
        >
          {languageCodes.map((code) => (
            <option key={code} value={code} lang={code}>
              {languages[code]}
            </option>
          ))}
        </select>
      </label>
      {isAway && <p className="hint" role="alert">{text("lang.away")}</p>}
    </>
  );
}
