import { test } from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createSession } from "./session";
import { knownJams, takeInvitation } from "./membership";
import type { TextStorage } from "./membership";
import { memoryStorage } from "../testing/storage";

interface Asked {
  readonly line: string;
  readonly token: string | undefined;
  readonly body: Record<string, unknown>;
}

interface FakeHub {
  invitation: string;
  revoked: boolean;
  /** The tokens are good, but of a link that was renewed. */
  former?: boolean;
  role: string;
}
type Body = (origin: string, asked: Asked[], hub: FakeHub) => Promise<void>;

/** A hub that knows the invitation "good" and tokens "t1", "t2" …, the newest being valid. */
async function withHub(body: Body): Promise<void> {
  const asked: Asked[] = [];
  const hub: FakeHub = { invitation: "good", revoked: false, role: "facilitator" };
  let tokens = 0;
  const answer = ({ line, token, body: given }: Asked): [number, unknown] => {
    if (line === "POST /api/jams/demo/join") {
      if (given.invitation !== hub.invitation) {
        return [401, { error: "bad-invitation", reason: "this link was renewed" }];
      }
      if (given.name === "") return [400, { error: "bad-name", reason: "1 to 64 characters" }];
      hub.revoked = false;
      const key = given.key ?? "key-of-ann";
      return [200, {
        token: `t${++tokens}`, key, sub: `guest-${String(key)}`, name: given.name,
        role: hub.role, expires: 10_000, jam: { id: "demo", title: "Jam" },
      }];
    }
    const leads = line.includes("/invitations");
    if (hub.revoked || (leads && hub.former === true) || token !== `Bearer t${tokens}`) {
      return [401, { error: "unauthorized", reason: "" }];
    }
    switch (line) {
      case "GET /api/jams/demo/rooms":
        return [200, {
          jam: { id: "demo", title: "Jam" },
          rooms: [{ id: "radio", title: "Радыё", people: 2, changed: 9, review: 0 }, 5, {}],
        }];
      case "POST /api/jams/demo/rooms": return [201, { id: "new", title: given.title }];
      case "GET /api/jams/demo/invitations":
        return [200, { participant: "/j/demo#i=p", facilitator: "/f", viewer: "/v" }];
      case "POST /api/jams/demo/invitations/viewer/renew": return [200, { link: "/j/demo#i=n" }];
      case "POST /api/jams/demo/invitations/facilitator/renew":
        hub.invitation = "fresh";
        return [200, { link: "/j/demo#i=fresh" }];
      default: return [404, { error: "not-found", reason: "" }];
    }
  };
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += new TextDecoder().decode(chunk)));
    request.on("end", () => {
      const entry: Asked = {
        line: `${request.method} ${request.url}`,
        token: request.headers.authorization,
        body: JSON.parse(text || "{}") as Record<string, unknown>,
      };
      asked.push(entry);
      const [status, json] = answer(entry);
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(json));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    await body(`http://127.0.0.1:${server.address().port}`, asked, hub);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const options = (origin: string, storage: TextStorage, now = () => 0) =>
  ({ origin, jam: "demo", storage, now });

test("joining keeps who one is, for later visits", () => withHub(async (origin, asked) => {
  const storage = memoryStorage();
  const session = createSession(options(origin, storage), "good");
  assert(!session.joined);
  const joined = await session.join("Ann");
  assert(joined.ok && session.joined && session.sub === "guest-key-of-ann");
  const later = createSession(options(origin, storage));
  assert(later.joined);
  assert.deepEqual(await later.token(), { ok: true, token: "t1" });
  assert.deepEqual(later.membership, {
    invitation: "good", key: "key-of-ann", name: "Ann", token: "t1", expires: 10_000,
    role: "facilitator", sub: "guest-key-of-ann", title: "Jam",
  });
  assert.deepEqual(knownJams(storage), [{ jam: "demo", title: "Jam", name: "Ann" }]);
  await later.renew();
  assert.deepEqual(asked[1]?.body, { invitation: "good", name: "Ann", key: "key-of-ann" });
}));

test("an invitation is checked without joining", () => withHub(async (origin, asked) => {
  const storage = memoryStorage();
  const session = createSession(options(origin, storage), "good");
  assert.deepEqual(await session.check(), { ok: true, value: { id: "demo", title: "Jam" } });
  assert(!session.joined && session.membership?.key === undefined);
  assert.equal(storage.getItem("jamboree/jam/demo"), JSON.stringify({ invitation: "good" }));
  assert.equal(asked[0]?.body.key, undefined);
  const former = await createSession(options(origin, memoryStorage()), "former").check();
  assert.equal(former.ok || former.error, "bad-invitation");
  const nobody = await createSession(options(origin, memoryStorage())).check();
  assert.equal(nobody.ok || nobody.error, "bad-invitation");
}));

test("a token is renewed before it expires, once for all who ask", () =>
  withHub(async (origin, asked) => {
    let time = 0;
    const session = createSession(options(origin, memoryStorage(), () => time), "good");
    await session.join("Ann");
    time = 9_939;
    assert.deepEqual(await session.token(), { ok: true, token: "t1" });
    time = 9_941;
    const tokens = await Promise.all([session.token(), session.token()]);
    assert.deepEqual(tokens, [{ ok: true, token: "t2" }, { ok: true, token: "t2" }]);
    assert.equal(asked.length, 2);
  }));

test("with a clock far ahead a token is used until the hub refuses it", () =>
  withHub(async (origin, asked, hub) => {
    const now = () => 99_000;
    const session = createSession({ origin, jam: "demo", storage: memoryStorage(), now }, "good");
    await session.join("Ann");
    const joins = () => asked.filter(({ line }) => line.endsWith("/join")).length;
    for (let time = 0; time < 3; time++) assert((await session.rooms()).ok);
    assert.equal(joins(), 1);
    hub.revoked = true;
    assert((await session.rooms()).ok);
    assert.equal(joins(), 2);
  }));

test("a link of another role takes the place of the one before, the person stays", () =>
  withHub(async (origin, _, hub) => {
    const storage = memoryStorage();
    await createSession(options(origin, storage), "good").join("Ann");
    hub.invitation = "other";
    hub.role = "viewer";
    const session = createSession(options(origin, storage), "other");
    assert(session.joined && session.offer);
    assert.deepEqual(await session.offer.check(), {
      ok: true, value: { jam: { id: "demo", title: "Jam" }, role: "viewer" },
    });
    assert.equal(createSession(options(origin, storage)).membership?.role, "facilitator");
    session.offer.accept();
    assert.deepEqual(session.membership, {
      invitation: "other", key: "key-of-ann", name: "Ann", title: "Jam",
    });
    assert(!session.joined && !session.offer);
    assert((await session.join("Ann")).ok);
    assert.equal(createSession(options(origin, storage)).membership?.role, "viewer");
  }));

test("an outdated link takes nothing from who is in", () => withHub(async (origin) => {
  const storage = memoryStorage();
  await createSession(options(origin, storage), "good").join("Ann");
  const before = storage.getItem("jamboree/jam/demo");
  const session = createSession(options(origin, storage), "outdated");
  const answer = await session.offer?.check();
  assert.equal(answer?.ok || answer?.error, "bad-invitation");
  session.offer?.decline();
  assert.equal(session.offer, undefined);
  assert.equal(storage.getItem("jamboree/jam/demo"), before);
  assert(session.joined && session.sub === "guest-key-of-ann");
  assert.deepEqual(await session.token(), { ok: true, token: "t1" });
  assert.equal(createSession(options(origin, storage), "good").offer, undefined, "the same link");
}));

test("who has come in by another link in another tab keeps it", () =>
  withHub(async (origin, _, hub) => {
    const storage = memoryStorage();
    const first = createSession(options(origin, storage), "good");
    assert((await first.join("Ann")).ok);
    hub.invitation = "other";
    hub.role = "facilitator";
    const second = createSession(options(origin, storage), "other");
    second.offer?.accept();
    assert((await second.join("Ann")).ok);
    const before = storage.getItem("jamboree/jam/demo");
    hub.invitation = "good";
    hub.role = "participant";
    assert((await first.renew()).ok);
    assert.equal(storage.getItem("jamboree/jam/demo"), before);
    assert.equal(first.membership?.invitation, "good");
    hub.invitation = "other";
    hub.role = "facilitator";
    assert((await second.renew()).ok);
    const after = createSession(options(origin, storage)).membership;
    assert.deepEqual([after?.invitation, after?.role], ["other", "facilitator"]);
    assert.equal(after?.token, second.membership?.token);
  }));

test("rooms and invitations", () => withHub(async (origin, asked, hub) => {
  const session = createSession(options(origin, memoryStorage()), "good");
  await session.join("Ann");
  const rooms = await session.rooms();
  assert(rooms.ok);
  assert.deepEqual(rooms.value.rooms, [
    { id: "radio", title: "Радыё", people: 2, changed: 9, review: false },
  ]);
  hub.revoked = true;
  const made = await session.createRoom("Новая");
  assert.deepEqual(made, { ok: true, value: { id: "new", title: "Новая" } });
  const tokens = asked.slice(-3).map(({ token }) => token);
  assert.deepEqual(tokens, ["Bearer t1", undefined, "Bearer t2"]);
  const invitations = await session.invitations();
  assert.deepEqual(invitations, {
    ok: true, value: { participant: "/j/demo#i=p", facilitator: "/f", viewer: "/v" },
  });
  assert.deepEqual(await session.renewInvitation("viewer"), { ok: true, value: "/j/demo#i=n" });
  hub.invitation = "renewed";
  hub.revoked = true;
  const refused = await session.rooms();
  assert.equal(refused.ok || refused.error, "bad-invitation");
}));

test("after the link was renewed the token is used until the hub refuses it", () =>
  withHub(async (origin, asked, hub) => {
    const session = createSession(options(origin, memoryStorage()), "good");
    await session.join("Ann");
    hub.invitation = "renewed";
    assert.deepEqual(await session.renew(), { ok: true, token: "t1" });
    assert((await session.createRoom("New")).ok && session.joined);
    hub.revoked = true;
    assert.deepEqual(await session.renew(), { ok: false, error: "bad-invitation" });
    const lines = asked.slice(-2).map(({ line }) => line);
    assert.deepEqual(lines, ["POST /api/jams/demo/join", "GET /api/jams/demo/rooms"]);
  }));

test("a token is kept if nobody says whether it is good", () =>
  withHub(async (origin, _, hub) => {
    let isAway = false;
    const fetch: typeof globalThis.fetch = (to, how) =>
      isAway && String(to).endsWith("/rooms")
        ? Promise.reject(new TypeError("no network")) : globalThis.fetch(to, how);
    const session = createSession({ ...options(origin, memoryStorage()), fetch }, "good");
    await session.join("Ann");
    hub.invitation = "renewed";
    isAway = true;
    assert.deepEqual(await session.renew(), { ok: true, token: "t1" });
  }));

test("who asks for links by a token of a link that was renewed is told that it was", () =>
  withHub(async (origin, _, hub) => {
    const session = createSession(options(origin, memoryStorage()), "good");
    await session.join("Ann");
    hub.invitation = "renewed";
    hub.former = true;
    const answer = await session.invitations();
    assert.equal(answer.ok || answer.error, "bad-invitation");
    assert((await session.rooms()).ok);
  }));

test("a facilitator who renews the own link stays in", () => withHub(async (origin) => {
  const session = createSession(options(origin, memoryStorage()), "good");
  await session.join("Ann");
  assert((await session.renewInvitation("viewer")).ok);
  assert.equal(session.membership?.invitation, "good");
  assert((await session.renewInvitation("facilitator")).ok);
  assert.deepEqual(await session.renew(), { ok: true, token: "t2" });
}));

test("only who cannot begin rooms is missing one", () => withHub(async (origin, _, hub) => {
  for (const role of ["participant", "viewer"]) {
    hub.role = role;
    const session = createSession(options(origin, memoryStorage()), "good");
    await session.join("Ann");
    assert.equal(await session.missing?.("radio"), false);
    assert.equal(await session.missing?.("none"), role === "viewer");
  }
}));

test("a hub that is not there, and a name that is none", () => withHub(async (origin) => {
  const session = createSession(options(origin, memoryStorage()), "good");
  const refused = await session.join("");
  assert.deepEqual(refused, { ok: false, error: "bad-name", reason: "1 to 64 characters" });
  const nowhere = createSession(options("http://127.0.0.1:1", memoryStorage()), "good");
  assert.deepEqual(await nowhere.token(), { ok: false, error: "unreachable" });
  const nobody = createSession(options(origin, memoryStorage()));
  assert.deepEqual(await nobody.token(), { ok: false, error: "bad-invitation" });
}));

test("storage that is forbidden or holds nonsense does no harm", async () => {
  const forbidden: TextStorage = {
    length: 0,
    key: () => null,
    getItem: () => { throw new Error("forbidden"); },
    setItem: () => { throw new Error("full"); },
    removeItem: () => undefined,
  };
  assert(createSession(options("http://x", forbidden), "good").membership?.invitation === "good");
  const without = createSession({ origin: "http://x", jam: "demo", storage: undefined });
  assert.equal(without.membership, undefined);
  const storage = memoryStorage();
  for (const nonsense of ["{", "5", "null", "[]", '{"invitation":5}']) {
    storage.setItem("jamboree/jam/demo", nonsense);
    assert.equal(createSession(options("http://x", storage)).membership, undefined, nonsense);
  }
});

test("what a former page kept is found, and moves to its new place when it is kept again", () => {
  const storage = memoryStorage();
  const kept = JSON.stringify({ invitation: "good", name: "Ann", title: "Jam" });
  for (const jam of ["demo", "language"]) {
    storage.setItem(`jamboree:${jam}`, kept);
    assert.equal(createSession({ ...options("http://x", storage), jam }).membership?.name, "Ann");
  }
  const known = (): readonly string[] => knownJams(storage).map(({ jam }) => jam).sort();
  assert.deepEqual(known(), ["demo", "language"]);
  createSession(options("http://x", storage), "other");
  assert.equal(storage.getItem("jamboree:demo"), null);
  assert.equal(createSession(options("http://x", storage)).membership?.invitation, "other");
  assert.deepEqual(known(), ["demo", "language"]);
});

test("a jam named language and the language that was chosen leave each other alone", () => {
  const storage = memoryStorage();
  storage.setItem("jamboree:language", "de");
  createSession({ ...options("http://x", storage), jam: "language" }, "good");
  assert.equal(storage.getItem("jamboree:language"), "de");
  const again = createSession({ ...options("http://x", storage), jam: "language" });
  assert.equal(again.membership?.invitation, "good");
});

const addresses: readonly (readonly [string, string | undefined, string])[] = [
  ["https://h/j/demo#i=secret", "secret", "/j/demo"],
  ["https://h/j/demo/radio?x=1#i=a%2Bb", "a+b", "/j/demo/radio?x=1"],
  ["https://h/j/demo#i=s&zoom=2", "s", "/j/demo#zoom=2"],
  ["https://h/j/demo#zoom=2", undefined, "/j/demo#zoom=2"],
  ["https://h/j/demo#i=", undefined, "/j/demo#i="],
  ["https://h/", undefined, "/"],
];
for (const [address, invitation, rest] of addresses) {
  test(`the invitation in ${address}`, () => {
    assert.deepEqual(takeInvitation(address), { invitation, rest });
  });
}
