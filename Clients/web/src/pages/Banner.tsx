import type { Role, RoomState, Status } from "../provider";
import { useText } from "../panels/hooks";
import { awayHint } from "../panels/away";
import { Icon } from "../panels/Icon";
import { words } from "../panels/StatusChip";
import { isLostByReload, useKeeping } from "./keeping";
import { Link } from "./Link";

/**
 * What being offline means: on a phone, where the top bar has no room for it, and everywhere if
 * there is more to it. Why the hub takes nothing: everywhere.
 */
export function AwayBanner({ status }: { readonly status: Status }) {
  const text = useText();
  const keeping = useKeeping();
  if (status.at !== "offline" && status.at !== "refused") return null;
  const isOffline = status.at === "offline";
  const isLost = isOffline && isLostByReload(keeping);
  const more = isLost || !isOffline || status.blocked;
  return (
    <p className={more ? "banner away more" : "banner away"}>
      <span>
        <strong>{words(status, text)}.</strong>{" "}
        {awayHint(status, text)}{" "}
        {isLost && text("status.noreload")}
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

/** A room begins with its first shape; until then its address may as well be a wrong one. */
export function FreshBanner({ rooms }: { readonly rooms: string }) {
  const text = useText();
  return (
    <p className="banner" role="status">
      <span>
        <strong>{text("board.fresh")}</strong> {text("board.fresh.hint")}{" "}
        <Link to={rooms} className="inline">{text("wrong.rooms")}</Link>
      </span>
    </p>
  );
}
