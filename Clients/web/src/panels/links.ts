import type { Membership } from "../provider";

/** The same invitation, but right into a room: "/j/demo#i=…" becomes "/j/demo/<room>#i=…". */
export const intoRoom = (link: string, room: string): string =>
  link.replace(/^([^#]*?)\/?#/, `$1/${room}#`);

/** What somebody came by themselves, to hand on; undefined without it. */
export function ownLink(
  jam: string,
  room: string,
  membership: Membership | undefined,
): string | undefined {
  if (!membership) return undefined;
  return `/j/${jam}/${room}#i=${encodeURIComponent(membership.invitation)}`;
}
