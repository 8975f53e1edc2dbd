import type { TextKey } from "../text";
import { text } from "../text";

/** What the hub, or the way to it, answers most often; the rest is told in the hub's own words. */
const known: Readonly<Record<string, TextKey>> = {
  unreachable: "wrong.unreachable",
  offline: "wrong.unreachable",
  timeout: "wrong.unreachable",
  "too-many-requests": "wrong.busy",
  busy: "wrong.busy",
  forbidden: "wrong.forbidden",
  "not-allowed": "wrong.forbidden",
  "room-limit": "wrong.full",
};

/** There was no answer: what is told of that is over once there is one. */
export const isAway = (error: string): boolean =>
  Object.prototype.hasOwnProperty.call(known, error) && known[error] === "wrong.unreachable";

/** Why something did not work, for people. */
export function wrongWords(
  { error, reason }: { readonly error: string; readonly reason: string },
): string {
  const key = Object.prototype.hasOwnProperty.call(known, error) ? known[error] : undefined;
  return key ? text(key) : text("wrong.other", { reason: reason || error });
}
