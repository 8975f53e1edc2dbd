extension String {
  /// Whether both are the same code units. `==` also takes for equal what only looks alike: an "é"
  /// of one scalar and one of two.
  public func hasSameUnits(as other: String) -> Bool {
    let (left, right) = (utf8.span, other.utf8.span)
    guard left.count == right.count else { return false }
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }
}

extension AnyValue: Equatable {
  public static func == (left: AnyValue, right: AnyValue) -> Bool {
    switch (left, right) {
    case (.undefined, .undefined), (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.bigInt(let left), .bigInt(let right)): left == right
    case (.string(let left), .string(let right)): left.hasSameUnits(as: right)
    case (.bytes(let left), .bytes(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }

  /// Whether both hold the same, whatever the order of keys (lib0 `equalityDeep`).
  ///
  /// - Complexity: O(size).
  public func isAlike(_ other: AnyValue) -> Bool {
    switch (self, other) {
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isAlike($1) }
    case (.object(let left), .object(let right)):
      left.isAlike(right)
    default: self == other
    }
  }
}

extension ObjectValue: Equatable {
  public static func == (left: Self, right: Self) -> Bool { left.entries == right.entries }

  fileprivate func isAlike(_ other: ObjectValue) -> Bool {
    guard count == other.count else { return false }
    if count <= 16 {
      return entries.allSatisfy { other[$0.key]?.isAlike($0.value) == true }
    }
    var values: [[UInt8]: AnyValue] = [:]
    for entry in other.entries { values[Array(entry.key.utf8)] = entry.value }
    return entries.allSatisfy { values[Array($0.key.utf8)]?.isAlike($0.value) == true }
  }
}

extension ObjectValue.Entry: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    left.key.hasSameUnits(as: right.key) && left.value == right.value
  }
}
