import assert from "node:assert/strict";
import { test } from "node:test";
import { guessSystem } from "./systems";
import type { System } from "./systems";

const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15";
const rows: readonly (readonly [string, boolean, System])[] = [
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0", true, "windows"],
  [mac, false, "mac"],
  [mac, true, "ios"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Version/17.1", true, "ios"],
  ["Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/120.0 Mobile", true, "android"],
  ["Mozilla/5.0 (Android 14; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0", true, "android"],
  ["Mozilla/5.0 (Windows NT 10.0; rv:121.0) Gecko/20100101 Firefox/121.0", false, "firefox"],
  ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0", false, "linux"],
  ["", false, "linux"],
];
for (const [agent, touches, system] of rows) {
  test(`${agent || "an unnamed browser"}${touches ? " with fingers" : ""} is on ${system}`, () => {
    assert.equal(guessSystem(agent, touches), system);
  });
}
