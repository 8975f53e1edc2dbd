import assert from "node:assert/strict";
import { test } from "node:test";
import type { Person } from "../provider";
import { ANY_COLOR, called, gathered, numbered } from "./gathered";
import type { Listed } from "./People";

const person = (sub: string, name: string): Person => ({ sub, name, role: "participant", boards: [] });
const shown = (name: string, color: string, self = false): Listed =>
  ({ key: name + color, name, color, self, role: "participant" });

test("people with one name are told apart, and have no colour that may be another's", () => {
  const people = [person("c", "Ann"), person("me", "Lea"), person("b", "Ann"), person("d", "Ben")];
  const board = [
    shown("Lea", "#111111", true), shown("Ann", "#222222"), shown("Ann", "#333333"),
    shown("Ben", "#444444"),
  ];
  const rows = gathered(people, "me", board).map(({ name, nth, color }) => [name, nth, color]);
  assert.deepEqual(rows, [
    ["Lea", undefined, "#111111"], ["Ann", 1, ANY_COLOR], ["Ann", 2, ANY_COLOR],
    ["Ben", undefined, "#444444"],
  ]);
});

test("one who is called as oneself has another number and not one's colour", () => {
  const board = [shown("Ann", "#111111", true), shown("Ann", "#222222")];
  const rows = gathered([person("x", "Ann"), person("me", "Ann")], "me", board);
  assert.deepEqual(rows.map(({ self, nth, color }) => [self, nth, color]), [
    [true, 1, "#111111"], [false, 2, ANY_COLOR],
  ]);
});

test("two windows of one person are one line without a number", () => {
  const board = [shown("Ann", "#222222"), shown("Ann", "#333333")];
  const rows = gathered([person("a", "Ann"), person("a", "Ann")], "me", board);
  assert.deepEqual(rows.map(({ nth, color }) => [nth, color]), [[undefined, ANY_COLOR]]);
});

test("numbers do not depend on the order in which people are listed", () => {
  const [ann, other] = [person("a", "Ann"), person("b", "Ann")];
  const numbers = (people: readonly Person[]) =>
    new Map(numbered(people).map(({ sub, nth }) => [sub, nth]));
  assert.deepEqual([...numbers([ann, other])].sort(), [...numbers([other, ann])].sort());
  assert.equal(called({ sub: "b", name: "Ann", nth: 2 }), "Ann (2)");
  assert.equal(called({ sub: "b", name: "" }), "b");
});
