import assert from "node:assert/strict";
import { test } from "node:test";
import type { LostShape } from "../board";
import { stillLost, withLoss } from "./losses";
import type { LostNotice } from "./losses";

const nothing: ReadonlySet<string> = new Set();
const on = (...texts: readonly string[]): ReadonlySet<string> => new Set(texts);
const note = (text: string, change: LostShape["change"] = "changed"): LostShape =>
  ({ id: text, type: "note", change, text });

function lose(notices: readonly LostNotice[], code: string, ...shapes: readonly LostShape[]) {
  return withLoss(notices, { code, shapes }, nothing);
}
const texts = (notices: readonly LostNotice[]) => notices.map((one) => one.texts.join());

test("a second loss leaves the first one's texts to be read", () => {
  const two = lose(lose([], "frozen", note("alpha")), "deleted", note("beta"));
  assert.deepEqual(texts(two), ["alpha", "beta"]);
  assert.deepEqual(two.map(({ refused }) => refused), [1, 0]);
  assert.notEqual(two[0]?.number, two[1]?.number);
  assert.equal(lose(two.slice(1), "frozen")[1]?.number, 3, "no number is given twice");
});

test("there are not many, and those with texts stay longest", () => {
  let notices = lose(lose([], "frozen", note("alpha")), "frozen", note("", "created"));
  for (let at = 0; at < 19; at++) notices = lose(notices, "frozen", note(`text ${at}`));
  assert.equal(notices.length, 20);
  assert.equal(texts(notices)[0], "alpha");
  assert.equal(texts(lose(notices, "frozen"))[0], "text 0", "then the oldest goes");
});

test("only what is not on the board is told to be missing", () => {
  const shapes = [note("alpha "), note("beta"), note("gone", "deleted")];
  const [notice] = withLoss([], { code: "frozen", shapes }, on("alpha"));
  assert.deepEqual(notice?.texts, ["beta"]);
  assert.equal(notice?.refused, 3);
});

test("what an open field and its document have lost alike is told once", () => {
  const one = lose([], "deleted", note("alpha"));
  assert.equal(lose(one, "deleted", note("alpha ")), one);
  assert.deepEqual(texts(lose(one, "deleted", note("beta"), note("alpha"))), ["alpha", "beta"]);
  assert.equal(lose([], "deleted", note(" ")).length, 0, "an empty note is no loss");
  assert.equal(lose(one, "frozen", note("alpha")).length, 2, "another reason is other news");
});

test("a notice goes once all of its texts are there again", () => {
  const both = lose([], "deleted", note(" alpha"), note("beta"));
  assert.equal(stillLost(both, nothing), both, "unchanged, it is the same");
  assert.deepEqual(texts(stillLost(both, on("beta"))), [" alpha"]);
  assert.deepEqual(texts(stillLost(both, on("alph", "beta!"))), [" alpha,beta"]);
  assert.deepEqual(stillLost(both, on("alpha", "beta")), []);
});

test("a notice of anything else than texts stays", () => {
  for (const notices of [lose([], "replaced"), lose([], "frozen", note("", "created"))]) {
    assert.equal(stillLost(notices, on("alpha")), notices);
  }
  const more = lose([], "frozen", note("alpha"), note("moved", "deleted"));
  assert.deepEqual(texts(stillLost(more, on("alpha"))), [""]);
});
