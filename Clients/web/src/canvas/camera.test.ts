import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Camera, clampZoom, fit, fitMost, panBy, viewBox, reveal, showWithin, toDoc, toScreen, zoomAt, zoomStep,
} from "./camera";
import { overlaps } from "./geometry";

const cameras: readonly Camera[] = [
  { x: 0, y: 0, zoom: 1 },
  { x: -1234, y: 777, zoom: 0.05 },
  { x: 9_000_000, y: -3, zoom: 30 },
];

test("a point on the screen and back is the same point", () => {
  for (const camera of cameras) {
    const back = toScreen(camera, toDoc(camera, { x: 17, y: 400 }));
    assert(Math.abs(back.x - 17) < 1e-6 && Math.abs(back.y - 400) < 1e-6);
  }
});

test("zooming keeps what lies under the pointer", () => {
  for (const camera of cameras) {
    for (const zoom of [0.001, 0.05, 0.7, 1, 30, 99]) {
      const at = { x: 320, y: 200 };
      const before = toDoc(camera, at);
      const after = toDoc(zoomAt(camera, at, zoom), at);
      assert(Math.abs(before.x - after.x) < 1e-3 && Math.abs(before.y - after.y) < 1e-3);
    }
  }
});

test("zoom stays between 5 % and 3000 %", () => {
  assert.equal(clampZoom(0), 0.05);
  assert.equal(clampZoom(1000), 30);
  assert.equal(zoomStep(30, true), 30);
  assert.equal(zoomStep(0.05, false), 0.05);
  assert.equal(zoomStep(1, true), 1.25);
  assert.equal(zoomStep(1.1, false), 1);
});

test("a pan of eight pixels at half zoom is 128 units", () => {
  assert.deepEqual(panBy({ x: 0, y: 0, zoom: 0.5 }, -8, 8), { x: 128, y: -128, zoom: 0.5 });
});

test("one shape far away, or one without end, leaves nobody with an empty window", () => {
  const size = { width: 360, height: 740 };
  const near = Array.from({ length: 9 }, (_, at) => ({ x: at * 1000, y: 500, w: 800, h: 800 }));
  const odd = [
    { x: 2 ** 27, y: -(2 ** 27), w: 800, h: 800 },
    { x: -(2 ** 27), y: -(2 ** 27), w: 2 ** 27, h: 2 ** 27 },
  ];
  for (const all of [near, [odd[0], ...near], [...near, odd[1]], [odd[0], ...near, odd[1]]]) {
    const boxes = all.flatMap((box) => box ?? []);
    assert.deepEqual(fitMost(boxes, size, 20), fit({ x: 0, y: 500, w: 8800, h: 800 }, size, 20));
  }
  const [one] = odd;
  assert(one && fitMost([one], size, 20)?.zoom === 2);
  assert.equal(fitMost([], size, 20), undefined);
  const two = [{ x: 0, y: 0, w: 8, h: 8 }, { x: 2 ** 27, y: 0, w: 8, h: 8 }];
  const camera = fitMost(two, size, 20);
  assert(camera && two.some((box) => overlaps(viewBox(camera, size), box)));
});

test("what was asked to fit lies in the window", () => {
  const size = { width: 360, height: 740 };
  const box = { x: 5000, y: -9000, w: 40_000, h: 100 };
  const camera = fit(box, size, 20);
  const from = toScreen(camera, box);
  const to = toScreen(camera, { x: box.x + box.w, y: box.y + box.h });
  assert(from.x >= 19.9 && to.x <= 340.1 && from.y > 0 && to.y < 740);
});

test("revealing what is in view does not move", () => {
  const camera = { x: 0, y: 0, zoom: 1 };
  const size = { width: 800, height: 600 };
  assert.equal(reveal(camera, { x: 800, y: 800, w: 80, h: 80 }, size, 20), camera);
  const moved = reveal(camera, { x: 8000, y: 800, w: 80, h: 80 }, size, 20);
  assert.equal(toScreen(moved, { x: 8080, y: 0 }).x, 780);
});

const phone = { width: 360, height: 740 };
const keyboard = { top: 68, right: 16, bottom: 336, left: 16 };
const note = { x: 1440, y: 4800, w: 1536, h: 1536 };
const seen: readonly [string, Camera, number][] = [
  ["below the keyboard", { x: 0, y: 0, zoom: 1 }, 0.6],
  ["too large for what is left", { x: 1440, y: 4000, zoom: 1.8 }, 0.6],
  ["too small to read", { x: 0, y: 0, zoom: 0.2 }, 0.6],
  ["far away", { x: -90_000, y: 70_000, zoom: 0.5 }, 0.6],
];
for (const [name, camera, least] of seen) {
  test(`a note that is written into is seen whole: ${name}`, () => {
    const shown = showWithin(camera, note, phone, keyboard, least);
    const from = toScreen(shown, note);
    const to = toScreen(shown, { x: note.x + note.w, y: note.y + note.h });
    assert(from.x > 15 && to.x < 345 && from.y > 67 && to.y < 405);
    assert(shown.zoom >= least);
    assert.equal(showWithin(shown, note, phone, keyboard, least), shown);
  });
}

test("what is seen whole already does not move; what is far too large shows its middle", () => {
  const camera = { x: 640, y: 4000, zoom: 1 };
  assert.equal(showWithin(camera, note, phone, { ...keyboard, bottom: 16 }, 0.6), camera);
  const huge = { x: 0, y: 0, w: 80_000, h: 80_000 };
  const shown = showWithin(camera, huge, phone, keyboard, 0.6);
  const middle = toScreen(shown, { x: 40_000, y: 40_000 });
  assert.deepEqual([shown.zoom, Math.round(middle.x), Math.round(middle.y)], [0.6, 180, 236]);
});
