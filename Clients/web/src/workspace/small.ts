/** A window as small as a phone's, upright or on its side (as in styles/small.css). */
export const SMALL_WINDOW = "(max-width: 720px), (max-height: 480px)";
