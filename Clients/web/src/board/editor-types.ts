/** What tools and panels may do to a board. `createEditor` (editor.ts) makes it. */
import type * as Y from "yjs";
import type { Color, Eighth, OrderKey, Point, ShapeId } from "./schema";

/** Who makes new shapes. */
export interface Author {
  readonly sub: string;
  readonly name: string;
}

interface NewCommon {
  readonly color: Color;
  /** On top of all if absent. */
  readonly order?: OrderKey;
}

/** What `create` is given. */
export type NewShape =
  | (NewCommon & {
      readonly type: "note" | "rect" | "ellipse";
      readonly x: Eighth;
      readonly y: Eighth;
      readonly w: Eighth;
      readonly h: Eighth;
      readonly text?: string;
    })
  | (NewCommon & {
      readonly type: "pen";
      /** Width of the stroke, 8 to 512 in 1/8 px. */
      readonly size: number;
      /** In document coordinates, at least one; the first becomes the shape's (x, y). */
      readonly points: readonly Point[];
    });

/** What `change` is given: only what shall be different. */
export interface ShapeChange {
  readonly x?: Eighth;
  readonly y?: Eighth;
  readonly w?: Eighth;
  readonly h?: Eighth;
  readonly order?: OrderKey;
  readonly color?: Color;
  readonly size?: number;
}

/**
 * What became of a step of undo or redo: done; void, because others have changed since whatever it
 * was about; none, because there was no step.
 */
export type Step = "done" | "void" | "none";

/**
 * Writes shapes and undoes what this person did with it, never what others did.
 *
 * What belongs together is a gesture: one step of undo. `create`, `change`, `remove` outside of
 * one are gestures of their own. A drag is `begin("move")`, `change` once a frame, `end()`.
 */
export interface BoardEditor {
  readonly doc: Y.Doc;

  /** One step of undo in one transaction. Inside an open gesture it becomes part of that. */
  gesture<T>(name: string, edit: () => T): T;
  /** Opens a gesture that goes on over several frames. One that is still open ends first. */
  begin(name: string): void;
  /** Ends the open gesture; without one, or if it did nothing, nothing happens. */
  end(): void;
  /** Takes back what the open gesture did, and leaves no step of undo. */
  cancel(): void;

  /** The new shape's id. */
  create(shape: NewShape): ShapeId;
  /** False if there is no such shape (any more). Values are clamped to what the schema allows. */
  change(id: ShapeId, change: ShapeChange): boolean;
  /** False if there is no such shape (any more). */
  remove(id: ShapeId): boolean;
  /**
   * Adds points in document coordinates to a stroke that the open gesture has created. At most
   * once a frame. False if it is gone, or full (then begin a new stroke).
   */
  appendPoints(id: ShapeId, points: readonly Point[]): boolean;

  /** The text of a shape, live; undefined for strokes and for what is gone. */
  text(id: ShapeId): Y.Text | undefined;
  /** From now on `type` writes into this text, and undo and redo stay inside of it. */
  beginText(id: ShapeId): boolean;
  /** Replaces the open text by `value`, touching only what differs. Cut at 10,000 units. */
  type(value: string): void;
  /** Everything typed since `beginText` becomes one step of undo. */
  endText(): void;
  /** The shape whose text is open. */
  readonly textOpen: ShapeId | undefined;

  /** Takes back the newest own step and never another: a void one is forgotten, and that is all. */
  undo(): Step;
  redo(): Step;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Called after `canUndo`, `canRedo` or `textOpen` may have changed. Returns the way out. */
  onHistory(listener: () => void): () => void;
  /** Forgets all steps; the document stays. */
  destroy(): void;
}
