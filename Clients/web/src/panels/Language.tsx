import { language, languageCodes, languages, setLanguage } from "../text";
import { useText } from "./hooks";
import { Icon } from "./Icon";

/** Every language under its own name, so that it is found from any other. */
export function Language() {
  const text = useText();
  return (
    <label className="language">
      <Icon name="language" />
      <span className="hidden">{text("lang.label")}</span>
      <select
        value={language()}
        onChange={(event) => {
          const wanted = languageCodes.find((code) => code === event.target.value);
          if (wanted) void setLanguage(wanted).catch(() => undefined);
        }}
      >
        {languageCodes.map((code) => (
          <option key={code} value={code} lang={code}>
            {languages[code]}
          </option>
        ))}
      </select>
    </label>
  );
}
