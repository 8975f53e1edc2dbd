import { test } from "node:test";
import assert from "node:assert/strict";
import { memoryStorage } from "../testing/storage";
import type { TextStorage } from "./membership";
import { createSession } from "./session";
import type { Session } from "./session-types";

interface SlowHub {
  readonly fetch: typeof globalThis.fetch;
  /** From now on answers wait; those to requests that were refused, too. */
  hold(): void;
  release(): void;
  readonly joins: number;
}

/** A hub with the invitations "part" and "lead" that answers when the test says so. */
function slowHub(): SlowHub {
  const roles = new Map([["part", "participant"], ["lead", "facilitator"]]);
  const held: (() => void)[] = [];
  let holds = false;
  let keys = 0;
  let joins = 0;

  function join(given: Record<string, unknown>): [number, unknown] {
    const role = roles.get(String(given.invitation));
    if (role === undefined) return [401, { error: "bad-invitation", reason: "" }];
    const key = given.key ?? `key${++keys}`;
    return [200, {
      token: `t${++joins}`, key, sub: `${String(key)} ${role}`, name: given.name, role,
      expires: 10_000, jam: { id: "demo", title: "Jam" },
    }];
  }

  function renewLead(): [number, unknown] {
    roles.delete("lead");
    roles.set("lead2", "facilitator");
    return [200, { link: "/j/demo#i=lead2" }];
  }

  async function answer(url: unknown, init?: RequestInit): Promise<Response> {
    const isJoin = String(url).endsWith("/join");
    const given = JSON.parse(String(init?.body ?? "{}")) as Record<string, unknown>;
    const [status, body] = isJoin ? join(given) : renewLead();
    if (isJoin && holds) await new Promise<void>((done) => void held.push(done));
    return new Response(JSON.stringify(body), { status });
  }

  return {
    fetch: answer as typeof globalThis.fetch,
    hold: () => void (holds = true),
    release() {
      holds = false;
      held.splice(0).forEach((go) => go());
    },
    get joins() { return joins; },
  };
}

const turn = (): Promise<void> => new Promise((done) => void setTimeout(done, 0));
const days = 200_000;

function tab(hub: SlowHub, storage: TextStorage, invitation?: string, time = 0): Session {
  const { fetch } = hub;
  const options = { origin: "http://hub", jam: "demo", storage, fetch, now: () => time };
  return createSession(options, invitation);
}

test("a link that is accepted while a token is renewed stays accepted", async () => {
  const hub = slowHub(), storage = memoryStorage();
  await tab(hub, storage, "part").join("Ann");
  const later = tab(hub, storage, "lead", days);
  hub.hold();
  const renewing = later.token();
  await turn();
  later.offer?.accept();
  hub.release();
  assert((await renewing).ok, "what is left is still sent by the former link");
  assert.equal(later.membership?.invitation, "lead");
  assert(!later.joined);
  const joined = await later.join("Ann");
  assert.equal(joined.ok && joined.value.role, "facilitator");
  assert.equal(tab(hub, storage).membership?.invitation, "lead");
});

test("a token is not that of a renewal by a former link", async () => {
  const hub = slowHub(), storage = memoryStorage();
  await tab(hub, storage, "part").join("Ann");
  const later = tab(hub, storage, "lead", days);
  hub.hold();
  const former = later.renew();
  later.offer?.accept();
  const present = later.renew();
  await turn();
  hub.release();
  assert.deepEqual(await present, { ok: true, token: "t3" });
  assert.deepEqual(await former, { ok: true, token: "t2" });
  assert.equal(later.membership?.role, "facilitator");
});

test("the own link that is renewed while a token is renewed stays the new one", async () => {
  const hub = slowHub(), storage = memoryStorage();
  const lead = tab(hub, storage, "lead");
  await lead.join("Lea");
  hub.hold();
  const renewing = lead.renew();
  await turn();
  assert((await lead.renewInvitation("facilitator")).ok);
  hub.release();
  assert((await renewing).ok);
  assert.equal(lead.membership?.invitation, "lead2");
  assert.equal(tab(hub, storage).membership?.invitation, "lead2");
  assert((await lead.renew()).ok);
});

test("a token that is refused for the own link's renewal is asked for by the new one", async () => {
  const hub = slowHub(), storage = memoryStorage();
  const lead = tab(hub, storage, "lead");
  await lead.join("Lea");
  const other = tab(hub, storage);
  assert((await other.renewInvitation("facilitator")).ok);
  assert((await lead.renew()).ok, "the tab in which nothing was renewed");
  assert.equal(lead.membership?.invitation, "lead2");
  assert((await lead.renewInvitation("facilitator")).ok);
  assert.equal(lead.sub, "key1 facilitator");
});

test("only an own link takes the place of one that is no longer good", async () => {
  const hub = slowHub(), storage = memoryStorage();
  const lead = tab(hub, storage, "lead");
  await lead.join("Lea");
  const other = tab(hub, storage, "part");
  other.offer?.accept();
  await other.join("Lea");
  await other.renewInvitation("facilitator");
  assert.deepEqual(await lead.renew(), { ok: true, token: "t1" }, "the own token, while it is good");
  assert.equal(lead.membership?.invitation, "lead");
  assert.equal(tab(hub, storage).membership?.invitation, "part");
});

test("two tabs opened by one link before a name was given are one person", async () => {
  const hub = slowHub(), storage = memoryStorage();
  const one = tab(hub, storage, "part"), two = tab(hub, storage, "part");
  await one.join("Ann");
  await two.join("Ann");
  assert.equal(two.sub, one.sub);
  assert.equal(tab(hub, storage).membership?.key, "key1");
});

test("and so they are when both come in at once", async () => {
  const hub = slowHub(), storage = memoryStorage();
  const tabs = [tab(hub, storage, "part"), tab(hub, storage, "part")];
  hub.hold();
  const joining = Promise.all(tabs.map((each) => each.join("Ann")));
  await turn();
  assert.equal(hub.joins, 2);
  hub.release();
  assert((await joining).every(({ ok }) => ok));
  assert.equal(tabs[0]?.sub, tabs[1]?.sub);
  assert.equal(tab(hub, storage).sub, tabs[0]?.sub);
});

test("another link's person is another", async () => {
  const hub = slowHub(), storage = memoryStorage();
  const one = tab(hub, storage, "part");
  const two = tab(hub, storage, "lead");
  await two.join("Lea");
  await one.join("Ann");
  assert.notEqual(one.membership?.key, two.membership?.key);
  assert.equal(tab(hub, storage).membership?.invitation, "lead");
});

test("nobody comes in by a link that another tab was offered", async () => {
  const hub = slowHub(), storage = memoryStorage();
  await tab(hub, storage, "part").join("Ann");
  const one = tab(hub, storage, "outdated"), two = tab(hub, storage, "lead");
  one.offer?.accept();
  two.offer?.accept();
  const refused = await one.join("Ann");
  assert.equal(refused.ok || refused.error, "bad-invitation");
  assert.equal(one.membership?.invitation, "outdated");
});
