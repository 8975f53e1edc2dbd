/** The hub's HTTP API: JSON in and out, errors as `{"error": code, "reason": sentence}`. */
import { isFields } from "../protocol/control";
import type { Fields } from "../protocol/control";
import type { Answer, InvitedRole, JamTitle, RoomEntry, RoomList } from "./session-types";
import { readRole } from "./commands";
import type { Role } from "./types";

export interface Joined {
  readonly token: string;
  readonly key: string;
  readonly sub: string;
  readonly name: string;
  readonly role: Role;
  readonly expires: number;
  readonly jam: JamTitle;
}

export interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly token?: string;
  readonly body?: Fields;
}

const unreachable: Extract<Answer<never>, { ok: false }> =
  { ok: false, error: "unreachable", reason: "the hub does not answer" };
const strange: Extract<Answer<never>, { ok: false }> =
  { ok: false, error: "bad-answer", reason: "the hub answered with something else" };

/** So long a hub may take. */
const patience = 15_000;

/** Asks the hub. What it answers is checked by `read`, which gives undefined if it is not that. */
export async function ask<T>(
  origin: string,
  fetch: typeof globalThis.fetch,
  call: Call,
  read: (body: unknown) => T | undefined,
): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (call.token !== undefined) headers.Authorization = `Bearer ${call.token}`;
  if (call.body) headers["Content-Type"] = "application/json";
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patience);
  try {
    const response = await fetch(origin + call.path, {
      method: call.method,
      headers,
      body: call.body ? JSON.stringify(call.body) : null,
      cache: "no-store",
      credentials: "omit",
      signal: abort.signal,
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) return { ...refusal(response.status, body), ...restOf(response) };
    const value = read(body);
    return value === undefined ? strange : { ok: true, value };
  } catch {
    return unreachable;
  } finally {
    clearTimeout(timer);
  }
}

/** Retry-After in seconds; a date there is not one of ours. */
function restOf(response: Response): { readonly after?: number } {
  const after = Number(response.headers.get("Retry-After") ?? 0);
  return Number.isFinite(after) && after > 0 ? { after } : {};
}

/** A proxy in front of a hub that is down answers in its own words. */
function refusal(status: number, body: unknown): Extract<Answer<never>, { ok: false }> {
  if (isFields(body) && typeof body.error === "string") {
    const reason = typeof body.reason === "string" ? body.reason : "";
    return { ok: false, error: body.error, reason };
  }
  return status >= 500 ? unreachable : strange;
}

const isText = (value: unknown): value is string => typeof value === "string";

export function readJam(body: unknown): JamTitle | undefined {
  if (!isFields(body) || !isText(body.id)) return undefined;
  return { id: body.id, title: isText(body.title) ? body.title : body.id };
}

export function readJoined(body: unknown): Joined | undefined {
  if (!isFields(body)) return undefined;
  const { token, key, sub, name, expires } = body;
  const jam = readJam(body.jam);
  if (!isText(token) || !isText(key) || !isText(sub) || !isText(name) || !jam) return undefined;
  if (typeof expires !== "number") return undefined;
  return { token, key, sub, name, expires, jam, role: readRole(body.role) };
}

function readRoom(body: unknown): RoomEntry | undefined {
  const room = readJam(body);
  if (!room || !isFields(body)) return undefined;
  return {
    ...room,
    people: typeof body.people === "number" ? body.people : 0,
    changed: typeof body.changed === "number" ? body.changed : null,
    review: body.review === true,
  };
}

export function readRooms(body: unknown): RoomList | undefined {
  if (!isFields(body) || !Array.isArray(body.rooms)) return undefined;
  const jam = readJam(body.jam);
  const rooms: readonly unknown[] = body.rooms;
  return jam && { jam, rooms: rooms.flatMap((room) => readRoom(room) ?? []) };
}

export function readInvitations(
  body: unknown,
): Readonly<Record<InvitedRole, string>> | undefined {
  if (!isFields(body)) return undefined;
  const { participant, facilitator, viewer } = body;
  if (!isText(participant) || !isText(facilitator) || !isText(viewer)) return undefined;
  return { participant, facilitator, viewer };
}

export const readLink = (body: unknown): string | undefined =>
  isFields(body) && isText(body.link) ? body.link : undefined;
