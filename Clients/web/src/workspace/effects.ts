import { eighth, fromPixels, shapeBounds } from "../board";
import type { BoardEditor, Color, Shape, ShapeChange, ShapeId } from "../board";
import type { Box, DocPoint } from "../canvas/geometry";
import { boundsOf } from "../canvas/hit";
import type { Effect, Placed } from "../tools/tool";

/** What of the workspace the effects of tools need. */
export interface EffectHost {
  editor(): BoardEditor;
  shape(id: ShapeId): Shape | undefined;
  mayWrite(): boolean;
  color(kind: Shape["type"]): Color;
  penSize(): number;
  pan(dx: number, dy: number): void;
  select(ids: readonly ShapeId[]): void;
  toggle(id: ShapeId): void;
  marquee(box: Box | null, add: boolean): void;
  /** A tool has made this. */
  done(id: ShapeId, edit: boolean): void;
  /** Something waits for `flush`. */
  wake(): void;
}

export interface Effects {
  run(effects: readonly Effect[]): void;
  /** Once a frame: writes what the pointer did since the last. One transaction at most. */
  flush(): void;
  /** Ends the running gesture and keeps it, as when a room is frozen under it. */
  settle(): void;
}

export function createEffects(host: EffectHost): Effects {
  let made: ShapeId | null = null;
  let places: readonly Placed[] | null = null;
  let points: DocPoint[] = [];
  /** Where the stroke that is being drawn has come to. */
  let tip: DocPoint | null = null;
  let open = false;

  function flush(): void {
    if (!places && points.length === 0) return;
    const editor = host.editor();
    const [boxes, stroke] = [places, points];
    places = null;
    points = [];
    editor.gesture("move", () => {
      for (const box of boxes ?? []) {
        const shape = host.shape(box.id);
        if (shape) editor.change(box.id, changeTo(shape, box));
      }
    });
    if (stroke.length > 0) draw(editor, stroke);
  }

  /** A stroke that is full goes on in another of the same gesture, from where it ends. */
  function draw(editor: BoardEditor, stroke: readonly DocPoint[]): void {
    if (!made) return;
    if (!editor.appendPoints(made, rounded(stroke))) {
      const full = host.shape(made);
      // or somebody deleted it under the pen
      made = full?.type === "pen" && tip ? editor.create({
        type: "pen", color: full.color, size: full.size, points: rounded([tip, ...stroke]),
      }) : null;
    }
    tip = stroke[stroke.length - 1] ?? tip;
  }

  function begin(name: string): void {
    if (open) return;
    host.editor().begin(name);
    open = true;
  }

  function settle(): void {
    flush();
    if (open) host.editor().end();
    open = false;
  }

  function revert(): void {
    places = null;
    points = [];
    if (open) host.editor().cancel();
    open = false;
    made = null;
  }

  function run(effect: Effect): void {
    switch (effect.do) {
      case "pan":
        return host.pan(effect.dx, effect.dy);
      case "select":
        return host.select(effect.ids);
      case "toggle":
        return host.toggle(effect.id);
      case "marquee":
        return host.marquee(effect.box, effect.add);
      case "endMarquee":
        return host.marquee(null, false);
    }
    if (host.mayWrite()) write(effect);
  }

  function write(effect: Exclude<Effect, { do: "pan" | "select" | "toggle" | "marquee" }>): void {
    switch (effect.do) {
      case "place":
        begin("move");
        places = effect.boxes;
        return host.wake();
      case "create":
        begin("create");
        made = host.editor().create({
          type: effect.kind, color: host.color(effect.kind), ...boxed(effect.box),
        });
        return;
      case "stretch":
        if (made) places = [{ id: made, ...effect.box }];
        return host.wake();
      case "begin":
        begin("draw");
        tip = effect.at;
        made = host.editor().create({
          type: "pen", color: host.color("pen"), size: host.penSize(), points: rounded([effect.at]),
        });
        return;
      case "extend":
        points.push(...effect.points);
        return host.wake();
      case "commit":
        return settle();
      case "revert":
        return revert();
      case "done":
        if (made) host.done(made, effect.edit);
        made = null;
    }
  }

  return { run: (effects) => effects.forEach(run), flush, settle };
}

const rounded = (points: readonly DocPoint[]) =>
  points.map(({ x, y }) => ({ x: eighth(x), y: eighth(y) }));

const boxed = (box: Box) => ({
  x: eighth(box.x), y: eighth(box.y), w: eighth(box.w), h: eighth(box.h),
});

/** What to write so that `shape` fills `box`. A stroke that was only moved keeps its size. */
export function changeTo(shape: Shape, box: Box): ShapeChange {
  if (shape.type !== "pen") return boxed(box);
  const now = boundsOf(shape);
  const same = (a: number, b: number): boolean => Math.abs(a - b) < 1;
  if (same(now.w, box.w) && same(now.h, box.h)) {
    return { x: eighth(shape.x + box.x - now.x), y: eighth(shape.y + box.y - now.y) };
  }
  const { w: _w, h: _h, ...natural } = shape;
  const drawn = shapeBounds(natural);
  const across = drawn.w === 0 ? 1 : box.w / drawn.w;
  const down = drawn.h === 0 ? 1 : box.h / drawn.h;
  return {
    x: eighth(box.x - (drawn.x - shape.x) * across),
    y: eighth(box.y - (drawn.y - shape.y) * down),
    w: eighth(Math.max(1, box.w)),
    h: eighth(Math.max(1, box.h)),
  };
}

/** Moves by whole pixels, as keys do. */
export function nudged(box: Placed, dx: number, dy: number): Placed {
  return { ...box, x: box.x + fromPixels(dx), y: box.y + fromPixels(dy) };
}
