import { after, test } from "node:test";
import assert from "node:assert/strict";
import { createEditor, lostShapes, readShapes } from "../board/index";
import type { LostShape, NewShape } from "../board/index";
import { eighth } from "../board/schema";
import { createHub, noHub, until, visit } from "../testing/hub";
import type { Hub, Visitor } from "../testing/hub";
import type { BoardConnection, Loss } from "./types";

const hub = noHub ? undefined : createHub();
const visitors: Visitor[] = [];
let started: Promise<void> | undefined;

after(async () => {
  for (const { room } of visitors) room.close();
  await hub?.close();
});

/** A test that gets the running hub, and a way to come into a room of its own. */
type Come = (sub: string, role?: string, store?: Visitor["store"]) => Visitor;
function hubTest(name: string, body: (come: Come, hub: Hub) => Promise<void>) {
  const room = name.replace(/[^a-z]+/gi, "-").toLowerCase().slice(0, 60);
  void test(name, { skip: noHub, timeout: 60_000 }, async () => {
    assert(hub !== undefined);
    started ??= hub.start();
    await started;
    const mine: Visitor[] = [];
    try {
      await body((sub, role, store) => {
        const visitor = visit(hub, room, sub, role, store);
        mine.push(visitor);
        visitors.push(visitor);
        return visitor;
      }, hub);
    } finally {
      for (const visitor of mine) visitor.room.close();
    }
  });
}

const place = { x: eighth(0), y: eighth(0), w: eighth(800), h: eighth(800) };
const note = (text: string): NewShape => ({ type: "note", color: "yellow", ...place, text });

const add = (board: BoardConnection, text: string) =>
  createEditor(board.doc, { sub: "?", name: "?" }).create(note(text));

const texts = (board: BoardConnection): string =>
  [...readShapes(board.doc).values()]
    .map((shape) => ("text" in shape ? shape.text : ""))
    .sort().join(" ");

const saved = (visitor: Visitor) =>
  until("saved", () => visitor.room.status.at === "saved");

const shows = (board: BoardConnection, text: string) =>
  until(`shows ${text}`, () => texts(board) === text);

hubTest("two people edit, see each other, and everything is saved", async (come) => {
  const [ann, ben] = [come("ann"), come("ben")];
  const [one, two] = [ann.room.board("main"), ben.room.board("main")];
  one.awareness.setLocalStateField("user", { name: "not Ann", color: "red" });
  one.awareness.setLocalStateField("cursor", { x: 8, y: 16 });
  const counts: number[] = [];
  ann.room.onStatus(() => counts.push(one.unsaved));
  add(one, "before-it-is-connected");
  await Promise.all([saved(ann), saved(ben)]);
  await shows(two, "before-it-is-connected");
  add(one, "live");
  assert.deepEqual(ann.room.status, { at: "saving", unsaved: 1 });
  add(two, "too");
  for (const board of [one, two]) await shows(board, "before-it-is-connected live too");
  await Promise.all([saved(ann), saved(ben)]);
  assert.equal(one.unsaved + two.unsaved, 0);
  assert(Math.max(...counts) > 0, "it was seen that something is unsaved");
  const seen = () => two.awareness.getStates().get(one.doc.clientID);
  await until("Ann's cursor", () => seen()?.cursor);
  const { user, cursor } = seen() ?? {};
  assert.deepEqual([cursor, user], [
    { x: 8, y: 16 }, { name: "ann", color: "red", role: "participant" },
  ]);
  ann.room.close();
  await until("Ann is out of sight", () => seen() === undefined);
  assert.deepEqual(ann.room.status, { at: "ended", code: "closed", unsaved: 0 });
});

hubTest("a killed hub comes back, what was done meanwhile comes in", async (come, hub) => {
  const [ann, ben] = [come("ann"), come("ben")];
  const [one, two] = [ann.room.board("main"), ben.room.board("main")];
  one.awareness.setLocalStateField("cursor", { x: 1, y: 1 });
  add(one, "a");
  await saved(ann);
  await shows(two, "a");
  await hub.kill();
  for (const { room } of [ann, ben]) await until("offline", () => room.status.at === "offline");
  assert.equal(two.awareness.getStates().size, 1, "nobody else is in sight");
  add(one, "b");
  add(two, "c");
  add(two, "d");
  assert.deepEqual(ben.room.status, { at: "offline", unsaved: 2 });
  await hub.start();
  ann.environment.wake();
  ben.environment.wake();
  for (const board of [one, two]) await shows(board, "a b c d");
  await Promise.all([saved(ann), saved(ben)]);
  await until("in sight again", () => two.awareness.getStates().get(one.doc.clientID)?.cursor);
  const late = come("late").room.board("main");
  await shows(late, "a b c d");
});

