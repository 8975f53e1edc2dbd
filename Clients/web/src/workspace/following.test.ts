import assert from "node:assert/strict";
import { test } from "node:test";
import { eighth } from "../board";
import type { Shape } from "../board";
import { HOME, panBy, toScreen } from "../canvas/camera";
import { createFollowing } from "./following";

const note = (id: string, x: number, y: number): Shape => ({
  id, type: "note", order: "V", color: "yellow", author: "", name: "", made: 0, text: "",
  x: eighth(x), y: eighth(y), w: eighth(800), h: eighth(800),
});

function scene() {
  let camera = HOME;
  const moves: number[] = [];
  const shapes: Shape[] = [];
  const size = { width: 1000, height: 600 };
  const following = createFollowing({
    list: () => shapes,
    camera: () => camera,
    setCamera: (next) => {
      camera = next;
      moves.push(next.zoom);
    },
    size: () => size,
  });
  const add = (...more: readonly Shape[]): void => {
    shapes.push(...more);
    following.look();
  };
  const isSeen = ({ x, y }: Shape): boolean => {
    const from = toScreen(camera, { x, y });
    const to = toScreen(camera, { x: x + 800, y: y + 800 });
    return from.x >= 0 && from.y >= 0 && to.x <= size.width && to.y <= size.height;
  };
  return {
    following, add, isSeen, shapes, moves,
    pan: () => void (camera = panBy(camera, 30, 0)),
    camera: () => camera,
  };
}

test("what comes outside of the window is brought into view, and what is there stays in it", () => {
  const it = scene();
  it.following.begin();
  it.add(note("a", 400, 400));
  assert.equal(it.moves.length, 0);
  for (const [at, [x, y]] of [[9000, 0], [0, 9000], [-20_000, -3000]].entries()) {
    it.add(note(String(at), x ?? 0, y ?? 0));
    assert(it.shapes.every(it.isSeen), `after ${at}`);
  }
  assert.deepEqual(it.moves, [...it.moves].sort((a, b) => b - a));
});

test("what goes does not bring the rest nearer", () => {
  const it = scene();
  it.following.begin();
  it.add(note("a", 400, 400), note("b", 90_000, 400));
  const { length } = it.moves;
  it.shapes.pop();
  it.following.look();
  it.add(note("c", 900, 900));
  assert.equal(it.moves.length, length);
});

test("who looks around is left alone for good", () => {
  const it = scene();
  it.following.begin();
  it.add(note("a", 90_000, 0));
  it.pan();
  const { length } = it.moves;
  it.add(note("b", -90_000, 0));
  it.following.begin();
  it.add(note("c", 0, 90_000));
  assert.equal(it.moves.length, length);
});

test("it is not begun before it is wanted, and goes on where the page moves the board", () => {
  const it = scene();
  it.add(note("a", 90_000, 0));
  assert.equal(it.moves.length, 0);
  it.following.begin();
  assert.equal(it.moves.length, 1);
  it.following.moving(it.pan);
  it.add(note("b", -90_000, 0));
  assert.equal(it.moves.length, 2);
});
