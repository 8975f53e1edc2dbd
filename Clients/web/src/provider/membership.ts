/** What this browser keeps of its jams, in localStorage. */
import { isFields } from "../protocol/control";
import { readRole } from "./commands";
import type { Membership } from "./session-types";

/** The part of localStorage that is used. */
export interface TextStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** No id of a jam has a slash in it, so no other key of ours is ever one of these. */
const prefix = "jamboree/jam/";
/** What pages before kept them under, where a jam named `language` met the language. */
const former = "jamboree:";

const text = <K extends string>(key: K, value: unknown) =>
  (typeof value === "string" ? { [key]: value } : {}) as { readonly [P in K]?: string };

export function loadMembership(
  storage: TextStorage | undefined,
  jam: string,
): Membership | undefined {
  try {
    const found = storage?.getItem(prefix + jam) ?? storage?.getItem(former + jam);
    const fields: unknown = JSON.parse(found ?? "null");
    if (!isFields(fields) || typeof fields.invitation !== "string") return undefined;
    return {
      invitation: fields.invitation,
      ...text("key", fields.key),
      ...text("name", fields.name),
      ...text("token", fields.token),
      ...text("sub", fields.sub),
      ...text("title", fields.title),
      ...(typeof fields.expires === "number" ? { expires: fields.expires } : {}),
      ...(typeof fields.role === "string" ? { role: readRole(fields.role) } : {}),
    };
  } catch {
    return undefined;
  }
}

/** A browser that does not let us keep it only asks for the link again after a reload. */
export function keepMembership(
  storage: TextStorage | undefined,
  jam: string,
  membership: Membership,
): void {
  try {
    storage?.setItem(prefix + jam, JSON.stringify(membership));
    // only what was a membership: under the former key there may be the language of a former page
    if (storage?.getItem(former + jam)?.startsWith("{")) storage.removeItem(former + jam);
  } catch {
    // Full, or forbidden.
  }
}

/** The jams that this browser knows, for the page at "/". */
export function knownJams(
  storage: TextStorage | undefined,
): readonly { readonly jam: string; readonly title: string; readonly name: string }[] {
  const ids = new Set<string>();
  for (let at = 0; storage && at < storage.length; at++) {
    const key = storage.key(at);
    const start = [prefix, former].find((one) => key?.startsWith(one));
    if (key !== null && start !== undefined) ids.add(key.slice(start.length));
  }
  const jams: { jam: string; title: string; name: string }[] = [];
  for (const jam of ids) {
    const membership = loadMembership(storage, jam);
    if (membership) jams.push({ jam, title: membership.title ?? jam, name: membership.name ?? "" });
  }
  return jams.sort((one, two) => one.title.localeCompare(two.title));
}

/**
 * Takes the invitation out of an address: `invitation` is undefined if there is none, `rest` is
 * what to put into the address bar instead (path and query), so that nobody copies the secret.
 */
export function takeInvitation(
  address: string,
): { readonly invitation: string | undefined; readonly rest: string } {
  const url = new URL(address);
  const fields = new URLSearchParams(url.hash.slice(1));
  const invitation = fields.get("i") || undefined;
  fields.delete("i");
  const fragment = invitation === undefined ? url.hash : fields.toString();
  const hash = fragment === "" || fragment.startsWith("#") ? fragment : `#${fragment}`;
  return { invitation, rest: url.pathname + url.search + hash };
}