hubTest("without a network editing goes on, also over a reload", async (come) => {
  const ann = come("ann");
  const one = ann.room.board("main");
  add(one, "a");
  await saved(ann);
  ann.environment.network(false);
  add(one, "b");
  await until("offline", () => ann.room.status.at === "offline");
  ann.room.close();
  const again = come("ann", "participant", ann.store);
  again.environment.network(false);
  const reloaded = again.room.board("main");
  await reloaded.loaded;
  assert.equal(texts(reloaded), "a b");
  assert.deepEqual(again.room.status, { at: "offline", unsaved: 1 });
  add(reloaded, "c");
  again.environment.network(true);
  await saved(again);
  await shows(come("ben").room.board("main"), "a b c");
  const other = come("ben", "participant", ann.store).room.board("main");
  assert.equal(texts(other), "", "what Ann has kept is not Ben's");
});

hubTest("a page that was never connected brings what it made", async (come) => {
  const ann = come("ann");
  ann.environment.network(false);
  add(ann.room.board("main"), "alone");
  await ann.room.board("main").loaded;
  ann.room.close();
  const again = come("ann", "participant", ann.store);
  await again.room.board("main").loaded;
  await saved(again);
  await shows(come("ben").room.board("main"), "alone");
});

/** Losses as a person is told of them. */
function hear(board: BoardConnection): { readonly losses: Loss[]; readonly told: LostShape[] } {
  const losses: Loss[] = [];
  const told: LostShape[] = [];
  board.onLost((loss) => {
    losses.push(loss);
    told.push(...lostShapes(loss.refused, board.doc, loss.touched));
  });
  return { losses, told };
}

hubTest("what runs into a freeze is refused, told, and starts again", async (come) => {
  const [ann, chair] = [come("ann"), come("chair", "facilitator")];
  const one = ann.room.board("main");
  const first = one.doc;
  const id = add(one, "before");
  await saved(ann);
  chair.room.board("main");
  await saved(chair);
  const documents: unknown[] = [];
  one.onDocument(({ doc }) => documents.push(doc));
  one.awareness.setLocalStateField("cursor", { x: 1, y: 2 });
  const { losses, told } = hear(one);
  assert.deepEqual(await chair.room.freeze(), { ok: true, value: undefined });
  await until("frozen", () => ann.room.room.frozen);
  assert.equal(ann.room.room.frozenBy, "chair");
  const lostId = add(one, "during");
  createEditor(one.doc, { sub: "ann", name: "Ann" }).change(id, { x: eighth(80) });
  await until("told", () => told.length > 0);
  assert.deepEqual(losses.map(({ code }) => code), ["frozen"]);
  assert.equal(losses[0]?.refused, first);
  const byId = new Map(told.map((lost) => [lost.id, lost]));
  const type = "note";
  assert.deepEqual(byId.get(lostId), { id: lostId, type, change: "created", text: "during" });
  assert.deepEqual(byId.get(id), { id, type, change: "changed", text: "before" });
  assert.equal(told.length, 2);
  assert(one.doc !== first && documents.length === 1 && documents[0] === one.doc);
  assert.equal(texts(one), "before");
  assert.deepEqual(one.awareness.getLocalState(), { cursor: { x: 1, y: 2 } });
  await saved(ann);
  assert.equal((await chair.room.unfreeze()).ok, true);
  await until("thawed", () => !ann.room.room.frozen);
  add(one, "after");
  await saved(ann);
  await shows(chair.room.board("main"), "after before");
});

hubTest("what was written offline waits for the end of a freeze", async (come) => {
  const [ann, chair] = [come("ann"), come("chair", "facilitator")];
  const one = ann.room.board("main");
  const view = chair.room.board("main");
  add(one, "a");
  await saved(ann);
  ann.environment.network(false);
  await until("offline", () => ann.room.status.at === "offline");
  add(one, "b");
  await chair.room.freeze();
  ann.environment.network(true);
  await until("refused", () => ann.room.status.at === "refused");
  assert.deepEqual(ann.room.status, { at: "refused", code: "frozen", unsaved: 1 });
  add(one, "c");
  assert.equal(texts(one), "a b c", "it goes on with what is there");
  add(view, "chair");
  await shows(one, "a b c chair");
  await chair.room.unfreeze();
  await saved(ann);
  await shows(view, "a b c chair");
});

