import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchWhenQuiet, QUIET } from "./ahead";

function scene() {
  let timer: (() => void) | undefined;
  let busy: (() => void) | undefined;
  const begun: string[] = [];
  const loads = ["share", "help"].map((name) => async () => {
    begun.push(name);
    if (name === "share") throw new Error("the hub is away");
  });
  const stop = fetchWhenQuiet({
    after(ms, run) {
      assert.equal(ms, QUIET);
      timer = run;
      return () => void (timer = undefined);
    },
    onBusy(listener) {
      busy = listener;
      return () => void (busy = undefined);
    },
  }, loads);
  return { begun, stop, tick: () => timer?.(), touch: () => busy?.(), isHeard: () => !!busy };
}

test("after a quiet while everything is fetched once, whatever fails", async () => {
  const it = scene();
  it.touch();
  assert.deepEqual(it.begun, []);
  it.tick();
  assert.deepEqual(it.begun, ["share", "help"]);
  await Promise.resolve();
  assert(!it.isHeard());
});

test("a page that is left fetches nothing", () => {
  const it = scene();
  it.stop();
  it.tick();
  assert.deepEqual([it.begun, it.isHeard()], [[], false]);
});
