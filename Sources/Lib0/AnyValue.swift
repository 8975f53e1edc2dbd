/// A JavaScript value, as lib0's "Any" carries it.
///
/// Strings and keys are equal when their code units are: JavaScript does not normalise.
/// - Source: lib0 `encoding.js`, `writeAny`.
public enum AnyValue: Sendable {
  case undefined
  case null
  case bool(Bool)
  case number(Double)
  case bigInt(Int64)
  case string(String)
  case bytes([UInt8])
  case array([AnyValue])
  case object(ObjectValue)

  /// An object from a literal: `.object(["x": .number(1)])` without naming the type.
  public static func object(_ entries: KeyValuePairs<String, AnyValue>) -> AnyValue {
    .object(ObjectValue(entries.map { ObjectValue.Entry(key: $0.key, value: $0.value) }))
  }

  /// The value under `key`, where this is an object that has it.
  public subscript(key: String) -> AnyValue? {
    if case .object(let object) = self { object[key] } else { nil }
  }

  public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  public var numberValue: Double? { if case .number(let value) = self { value } else { nil } }
  public var arrayValue: [AnyValue]? { if case .array(let value) = self { value } else { nil } }
  public var objectValue: ObjectValue? { if case .object(let value) = self { value } else { nil } }
}

/// A JavaScript object: keys in JavaScript's order, each once.
///
/// - Order: keys that look like an array index first, ascending; then the others as they came.
///   A key that comes twice keeps its place and takes the later value.
public struct ObjectValue: Sendable {
  public struct Entry: Sendable {
    public var key: String
    public var value: AnyValue
    public init(key: String, value: AnyValue) {
      self.key = key
      self.value = value
    }
  }

  public private(set) var entries: [Entry]

  public init() { entries = [] }

  public init(_ entries: [Entry]) {
    self.entries = ObjectValue.withoutRepeats(entries)
    if self.entries.contains(where: { arrayIndex($0.key) != nil }) { sortIndices() }
  }

  public var isEmpty: Bool { entries.isEmpty }
  public var count: Int { entries.count }

  /// Complexity: O(count).
  public subscript(key: String) -> AnyValue? {
    entries.first { $0.key.hasSameUnits(as: key) }?.value
  }

  /// Sets one key. Complexity: O(count).
  public mutating func set(_ key: String, _ value: AnyValue) {
    if let place = entries.firstIndex(where: { $0.key.hasSameUnits(as: key) }) {
      entries[place].value = value
    } else {
      entries.append(Entry(key: key, value: value))
      if arrayIndex(key) != nil { sortIndices() }
    }
  }

  private mutating func sortIndices() {
    var indexed: [(UInt32, Entry)] = []
    var named: [Entry] = []
    for entry in entries {
      if let index = arrayIndex(entry.key) { indexed.append((index, entry)) } else {
        named.append(entry)
      }
    }
    indexed.sort { $0.0 < $1.0 }
    entries = indexed.map { $0.1 } + named
  }

  private static func withoutRepeats(_ entries: [Entry]) -> [Entry] {
    guard entries.count > 1 else { return entries }
    var result: [Entry] = []
    result.reserveCapacity(entries.count)
    if entries.count <= 16 {
      for entry in entries {
        if let place = result.firstIndex(where: { $0.key.hasSameUnits(as: entry.key) }) {
          result[place].value = entry.value
        } else {
          result.append(entry)
        }
      }
      return result
    }
    // Bytes as keys: two strings that only look alike must not meet in the table.
    var places: [[UInt8]: Int] = [:]
    for entry in entries {
      if let place = places.updateValue(result.count, forKey: Array(entry.key.utf8)) {
        places[Array(entry.key.utf8)] = place
        result[place].value = entry.value
      } else {
        result.append(entry)
      }
    }
    return result
  }
}

/// The number of a key that JavaScript treats as an array index (`"0"`, `"17"`, not `"01"`).
private func arrayIndex(_ key: String) -> UInt32? {
  let digits = key.utf8.span
  guard digits.count > 0, digits.count <= 10, digits[0] >= 0x30, digits[0] <= 0x39 else {
    return nil
  }
  if digits[0] == 0x30 { return digits.count == 1 ? 0 : nil }
  var value: UInt64 = 0
  for index in digits.indices {
    guard digits[index] >= 0x30, digits[index] <= 0x39 else { return nil }
    value = value * 10 + UInt64(digits[index] - 0x30)
  }
  return value < 0xffff_ffff ? UInt32(value) : nil
}