hubTest("who is removed is told, and is back once let back in", async (come) => {
  const [ann, chair] = [come("ann"), come("chair", "facilitator")];
  ann.room.board("main");
  await saved(ann);
  const people = await chair.room.who();
  assert(people.ok);
  assert.deepEqual(people.value.people.map(({ name }) => name).sort(), ["ann", "chair"]);
  const sub = people.value.people.find(({ name }) => name === "ann")?.sub;
  assert.deepEqual(await ann.room.freeze().then((reply) => reply.ok || reply.error), "not-allowed");
  assert((await chair.room.remove(sub ?? "")).ok);
  await until("removed", () => ann.room.status.at === "removed");
  assert.deepEqual(ann.room.status, { at: "removed", unsaved: 0 });
  assert.equal(await ann.room.who().then((reply) => reply.ok || reply.error), "offline");
  const vera = come("vera", "facilitator");
  vera.room.board("main");
  await saved(vera);
  const later = await vera.room.who();
  assert.deepEqual(later.ok && later.value.removed, [{ sub: "ann", name: "ann" }]);
  const told: string[] = [];
  ann.room.onStatus(({ at }) => told.push(at));
  ann.room.retry();
  const again = come("ann");
  again.room.board("main");
  await until("still removed", () => again.room.status.at === "removed");
  assert.equal(told.length, 0);
  assert((await chair.room.readmit("ann")).ok);
  ann.room.retry();
  await saved(ann);
  assert(!told.includes("offline"));
});

hubTest("viewers read; what they try to write is given back to them", async (come) => {
  const [ann, guest] = [come("ann"), come("guest", "viewer")];
  const view = guest.room.board("main");
  add(ann.room.board("main"), "a");
  await saved(ann);
  // Nobody had written when the guest came, so the hub says so until somebody has.
  await until("the guest reads", () => texts(view) === "a", 20);
  view.awareness.setLocalStateField("cursor", { x: 1, y: 1 });
  const { awareness } = ann.room.board("main");
  await until("the guest is seen", () => awareness.getStates().get(view.doc.clientID)?.cursor);
  const { losses } = hear(view);
  add(view, "mine");
  await until("told", () => losses.length > 0);
  assert.equal(losses[0]?.code, "viewer");
  assert.deepEqual([texts(view), guest.room.room.you?.role], ["a", "viewer"]);
});

hubTest("a refusal in one tab leaves what another has not sent", async (come) => {
  const one = come("ann");
  const two = come("ann", "participant", one.store);
  const chair = come("chair", "facilitator");
  const [first, second] = [one.room.board("main"), two.room.board("main")];
  const { losses } = hear(first);
  for (const tab of [one, two, chair]) {
    tab.room.board("main");
    await saved(tab);
  }
  two.environment.network(false);
  await until("offline", () => two.room.status.at === "offline");
  add(second, "unsent");
  two.room.close();
  await chair.room.freeze();
  add(first, "refused");
  await until("told", () => losses.length === 1);
  await chair.room.unfreeze();
  one.room.close();
  const again = come("ann", "participant", one.store);
  await again.room.board("main").loaded;
  await saved(again);
  await shows(chair.room.board("main"), "unsent");
});

test("a board that is full takes deletions, and says what it did not take", {
  skip: noHub, timeout: 60_000,
}, async () => {
  const small = createHub("--board-bytes", "64KiB", "--message-bytes", "64KiB");
  await small.start();
  const ann = visit(small, "full", "ann");
  const board = ann.room.board("main");
  try {
    const { losses, told } = hear(board);
    await saved(ann);
    for (let count = 0; losses.length === 0; count++) {
      assert(count < 200, "it is never full");
      add(board, "x".repeat(1000));
      await until("answered", () => ann.room.status.at === "saved" || losses.length > 0);
    }
    assert.equal(losses[0]?.code, "document-limit");
    assert.equal(told.length, 1);
    await saved(ann);
    const editor = createEditor(board.doc, { sub: "ann", name: "Ann" });
    const ids = [...readShapes(board.doc).keys()];
    assert(ids.length > 10);
    for (const id of ids) editor.remove(id);
    await saved(ann);
    add(board, "there is room again");
    await saved(ann);
    const ben = visit(small, "full", "ben");
    await shows(ben.room.board("main"), "there is room again");
    ben.room.close();
  } finally {
    ann.room.close();
    await small.close();
  }
});
