import assert from "node:assert/strict";
import { test } from "node:test";
import { toDoc } from "./camera";
import { movePinch, pinchCamera, startPinch } from "./pinch";

const camera = { x: 100, y: -50, zoom: 1 };

function pinched(a: [number, number], b: [number, number]) {
  const start = startPinch(
    camera,
    { pointer: 1, at: { x: 100, y: 100 } },
    { pointer: 2, at: { x: 200, y: 100 } },
  );
  const first = movePinch(start, 1, { x: a[0], y: a[1] });
  return pinchCamera(movePinch(first, 2, { x: b[0], y: b[1] }));
}

test("fingers that keep their distance pan", () => {
  assert.deepEqual(pinched([110, 130], [210, 130]), { x: 100 - 80, y: -50 - 240, zoom: 1 });
});

test("fingers twice as far apart zoom to double, around their middle", () => {
  const after = pinched([50, 100], [250, 100]);
  assert.equal(after.zoom, 2);
  assert.deepEqual(toDoc(after, { x: 150, y: 100 }), toDoc(camera, { x: 150, y: 100 }));
});

test("a third finger changes nothing", () => {
  const start = startPinch(
    camera,
    { pointer: 1, at: { x: 0, y: 0 } },
    { pointer: 2, at: { x: 50, y: 0 } },
  );
  assert.equal(movePinch(start, 3, { x: 9, y: 9 }), start);
});
