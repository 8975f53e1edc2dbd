import type { Status } from "../provider";
import type { text as say, TextKey } from "../text";

type Away = Extract<Status, { readonly at: "offline" | "refused" }>;

const reasons: Readonly<Record<string, TextKey>> = {
  "not-saving": "refused.not-saving",
  frozen: "refused.frozen",
  "foreign-client": "refused.foreign-client",
  "board-limit": "refused.board-limit",
};

/** What somebody should know without a connection, or while nothing of theirs is taken. */
export function awayHint(status: Away, text: typeof say): string {
  if (status.at === "offline") {
    return text(status.blocked === true ? "status.blocked.hint" : "status.offline.hint");
  }
  const { code } = status;
  if (code === "broken") return text("status.broken.hint");
  const known = Object.prototype.hasOwnProperty.call(reasons, code) ? reasons[code] : undefined;
  const why = known ? text(known) : text("refused.other", { code });
  return `${why} ${text("refused.hint")}`;
}

/**
 * What makes a button that does nothing without a connection; `reason` is the id of the words that
 * say so. One that was disabled altogether would lose the focus of who has just used it.
 */
export const unlessAway = (away: boolean, reason: string, run: () => void) => ({
  "aria-disabled": away,
  "aria-describedby": away ? reason : undefined,
  onClick: () => void (away || run()),
});
