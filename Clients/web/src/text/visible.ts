/**
 * White space, control and format characters, what Unicode has drawn as nothing (Hangul fillers,
 * variation selectors, …), and the Braille pattern without a dot.
 */
const BLANK = /^[\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** Whether a reader sees anything of a name. One that nobody sees counts as none. */
export const isVisible = (name: string): boolean => !BLANK.test(name);

/**
 * Control characters, halves of surrogate pairs, and what shows nothing or turns the direction of
 * what stands beside it; not white space, nor what makes one emoji of several.
 */
const HIDDEN =
  /(?![\t-\r\u0085\u200d\ufe0e\ufe0f\u{e0020}-\u{e007f}])[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;
const SPACE = /[\s\u0085\p{Z}]+/gu;
const ENDS = /^[ \u2800]+|[ \u2800]+$/gu;

/** A name or a title as it is sent, so that the hub takes what was pasted from anywhere. */
export const tidied = (name: string): string =>
  name.replace(HIDDEN, "").replace(SPACE, " ").replace(ENDS, "");

/** What the hub takes, in Unicode characters (Protocol/http.md section 2). */
export const longest = { name: 64, title: 120 } as const;

/** `name` is tidied: whether it will do. */
export const isWithin = (name: string, most: number): boolean =>
  isVisible(name) && Array.from(name).length <= most;
