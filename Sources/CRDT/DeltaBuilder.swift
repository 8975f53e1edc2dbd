import Lib0

/// Collects a delta: neighbours that say the same become one operation.
struct DeltaBuilder {
  private enum Action { case none, retain, delete, text, elements }

  private(set) var result: [DeltaOperation] = []
  private var action = Action.none
  private var count = 0
  private var bytes: [UInt8] = []
  private var values: [SharedValue] = []
  private var attributes = ObjectValue()

  mutating func retain(_ length: Int, _ attributes: ObjectValue) {
    begin(.retain, attributes)
    count += length
  }

  mutating func delete(_ length: Int) {
    begin(.delete, ObjectValue())
    count += length
  }

  mutating func insert(text: ArraySlice<UInt8>, _ attributes: ObjectValue) {
    begin(.text, attributes)
    bytes.append(contentsOf: text)
  }

  mutating func insert(_ elements: [SharedValue], _ attributes: ObjectValue) {
    begin(.elements, attributes)
    values.append(contentsOf: elements)
  }

  /// Ends the delta. Going on to the end says nothing.
  mutating func finish() -> [DeltaOperation] {
    if action == .retain, attributes.isEmpty { action = .none }
    flush()
    return result
  }

  private mutating func begin(_ next: Action, _ attributes: ObjectValue) {
    if action == next, self.attributes == attributes { return }
    flush()
    action = next
    self.attributes = attributes
  }

  private mutating func flush() {
    switch action {
    case .none: break
    case .retain: result.append(.retain(count, attributes: attributes))
    case .delete: result.append(.delete(count))
    case .text:
      let text = String(decoding: bytes, as: UTF8.self)
      result.append(.insert(.text(text), attributes: attributes))
    case .elements: result.append(.insert(.elements(values), attributes: attributes))
    }
    action = .none
    count = 0
    bytes = []
    values = []
  }
}

/// The attributes in force at a place of a text, before and after a transaction.
struct TwoFormats {
  private var old: [(key: String, value: AnyValue)] = []
  /// Sorted by key, so that equal attributes are equal objects.
  private(set) var new = ObjectValue()
  /// What the old ones need to become the new ones; null ends an attribute.
  private(set) var difference = ObjectValue()
  private var sorted: [(key: String, value: AnyValue)] = []

  /// A mark is passed, which stood there before, stands there now, or both.
  mutating func pass(_ key: String, _ value: AnyValue, wasThere: Bool, isThere: Bool) {
    if wasThere { Self.set(key, value, in: &old) }
    if isThere {
      Self.set(key, value, in: &sorted)
      new = Self.object(sorted)
    }
    var changed = sorted.filter { entry in
      !old.contains { Self.isSame($0.key, entry.key) && $0.value == entry.value }
    }
    for entry in old where !sorted.contains(where: { Self.isSame($0.key, entry.key) }) {
      Self.set(entry.key, .null, in: &changed, keepsNull: true)
    }
    difference = Self.object(changed)
  }

  private static func object(_ entries: [(key: String, value: AnyValue)]) -> ObjectValue {
    ObjectValue(entries.map { .init(key: $0.key, value: $0.value) })
  }

  private static func isSame(_ one: String, _ other: String) -> Bool {
    one.hasSameUnits(as: other)
  }

  private static func set(
    _ key: String, _ value: AnyValue, in entries: inout [(key: String, value: AnyValue)],
    keepsNull: Bool = false
  ) {
    entries.removeAll { isSame($0.key, key) }
    if value == .null, !keepsNull { return }
    let place =
      entries.firstIndex { key.utf8.lexicographicallyPrecedes($0.key.utf8) } ?? entries.count
    entries.insert((key: key, value: value), at: place)
  }
}
