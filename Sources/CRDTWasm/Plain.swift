import CRDT
import Lib0

/// A shared type with all that is in it, for what Yjs's `toJSON` gives.
///
///     content   1 Any | 2 kind, number of an XML type: the page writes that | 4 text
///               | 5 count, keys and contents | 6 count, contents | 7 where it is too deep
struct PlainWriter {
  /// Types further inside are left out: nesting is the peer's, and the stack is ours.
  private static let depthLimit = 100

  private let held: Held
  private(set) var writer = ByteWriter()

  init(_ held: Held) { self.held = held }

  mutating func write(
    _ type: SharedType, as kind: SharedTypeKind, of doc: borrowing Doc, depth: Int = depthLimit
  ) {
    guard depth > 0 else { return writer.byte(Tag.tooDeep) }
    switch kind {
    case .text:
      writer.byte(Tag.text)
      writer.string(doc.string(of: type))
    case .xmlElement, .xmlFragment, .xmlText: held.write(.type(type, kind), to: &writer)
    case .map, .xmlHook:
      let entries = doc.entries(of: type)
      writer.byte(Tag.entries)
      writer.varUInt(entries.count)
      for entry in entries {
        writer.string(entry.key)
        write(entry.value, of: doc, depth: depth)
      }
    case .array, .untyped:
      let elements = doc.elements(of: type)
      writer.byte(Tag.elements)
      writer.varUInt(elements.count)
      for element in elements { write(element, of: doc, depth: depth) }
    }
  }

  private mutating func write(_ value: SharedValue, of doc: borrowing Doc, depth: Int) {
    if case .type(let type, let kind) = value {
      write(type, as: kind, of: doc, depth: depth - 1)
    } else {
      held.write(value, to: &writer)
    }
  }
}
