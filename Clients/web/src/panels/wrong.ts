import type { TextKey } from "../text";
import { text } from "../text";

/**
 * What the hub, or the way to it, answers most often. Of the rest the code is told: the hub's
 * sentences are all in English.
 */
const known: Readonly<Record<string, TextKey>> = {
  unreachable: "wrong.unreachable",
  offline: "wrong.unreachable",
  timeout: "wrong.unreachable",
  "too-many-requests": "wrong.busy",
  busy: "wrong.busy",
  forbidden: "wrong.forbidden",
  "not-allowed": "wrong.forbidden",
  viewer: "wrong.forbidden",
  unauthorized: "wrong.forbidden",
  "bad-invitation": "wrong.link.text",
  "bad-name": "enter.name.bad",
  "name-stays": "enter.name.stays",
  "bad-title": "rooms.new.bad",
  "not-saving": "refused.not-saving",
  "service-unavailable": "wrong.busy",
  "room-limit": "wrong.full",
};

/** There was no answer: what is told of that is over once there is one. */
export const isAway = (error: string): boolean =>
  Object.prototype.hasOwnProperty.call(known, error) && known[error] === "wrong.unreachable";

/** What did not work: kept as it is, for the page may be in another language when it is shown. */
export interface Failed {
  readonly error: string;
}

/** Why something did not work, for people. */
export function wrongWords({ error }: Failed): string {
  const key = Object.prototype.hasOwnProperty.call(known, error) ? known[error] : undefined;
  return key ? text(key) : text("wrong.other", { code: error });
}
