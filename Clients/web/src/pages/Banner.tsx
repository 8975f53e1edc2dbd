import type { Role, RoomState, Status } from "../provider";
import { useText } from "../panels/hooks";
import { Icon } from "../panels/Icon";
import { awayHint, words } from "../panels/StatusChip";

/** On a phone there is no room in the top bar for what being offline means. */
export function AwayBanner({ status }: { readonly status: Status }) {
  const text = useText();
  if (status.at !== "offline" && status.at !== "refused") return null;
  return (
    <p className={status.at === "offline" && status.blocked ? "banner away blocked" : "banner away"}>
      <span>
        <strong>{words(status, text)}.</strong>{" "}
        {status.at === "offline" && text(awayHint(status))}
      </span>
    </p>
  );
}

/** Says why nothing can be changed, as long as that is so. */
export function Banner({ state, role }: { readonly state: RoomState; readonly role: Role }) {
  const text = useText();
  if (state.review) {
    return (
      <p className="banner" role="status">
        <Icon name="eye" />
        <span><strong>{text("board.review")}</strong> {text("board.review.hint")}</span>
      </p>
    );
  }
  if (state.frozen) {
    const by = state.frozenBy;
    const hint = role === "facilitator" ? "" : text("board.frozen.hint");
    return (
      <p className="banner cold" role="status">
        <Icon name="freeze" />
        <span>
          <strong>
            {by === undefined ? text("board.frozen.nobody") : text("board.frozen", { name: by })}
          </strong>{" "}
          {hint}
        </span>
      </p>
    );
  }
  if (role !== "viewer") return null;
  return (
    <p className="banner" role="status">
      <Icon name="eye" />
      <span><strong>{text("board.viewer")}</strong> {text("board.viewer.hint")}</span>
    </p>
  );
}
