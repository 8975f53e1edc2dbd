/**
 * White space, control and format characters, what Unicode has drawn as nothing (Hangul fillers,
 * variation selectors, …), and the Braille pattern without a dot.
 */
const BLANK = /^[\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** Whether a reader sees anything of a name. One that nobody sees counts as none. */
export const isVisible = (name: string): boolean => !BLANK.test(name);
