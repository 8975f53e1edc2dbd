/** The CRDT engine of the hub for JavaScript: `jamboree-crdt.wasm` and these classes. */
export { Doc, type Applied, type DocOptions, type UpdateListener } from "./doc";
export { Engine } from "./engine";
export { EngineError, type EngineErrorCode } from "./errors";
export { SharedArray, SharedMap, SharedText, SharedType, XmlNode, type NewTypes } from "./types";
export { Subdocument, type Attributes, type Change, type Content, type Run, type Value } from "./values";
