import { SharedMap, SharedText, SharedType, XmlNode } from "./types";
import { Kind, Subdocument, type Content, type Value } from "./values";

/** Elements further inside are left out, as a comment says: nesting is the peer's, and the stack is ours. */
const depthLimit = 100;

/**
 * XML as Yjs's `toString` writes it: attributes by name, names of elements in lower case, nothing escaped.
 * It is for people and for comparing, not for a parser.
 */
export function xmlText(node: XmlNode | SharedText, depth = depthLimit): string {
  if (depth <= 0) return "<!-- deeper -->";
  if (node instanceof SharedText) return runsText(node, depth);
  const inner = node.children.map((child) => script(child, depth)).join("");
  if (node.kind !== Kind.xmlElement) return inner;
  const name = node.name.toLowerCase();
  const attributes = byName(node.attributes.map(([key, value]) => [key, script(value, depth)]));
  return `<${name}${attributes}>${inner}</${name}>`;
}

/** Each attribute of a run is an element around it, and what its value holds are that one's attributes. */
function runsText(text: SharedText, depth: number): string {
  return text.toDelta().map(({ insert, attributes = {} }) => {
    const names = Object.keys(attributes).sort();
    const before = names.map((name) => `<${name}${byName(parts(attributes[name]))}>`).join("");
    const behind = names.reverse().map((name) => `</${name}>`).join("");
    return before + script(insert, depth) + behind;
  }).join("");
}

const byName = (entries: [string, string][]): string =>
  entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, value]) => ` ${key}="${value}"`).join("");

/** What a loop over a value's keys finds. */
function parts(value: Value): [string, string][] {
  if (typeof value !== "object" && typeof value !== "string") return [];
  return Object.entries(value ?? {}).map(([key, inner]) => [key, String(inner)]);
}

function script(value: Content, depth: number): string {
  if (value instanceof XmlNode) return xmlText(value, depth - 1);
  if (value instanceof SharedText) return value.kind === Kind.xmlText ? xmlText(value, depth - 1) : value.toString();
  if (value instanceof SharedMap || value instanceof SharedType || value instanceof Subdocument) return "[object Object]";
  return String(value);
}
