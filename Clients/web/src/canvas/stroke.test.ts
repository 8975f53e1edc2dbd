import assert from "node:assert/strict";
import { test } from "node:test";
import { strokeDistance, thinned, traceStroke } from "./stroke";

test("distance to a stroke", () => {
  assert.equal(strokeDistance({ x: 50, y: 7 }, [0, 0, 100, 0]), 7);
  assert.equal(strokeDistance({ x: 110, y: 0 }, [0, 0, 100, 0]), 10);
  assert.equal(strokeDistance({ x: 3, y: 4 }, [0, 0]), 5);
  assert.equal(strokeDistance({ x: 0, y: 0 }, []), Infinity);
});

test("a stroke out of reach is only said to be so", () => {
  assert.equal(strokeDistance({ x: 50, y: 7 }, [0, 0, 100, 0], 7), 7);
  assert.equal(strokeDistance({ x: 50, y: 7 }, [0, 0, 100, 0], 6), Infinity);
});

test("a pointer beside a million segments costs a few milliseconds", () => {
  const points = Float64Array.from({ length: 2_000_000 }, (_, at) => (at * 7919) % 10_007);
  strokeDistance({ x: -500, y: 0 }, points, 40);
  const start = performance.now();
  assert.equal(strokeDistance({ x: -500, y: 0 }, points, 40), Infinity);
  const took = performance.now() - start;
  assert(took < 100, `${took} ms`);
});

const rows: readonly [string, readonly number[], string][] = [
  ["nothing", [], ""],
  ["a dot", [1, 2], "M1,2 L1,2"],
  ["a line", [0, 0, 8, 8], "M0,0 L8,8"],
  ["a curve goes through the middles", [0, 0, 8, 0, 8, 8], "M0,0 Q8,0,8,4 L8,8"],
  ["half a point is none", [0, 0, 8, 8, 3], "M0,0 L8,8"],
];

for (const [name, points, wanted] of rows) {
  test(`the path of a stroke: ${name}`, () => {
    const parts: string[] = [];
    traceStroke(
      {
        moveTo: (...p) => void parts.push(`M${p.join()}`),
        lineTo: (...p) => void parts.push(`L${p.join()}`),
        quadraticCurveTo: (...p) => void parts.push(`Q${p.join()}`),
      },
      points,
    );
    assert.equal(parts.join(" "), wanted);
  });
}

test("the sections of a stroke are together the stroke", () => {
  const points = Array.from({ length: 40 }, (_, at) => (at * at * 7) % 50);
  const trace = (from?: number, to?: number): string[] => {
    const parts: string[] = [];
    const path = {
      moveTo: (...p: number[]) => void parts.push(`M${p.join()}`),
      lineTo: (...p: number[]) => void parts.push(`L${p.join()}`),
      quadraticCurveTo: (...p: number[]) => void parts.push(`Q${p.join()}`),
    };
    traceStroke(path, points, from, to);
    return parts;
  };
  const sections = [trace(1, 6), trace(6, 11), trace(11, 16), trace(16, 21)];
  sections.forEach((section, index) => {
    const before = sections[index - 1]?.slice(-1)[0];
    const start = section[0]?.slice(1);
    if (before) assert(before.endsWith(`,${start}`), `${before} goes on at ${start}`);
  });
  const joined = sections.flatMap((section, index) => section.slice(index === 0 ? 0 : 1));
  assert.deepEqual(joined, trace());
});

test("a thinned stroke keeps both ends and what lies apart", () => {
  assert.deepEqual(thinned([0, 0, 3, 3, 0, 12, 1, 13, 2, 14], 10), [0, 0, 0, 12, 2, 14]);
  assert.deepEqual(thinned([5, 5], 10), [5, 5]);
  assert.deepEqual(thinned([], 10), []);
});
