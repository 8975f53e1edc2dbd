import assert from "node:assert/strict";
import { test } from "node:test";
import { createArrivals, RETURN } from "./arrivals";

const here = (...names: readonly string[]): ReadonlySet<string> => new Set(names);
const none = { joined: [], left: [] };

test("who comes and goes is said, and not who was here already", () => {
  const { look } = createArrivals();
  assert.deepEqual(look(here("Ann"), 0), none);
  assert.deepEqual(look(here("Ann", "Ben"), 1), { joined: ["Ben"], left: [] });
  assert.deepEqual(look(here("Ben"), 2), { joined: [], left: ["Ann"] });
});

test("of very many at once nobody is said", () => {
  const { look } = createArrivals();
  look(here(), 0);
  assert.deepEqual(look(here("a", "b", "c", "d"), 1), none);
});

test("for a lost connection nobody leaves and nobody comes", () => {
  const { look, away, back } = createArrivals();
  look(here("Ann", "Ben"), 0);
  away();
  assert.deepEqual(look(here(), 2000), none);
  back(5000);
  assert.deepEqual(look(here(), 6000), none);
  assert.deepEqual(look(here("Ben"), 8000), none);
  assert.deepEqual(look(here("Ann", "Ben"), 5000 + RETURN), none);
  assert.deepEqual(look(here("Ben"), 6000 + RETURN), { joined: [], left: ["Ann"] });
});

test("who comes meanwhile is said, and who stays away once others had time to return", () => {
  const { look, away, back } = createArrivals();
  look(here("Ann"), 0);
  away();
  back(1000);
  assert.deepEqual(look(here("Cid"), 2000), { joined: ["Cid"], left: [] });
  assert.deepEqual(look(here("Cid"), 1000 + RETURN), { joined: [], left: ["Ann"] });
});

test("before the first look there is nobody to come back", () => {
  const { look, away, back } = createArrivals();
  away();
  back(0);
  assert.deepEqual(look(here("Ann"), 1), none);
  assert.deepEqual(look(here(), 2), { joined: [], left: ["Ann"] });
});
