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
  /(?![\t-\r\u0085\u200c\u200d\ufe0e\ufe0f\u{e0020}-\u{e007f}])[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;
const JOINERS = /([\u200c\u200d])[\u200c\u200d]*/g;
const EMOJI = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0e\ufe0f\u{e0020}-\u{e007f}]$/u;
const VIRAMA =
  "[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b-\u0d3c\u0d4d\u0dca\u1039\u17d2\u1b44\u1baa\ua8c4\ua9c0]";
const AFTER_VIRAMA = new RegExp(`${VIRAMA}$`);
const BEFORE_VIRAMA = new RegExp(`^${VIRAMA}`);
/** Scripts whose letters join: Arabic, Syriac, N'Ko, Mandaic, Mongolian. */
const CURSIVE = "[\u0620-\u06ff\u0710-\u077f\u07ca-\u07ea\u0840-\u0858\u0860-\u08c9\u1820-\u18aa]";
/** But for Arabic letters that never join the next one. */
const JOINING = new RegExp(
  `(?![\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef])(?!\\p{Mn})(?=\\p{Alphabetic})${CURSIVE}\\p{Mn}*$`,
  "u",
);
const CURSIVE_NEXT = new RegExp(`^(?=\\p{Alphabetic})${CURSIVE}`, "u");

/** Whether letters, or emoji, look otherwise without the joiner: as the hub has it. */
function isKept(joiner: string, before: string, after: string): boolean {
  if (joiner === "\u200d") {
    const isAtR = /[\u09b0\u0cb0]$/.test(before) && BEFORE_VIRAMA.test(after);
    return EMOJI.test(before) || AFTER_VIRAMA.test(before) || isAtR;
  }
  if (AFTER_VIRAMA.test(before)) return /^\p{Alphabetic}/u.test(after);
  return JOINING.test(before) && CURSIVE_NEXT.test(after);
}

const SPACE = /[\s\u0085\p{Z}]+/gu;
const ENDS = /^[ \u2800]+|[ \u2800]+$/gu;

/** A name or a title as it is sent, so that the hub takes what was pasted from anywhere. */
export const tidied = (name: string): string =>
  name.replace(HIDDEN, "").replace(JOINERS, ofJoiners).replace(SPACE, " ").replace(ENDS, "");

const ofJoiners = (run: string, first: string, at: number, name: string): string =>
  isKept(first, name.slice(0, at), name.slice(at + run.length)) ? first : "";

/** What the hub takes, in Unicode characters (Protocol/http.md section 2). */
export const longest = { name: 64, title: 120 } as const;

/** `name` is tidied: whether it will do. */
export const isWithin = (name: string, most: number): boolean =>
  isVisible(name) && Array.from(name).length <= most;
