import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { decodeMessage, encodeMessage } from "./messages";
import type { Message } from "./messages";
import { readControl } from "./control";
import { below, randomFrom } from "../testing/random";

const bytes = (hex: string) =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (data: Uint8Array) =>
  [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** "main" as lib0 has it. */
const main = "046d61696e";
const table: readonly (readonly [string, Message])[] = [
  ["00000100", { is: "step1", stateVector: bytes("00") }],
  ["0001020000", { is: "step2", update: bytes("0000") }],
  ["0002020000", { is: "update", update: bytes("0000") }],
  ["010100", { is: "awareness", update: bytes("00") }],
  ["03", { is: "query-awareness" }],
  ["0a01ac02", { is: "saved", epoch: 1, count: 300 }],
  ["0b030666726f7a656e046e6fc384", { is: "reject", number: 3, code: "frozen", reason: "noÄ" }],
  ["0c00", { is: "open", epoch: 0 }],
  ["0dffffffffffffff0f", { is: "opened", epoch: 2 ** 53 - 1 }],
];

for (const [body, message] of table) {
  test(`bytes of ${message.is}`, () => {
    const whole = encodeMessage("main", message);
    assert.equal(hex(whole), main + body);
    assert.deepEqual(decodeMessage(whole), { board: "main", message });
    const longer = Uint8Array.from([...whole, 1, 2, 3]);
    assert.deepEqual(decodeMessage(longer), { board: "main", message }, "bytes behind it");
    for (let end = 0; end < whole.length; end++) {
      assert.equal(decodeMessage(whole.slice(0, end)), "malformed", `its first ${end} bytes`);
    }
  });
}

test("the recorded messages of y-websocket are read and written alike", () => {
  const file = `${process.env.JAMBOREE_ROOT}/Protocol/vectors/messages.json`;
  const recorded = JSON.parse(readFileSync(file, "utf8")) as {
    readonly y_websocket: readonly { readonly kind: string; readonly hex: string }[];
  };
  let read = 0;
  for (const { kind, hex: body } of recorded.y_websocket) {
    const decoded = decodeMessage(bytes(main + body));
    if (kind.startsWith("2 auth")) {
      assert.equal(decoded, "unknown", "jamboree.v1 has no auth messages");
      continue;
    }
    assert(typeof decoded === "object", kind);
    assert.equal(hex(encodeMessage("main", decoded.message)), main + body, kind);
    read++;
  }
  assert(read >= 5);
});

test("messages of later protocols are passed over", () => {
  for (const body of ["02", "0f01", "000400"]) {
    assert.equal(decodeMessage(bytes(main + body)), "unknown", body);
  }
});

test("no bytes make it throw", () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const random = randomFrom(seed);
    const made = Uint8Array.from({ length: below(random, 30) }, () => below(random, 256));
    decodeMessage(made);
    const [body] = table[below(random, table.length)] ?? ["00"];
    const bent = bytes(main + body);
    const at = below(random, bent.length);
    bent[at] = (bent[at] ?? 0) ^ (1 << below(random, 8));
    decodeMessage(bent);
  }
});

test("texts of the control channel", () => {
  const hello = {
    type: "hello", protocol: "jamboree.v1", you: { sub: "ann", name: "Ann", role: "facilitator" },
    room: { jam: "demo", prototype: "radio", frozen: true, review: true },
    boards: [{ name: "main", epoch: 4 }],
    saving: false,
  };
  assert.deepEqual(readControl(JSON.stringify(hello)), {
    is: "hello", you: hello.you, frozen: true, review: true, boards: hello.boards, saving: false,
  });
  assert.deepEqual(readControl('{"type":"reply","id":1,"ok":false,"error":"a","reason":"b"}'), {
    is: "reply", id: 1, ok: false, error: "a", reason: "b",
  });
  assert.deepEqual(readControl('{"type":"error","error":"board-limit","board":"x"}'), {
    is: "error", board: "x", error: "board-limit", reason: "",
  });
  const saving = readControl('{"type":"saving","ok":true}');
  assert.deepEqual(saving, { is: "saving", ok: true, reason: "" });
  for (const bad of ["", "[]", "1", "null", "{}", '{"type":"later"}', '{"type":"reply"}', "{"]) {
    assert.equal(readControl(bad), undefined, bad);
  }
});
