import type { TextKey } from "../text";
import { useText } from "./hooks";

type Row = readonly [what: TextKey, ...keys: string[]];

/** "@x" is the name of a key in the language of the interface. */
const groups: readonly (readonly [TextKey, readonly Row[]])[] = [
  ["help.tools", [
    ["tool.select", "V", "1"], ["tool.hand", "H"], ["tool.note", "N", "S"], ["tool.pen", "P", "7"],
    ["tool.rect", "R", "2"], ["tool.ellipse", "O", "4"], ["tool.lock", "Q"],
  ]],
  ["help.edit", [
    ["help.make", "@key.enter"], ["help.cycle", "@key.tab"], ["help.nudge", "@key.arrows"],
    ["help.text", "@key.enter"],
    ["help.text.end", "@key.escape"], ["help.next", "@key.tab"], ["help.delete", "@key.delete"],
    ["help.all", "@mod A"], ["help.duplicate", "@mod D"],
    ["help.clipboard", "@mod C", "@mod X", "@mod V"], ["do.undo", "@mod Z"],
    ["do.redo", "@mod @key.shift Z", "@mod Y"],
  ]],
  ["help.view", [
    ["help.pan", "@help.space @help.drag", "@key.arrows"],
    ["help.zoom", "@help.wheel", "@mod @help.wheel", "@mod +", "@mod −"],
    ["zoom.reset", "@mod 0"], ["zoom.fit", "@key.shift 1"], ["help.selection", "@key.shift 2"],
    ["help.leave", "@key.escape @key.tab"], ["help.label", "?"],
  ]],
];

const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** What the keys do, for the help dialog. */
export function Keys() {
  const text = useText();
  const name = (part: string): string =>
    part === "@mod" ? (isMac ? "⌘" : text("key.ctrl")) :
    part.startsWith("@") ? text(part.slice(1) as TextKey) : part;
  return (
    <div className="groups">
      {groups.map(([title, rows]) => (
        <section key={title}>
          <h3>{text(title)}</h3>
          <dl>
            {rows.map(([what, ...keys]) => (
              <div key={what}>
                <dt>{text(what)}</dt>
                <dd>
                  {keys.map((key) => (
                    <span key={key} className="keys">
                      {key.split(" ").map((part) => <kbd key={part}>{name(part)}</kbd>)}
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
