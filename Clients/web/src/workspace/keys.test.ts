import assert from "node:assert/strict";
import { test } from "node:test";
import { command, KeyInput } from "./keys";

const none: KeyInput = {
  key: "", code: "", mod: false, shift: false, alt: false, altGraph: false, onBoard: true,
  inBoard: true,
};

const rows: readonly [string, Partial<KeyInput>, unknown][] = [
  ["v", { key: "v", code: "KeyV" }, { do: "tool", tool: "select" }],
  ["v on a Cyrillic layout", { key: "м", code: "KeyV" }, { do: "tool", tool: "select" }],
  ["n on a Cyrillic layout", { key: "т", code: "KeyN" }, { do: "tool", tool: "note" }],
  ["undo on a Cyrillic layout", { key: "я", code: "KeyZ", mod: true }, { do: "undo" }],
  ["redo", { key: "Z", code: "KeyZ", mod: true, shift: true }, { do: "redo" }],
  ["redo as on Windows", { key: "y", code: "KeyY", mod: true }, { do: "redo" }],
  ["undo on a German keyboard", { key: "z", code: "KeyY", mod: true }, { do: "undo" }],
  ["redo on a German keyboard", { key: "Z", code: "KeyY", mod: true, shift: true }, { do: "redo" }],
  ["redo as on Windows on it", { key: "y", code: "KeyZ", mod: true }, { do: "redo" }],
  ["undo on a French keyboard", { key: "z", code: "KeyW", mod: true }, { do: "undo" }],
  ["closing on a French keyboard is the browser's", { key: "w", code: "KeyZ", mod: true }, null],
  ["all on a French keyboard", { key: "a", code: "KeyQ", mod: true }, { do: "all" }],
  ["quitting on a French keyboard is the browser's", { key: "q", code: "KeyA", mod: true }, null],
  ["all on a Cyrillic layout", { key: "ф", code: "KeyA", mod: true }, { do: "all" }],
  ["with Caps Lock", { key: "Z", code: "KeyZ", mod: true }, { do: "undo" }],
  ["q on a French keyboard", { key: "q", code: "KeyA" }, { do: "lock" }],
  ["a on a French keyboard", { key: "a", code: "KeyQ" }, null],
  ["1 on a French keyboard", { key: "&", code: "Digit1" }, { do: "tool", tool: "select" }],
  ["o on a Dvorak keyboard", { key: "o", code: "KeyS" }, { do: "tool", tool: "ellipse" }],
  ["an apostrophe where q is elsewhere", { key: "'", code: "KeyQ" }, null],
  ["a letter of an own place", { key: "ö", code: "Semicolon" }, null],
  ["a Latin letter where another is elsewhere", { key: "ş", code: "KeyS" }, null],
  ["q on a Cyrillic layout", { key: "й", code: "KeyQ" }, { do: "lock" }],
  ["n on a Thai layout, a mark", { key: "\u0e37", code: "KeyN" }, { do: "tool", tool: "note" }],
  ["AltGr is no command", { key: "ż", code: "KeyZ", mod: true, alt: true, altGraph: true }, null],
  ["Ctrl+Alt is none either", { key: "z", code: "KeyZ", mod: true, alt: true }, null],
  ["copying is the browser's", { key: "c", code: "KeyC", mod: true }, null],
  ["the question mark, wherever it is", { key: "?", code: "Minus", shift: true }, { do: "help" }],
  ["everything in view", { key: "!", code: "Digit1", shift: true }, { do: "fit" }],
  ["the selection in view", { key: "2", code: "Digit2", alt: true }, { do: "fitSelection" }],
  ["100 %", { key: "0", code: "Digit0", mod: true }, { do: "zoom100" }],
  ["zoom in", { key: "=", code: "Equal", mod: true }, { do: "zoomIn" }],
  ["an arrow", { key: "ArrowLeft" }, { do: "nudge", dx: -1, dy: 0 }],
  ["an arrow with Shift", { key: "ArrowDown", shift: true }, { do: "nudge", dx: 0, dy: 10 }],
  ["an arrow in a list is the list's", { key: "ArrowLeft", onBoard: false }, null],
  ["Enter on a button is the button's", { key: "Enter", onBoard: false }, null],
  ["letters work from a button too", { key: "h", code: "KeyH", onBoard: false },
    { do: "tool", tool: "hand" }],
  ["Tab without a focus goes to the first control", { key: "Tab", inBoard: false }, null],
  ["zoom out with one hand", { key: "-", code: "Slash" }, { do: "zoomOut" }],
  ["Tab back", { key: "Tab", shift: true }, { do: "cycle", back: true }],
  ["Backspace", { key: "Backspace" }, { do: "delete" }],
  ["a capital letter is no tool", { key: "R", code: "KeyR", shift: true }, null],
];

for (const [name, input, wanted] of rows) {
  test(`key: ${name}`, () => assert.deepEqual(command({ ...none, ...input }), wanted));
}
