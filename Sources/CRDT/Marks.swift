import Lib0

/// Which mark of a document it is: its clock, and the client by index.
struct MarkID: Hashable {
  var client: Index32
  var clock: UInt64
}

/// What a formatting mark says of an attribute.
///
/// JavaScript asks of two objects whether they are the same one, not whether they are alike, and
/// so Yjs does in places. A mark that restores what another one said repeats its very object, for
/// as long as both are in memory; so that is known here too (`Doc.repeatedMarks`).
struct MarkValue {
  var json: [UInt8]
  /// The mark that the value first came with; nil for what the caller gave.
  var source: MarkID?

  static let null = MarkValue(json: Array("null".utf8), source: nil)

  var isNull: Bool { json == MarkValue.null.json }

  /// Whether it is an object or an array.
  var isObject: Bool { json.first == UInt8(ascii: "{") || json.first == UInt8(ascii: "[") }

  /// `===` of JavaScript.
  func isSame(as other: MarkValue) -> Bool {
    if isObject || other.isObject {
      return isObject && other.isObject && source != nil && source == other.source
    }
    if json == other.json { return true }
    // Words have one form; numbers and strings may be written in several.
    let first = json.first
    if first == UInt8(ascii: "t") || first == UInt8(ascii: "f") || first == UInt8(ascii: "n") {
      return false
    }
    return value == other.value
  }

  /// Whether a text need not change from one to the other (Yjs `equalAttrs`): objects may also hold
  /// the same, one level deep.
  func fits(_ other: MarkValue) -> Bool {
    if isSame(as: other) { return true }
    guard isObject, other.isObject else { return false }
    let (left, right) = (members, other.members)
    return left.count == right.count
      && left.entries.allSatisfy { entry in
        switch entry.value {
        case .object, .array: false
        default: right[entry.key] == entry.value
        }
      }
  }

  private var value: AnyValue { (try? JSON.parse(json.span)) ?? .undefined }

  private var members: ObjectValue {
    switch value {
    case .object(let object): object
    case .array(let values):
      ObjectValue(values.enumerated().map { .init(key: String($0.offset), value: $0.element) })
    default: ObjectValue()
    }
  }
}

/// Formatting attributes while editing, in the order of their appearance.
struct Marks {
  private(set) var entries: [(key: String, value: MarkValue)] = []

  init() {}

  init(_ attributes: ObjectValue) {
    entries = attributes.entries.map {
      (key: $0.key, value: MarkValue(json: Array(JSON.text($0.value).utf8), source: nil))
    }
  }

  var isEmpty: Bool { entries.isEmpty }

  /// The value, or null where there is none.
  subscript(key: String) -> MarkValue {
    entries.first { $0.key.hasSameUnits(as: key) }?.value ?? MarkValue.null
  }

  func has(_ key: String) -> Bool { entries.contains { $0.key.hasSameUnits(as: key) } }

  mutating func set(_ key: String, _ value: MarkValue) {
    if let index = entries.firstIndex(where: { $0.key.hasSameUnits(as: key) }) {
      entries[index].value = value
    } else {
      entries.append((key: key, value: value))
    }
  }

  mutating func remove(_ key: String) { entries.removeAll { $0.key.hasSameUnits(as: key) } }

  /// Takes over what a mark says: null ends the attribute.
  mutating func apply(_ key: String, _ value: MarkValue) {
    if value.isNull { remove(key) } else { set(key, value) }
  }

  /// The same in the order that an object of JavaScript has: keys that are numbers come first.
  func inObjectOrder() -> Marks {
    if entries.count < 2 { return self }
    let order = ObjectValue(entries.map { .init(key: $0.key, value: .null) })
    var result = Marks()
    for entry in order.entries { result.entries.append((key: entry.key, value: self[entry.key])) }
    return result
  }
}

extension Doc {
  func mark(_ item: Item) -> (key: String, value: MarkValue) {
    var reader = ByteReader(content.span.extracting(item.contentRange))
    do {
      let key = try reader.string()
      let json = try reader.varBytes()
      var value = MarkValue(json: json.indices.map { json[$0] }, source: nil)
      if value.isObject {
        let own = MarkID(client: item.client, clock: item.clock)
        value.source = repeatedMarks[own] ?? own
      }
      return (key: key, value: value)
    } catch {
      preconditionFailure("stored content was checked when it came in: \(error)")
    }
  }

  /// Writes a mark and steps over it.
  mutating func putMark(_ key: String, _ value: MarkValue, _ cursor: inout Cursor) {
    var writer = ByteWriter()
    writer.string(key)
    writer.varBytes(value.json)
    // A name for it, or the items are read first and kept as they were before.
    let index = put(ContentKind.format, 1, writer.bytes, at: &cursor)
    let mark = record(index)
    if value.isObject, let source = value.source {
      repeatedMarks[MarkID(client: mark.client, clock: mark.clock)] = source
    }
  }
}
