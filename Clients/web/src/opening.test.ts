import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, outdated } from "./opening";

/** Only the status counts, so no real answer is needed. */
const answer = (status: number): Response => ({ status, ok: status < 300 }) as Response;
const page = answer(200);
const never = new Promise<Response>(() => undefined);
const away = (): Promise<Response> => Promise.reject(new TypeError("failed to fetch"));

const rows: readonly [string, () => Promise<Response>, Response | number][] = [
  ["the hub's page", () => Promise.resolve(answer(200)), 200],
  ["what the hub says of an address that it does not know", () => Promise.resolve(answer(404)), 404],
  ["where the hub says that the page is", () => Promise.resolve(answer(0)), 0],
  ["the kept page if the hub cannot be reached", away, page],
  ["the kept page if the hub cannot answer", () => Promise.resolve(answer(503)), page],
  ["the kept page if the hub hangs", () => never, page],
];

for (const [name, ask, wanted] of rows) {
  test(`opened is ${name}`, async () => {
    const opened = await openPage(ask, () => Promise.resolve(page), 20);
    if (typeof wanted === "number") assert(opened !== page && opened.status === wanted);
    else assert.equal(opened, wanted);
  });
}

test("with no page kept, the answer of the hub is waited for", async () => {
  const none = (): Promise<undefined> => Promise.resolve(undefined);
  const slow = (): Promise<Response> =>
    new Promise((done) => void setTimeout(() => done(answer(200)), 40));
  assert.equal((await openPage(slow, none, 5)).status, 200);
  assert.equal((await openPage(() => Promise.resolve(answer(502)), none, 5)).status, 502);
  assert.equal(await openPage(away, none, 5).catch(() => "failed"), "failed");
});

const caches: readonly (readonly [string, string, string])[] = [
  ["jamboree-1", "jamboree-1", ""],
  ["jamboree-1 jamboree-2", "jamboree-2", ""],
  ["jamboree-1 jamboree-2 jamboree-3", "jamboree-3", "jamboree-1"],
  ["other-1 jamboree-1 jamboree-2 jamboree-3", "jamboree-2", "jamboree-1"],
];
for (const [names, own, gone] of caches) {
  test(`of the caches ${names} with ${own} in use go: ${gone || "none"}`, () => {
    assert.equal(outdated(names.split(" "), own).join(" "), gone);
  });
}
