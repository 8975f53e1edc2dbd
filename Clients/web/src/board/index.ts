export * from "./schema";
export { compareOrder, isOrderKey, keyBetween } from "./order";
export { bottomOrder, observeShapes, readShape, readShapes, topOrder } from "./read";
export { penPoints, shapeBounds } from "./geometry";
export type { Author, BoardEditor, NewShape, ShapeChange, Step } from "./editor-types";
export { createEditor } from "./editor";
export { cut } from "./typing";
export { lostShapes, textsOn } from "./lost";
export type { LostShape } from "./lost";
