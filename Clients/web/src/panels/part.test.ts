import assert from "node:assert/strict";
import { test } from "node:test";
import { bring } from "./part";

interface Row {
  readonly name: string;
  readonly kept: boolean;
  readonly hub: boolean;
  readonly file: boolean;
  readonly wanted: string;
  readonly tries: number;
}

const rows: readonly Row[] = [
  { name: "with the hub", kept: false, hub: true, file: true, wanted: "here", tries: 1 },
  { name: "without the hub", kept: false, hub: false, file: true, wanted: "away", tries: 0 },
  { name: "kept, without the hub", kept: true, hub: false, file: true, wanted: "here", tries: 1 },
  { name: "of a former page", kept: false, hub: true, file: false, wanted: "outdated", tries: 1 },
  { name: "the cache is gone", kept: true, hub: false, file: false, wanted: "away", tries: 1 },
];

for (const { name, kept, hub, file, wanted, tries } of rows) {
  test(`a part that is loaded later: ${name}`, async () => {
    let tried = 0;
    const load = async (): Promise<string> => {
      tried++;
      if (!file) throw new TypeError("Failed to fetch dynamically imported module");
      return "here";
    };
    const brought = await bring(load, { isKept: () => kept, reaches: async () => hub });
    assert.equal(brought.ok ? brought.part : brought.missing, wanted);
    assert.equal(tried, tries);
  });
}
