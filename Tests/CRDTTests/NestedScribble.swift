import Lib0
import TestSupport

@testable import CRDT

/// Random edits of a document whose maps, arrays and texts hold each other.
enum NestedScribble {
  static let roots = ["m", "a", "t"]
  private static let keys = ["a", "b", "ключ"]
  private static let attributes: [ObjectValue] = [
    .of(["bold": .bool(true)]), .of(["bold": .null]),
    .of(["color": .string("red"), "bold": .null]),
    .of(["color": .object(["name": .string("blue")])]),
  ]

  static func edit(_ edit: inout Transaction, _ random: inout SplitMix64) throws(EditError) {
    var types: [(type: SharedType, kind: SharedTypeKind)] = []
    for (name, kind) in zip(roots, [SharedTypeKind.map, .array, .text]) {
      let root = edit.root(name)
      collect(edit.document, root, kind, &types)
    }
    let (type, kind) = types[Int.random(in: types.indices, using: &random)]
    switch kind {
    case .map: editMap(&edit, type, &random)
    case .array: try editArray(&edit, type, &random)
    default: try editText(&edit, type, &random)
    }
  }

  private static func collect(
    _ doc: Doc, _ type: SharedType, _ kind: SharedTypeKind,
    _ types: inout [(type: SharedType, kind: SharedTypeKind)]
  ) {
    types.append((type: type, kind: kind))
    for value in doc.elements(of: type) + doc.entries(of: type).map(\.value) {
      if case .type(let inner, let kind) = value { collect(doc, inner, kind, &types) }
    }
  }

  private static func kind(_ random: inout SplitMix64) -> NewSharedType {
    [.map, .array, .text][Int.random(in: 0..<3, using: &random)]
  }

  private static func editMap(
    _ edit: inout Transaction, _ map: SharedType, _ random: inout SplitMix64
  ) {
    let key = keys[Int.random(in: 0..<3, using: &random)]
    switch Int.random(in: 0..<6, using: &random) {
    case 0, 1: _ = edit.set(key, toNew: kind(&random), in: map)
    case 2: edit.removeValue(for: key, in: map)
    case 3: edit.set(key, to: .bytes([1, 2]), in: map)
    default: edit.set(key, to: .number(Double(Int.random(in: 0..<9, using: &random))), in: map)
    }
  }

  private static func editArray(
    _ edit: inout Transaction, _ array: SharedType, _ random: inout SplitMix64
  ) throws(EditError) {
    let length = edit.document.length(of: array)
    let index = Int.random(in: 0...length, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: _ = try edit.insertNew(kind(&random), at: index, in: array)
    case 1: try edit.delete(index..<min(length, index + 2), in: array)
    default: try edit.insert([.number(1), .bytes([7]), .string("é")], at: index, in: array)
    }
  }

  private static func editText(
    _ edit: inout Transaction, _ text: SharedType, _ random: inout SplitMix64
  ) throws(EditError) {
    let length = edit.document.length(of: text)
    let index = Int.random(in: 0...length, using: &random)
    let range = index..<min(length, index + 4)
    let format = attributes[Int.random(in: 0..<attributes.count, using: &random)]
    switch Int.random(in: 0..<6, using: &random) {
    case 0: try edit.insertEmbed(.object(["image": .number(1)]), at: index, in: text)
    case 1: try edit.deleteText(range, in: text)
    case 2: try edit.format(range, format, in: text)
    case 3: try edit.insert("formatted", at: index, in: text, attributes: format)
    default: try edit.insert("héllo😀", at: index, in: text)
    }
  }
}

extension ObjectValue {
  /// From a literal.
  static func of(_ entries: KeyValuePairs<String, AnyValue>) -> ObjectValue {
    ObjectValue(entries.map { Entry(key: $0.key, value: $0.value) })
  }
}
