import { after, test } from "node:test";
import assert from "node:assert/strict";
import * as Y from "yjs";
import { createEditor, readShapes } from "../board/index";
import { colors, eighth } from "../board/schema";
import { createHub, noHub, pause, until, visit } from "../testing/hub";
import type { Hub, Visitor } from "../testing/hub";
import { below, pick, randomFrom } from "../testing/random";
import type { Random } from "../testing/random";
import type { OfflineStore } from "./store";

const hub = noHub ? undefined : createHub();
const everybody: Visitor[] = [];
after(async () => {
  everybody.forEach(({ room }) => room.close());
  await hub?.close();
});

let losses = 0;
const names = ["ann", "ben", "eva"];
const come = (hub: Hub, seed: number, sub: string, store?: OfflineStore): Visitor => {
  const role = sub === "eva" ? "facilitator" : "participant";
  const visitor = visit(hub, `chaos-${seed}`, sub, role, store);
  visitor.room.board("main").onLost(() => losses++);
  everybody.push(visitor);
  return visitor;
};

const state = ({ room }: Visitor) => {
  const { doc } = room.board("main");
  return JSON.stringify([...readShapes(doc)]) + Y.encodeStateVector(doc).length;
};

function edit({ room }: Visitor, random: Random): void {
  const { doc } = room.board("main");
  const editor = createEditor(doc, { sub: "x", name: "X" });
  const ids = [...readShapes(doc).keys()];
  const what = random();
  const place = { x: eighth(below(random, 9999)), y: eighth(below(random, 9999)) };
  if (ids.length === 0 || what < 0.3) {
    const size = { w: eighth(80), h: eighth(80) };
    editor.create({ type: "note", color: pick(random, colors), ...place, ...size });
  } else if (what < 0.6) editor.change(pick(random, ids), place);
  else if (what < 0.7) editor.remove(pick(random, ids));
  else {
    const id = pick(random, ids);
    editor.beginText(id);
    const now = editor.text(id)?.toString() ?? "";
    const at = below(random, now.length + 1);
    const letter = String.fromCharCode(97 + below(random, 26));
    editor.type(now.slice(0, at) + letter + now.slice(at));
    editor.endText();
  }
  editor.destroy();
}

test("whatever breaks, all see the same and all of it is saved", {
  skip: noHub, timeout: 120_000,
}, async (context) => {
  assert(hub !== undefined);
  await hub.start();
  for (const seed of [1, 2, 3]) {
    context.diagnostic(`seed ${seed}`);
    const random = randomFrom(seed);
    const people = names.map((sub) => come(hub, seed, sub));
    for (let step = 0; step < 120; step++) {
      const who = below(random, people.length);
      const person = people[who] as Visitor;
      const what = random();
      if (what < 0.82) edit(person, random);
      else if (what < 0.85) void people[2]?.room[random() < 0.4 ? "freeze" : "unfreeze"]();
      else if (what < 0.9) person.environment.network(false);
      else if (what < 0.96) {
        person.environment.network(true);
        person.environment.wake();
      } else if (what < 0.98) {
        // The page is loaded again: what it had is in its store.
        const { store, room } = person;
        room.close();
        const again = come(hub, seed, names[who] ?? "", store);
        people[who] = again;
        await again.room.board("main").loaded;
      } else if (step % 3 === 0) {
        await hub.kill();
        await hub.start();
      }
      await pause(below(random, 15));
    }
    for (const { environment } of people) {
      environment.network(true);
      environment.wake();
    }
    const eva = people[2] as Visitor;
    await until(`seed ${seed}: Eva is back`, () => eva.room.status.at !== "offline", 20);
    await eva.room.unfreeze();
    const done = () => people.every(({ room }) => room.status.at === "saved");
    await until(`seed ${seed}: all is saved`, done, 30);
    const same = () => new Set(people.map(state)).size === 1;
    await until(`seed ${seed}: all see the same`, same, 10);
    const late = come(hub, seed, "late");
    const first = people[0] as Visitor;
    await until(`seed ${seed}: who comes late too`, () => state(late) === state(first), 10);
    context.diagnostic(`${losses} refusals so far`);
  }
});
