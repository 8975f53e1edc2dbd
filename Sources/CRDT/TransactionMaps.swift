public import Lib0

/// Editing maps and arrays.
extension Transaction {
  /// Sets a key; the former value is deleted.
  public mutating func set(_ key: String, to value: AnyValue, in map: SharedType) {
    let (kind, length, bytes) = Doc.content(of: [value])
    _ = document.setOwn(key, kind, length, bytes, map.index)
  }

  /// Sets a key to a new shared type.
  public mutating func set(
    _ key: String, toNew kind: SharedTypeKind, in map: SharedType
  ) -> SharedType {
    let index = document.setOwn(key, ContentKind.type, 1, kind.content, map.index)
    return SharedType(index: document.items[Int(index)].type)
  }

  /// Deletes a key. Nothing happens where it has no value.
  public mutating func removeValue(for key: String, in map: SharedType) {
    let bytes = Array(key.utf8)
    let name = document.names.find(bytes, bytes.indices)
    guard name != .none else { return }
    let item = document.map.item(map.index, name)
    if item != .none { document.delete(item) }
  }

  /// Inserts values before the element at `index`.
  public mutating func insert(
    _ values: [AnyValue], at index: Int, in array: SharedType
  ) throws(EditError) {
    var cursor = try document.cursor(array.index, index)
    var run: [AnyValue] = []
    for value in values {
      if case .bytes = value {
        document.insert(run, at: &cursor)
        run = []
        document.insert([value], at: &cursor)
      } else {
        run.append(value)
      }
    }
    document.insert(run, at: &cursor)
    document.remember(cursor)
  }

  /// Inserts a new shared type before the element at `index`.
  public mutating func insertNew(
    _ kind: SharedTypeKind, at index: Int, in array: SharedType
  ) throws(EditError) -> SharedType {
    var cursor = try document.cursor(array.index, index)
    let item = document.put(ContentKind.type, 1, kind.content, at: &cursor)
    document.remember(cursor)
    return SharedType(index: document.items[Int(item)].type)
  }

  /// Deletes elements, or characters of a text.
  public mutating func delete(
    _ range: Range<Int>, in sequence: SharedType
  ) throws(EditError) {
    let length = document.length(of: sequence)
    guard range.upperBound <= length else {
      throw .outOfBounds(index: range.upperBound, length: length)
    }
    var cursor = try document.cursor(sequence.index, range.lowerBound)
    document.deleteForward(&cursor, range.count)
    document.remember(cursor)
  }
}

extension Doc {
  mutating func setOwn(
    _ key: String, _ kind: UInt8, _ length: Int, _ bytes: [UInt8], _ map: Index32
  ) -> Index32 {
    let keyBytes = Array(key.utf8)
    let name = names.intern(keyBytes, keyBytes.indices)
    return insertOwn(
      kind, length: length, bytes, left: self.map.item(map, name), right: .none, parent: map,
      key: name)
  }

  fileprivate mutating func insert(_ values: [AnyValue], at cursor: inout Cursor) {
    if values.isEmpty { return }
    let (kind, length, bytes) = Doc.content(of: values)
    _ = put(kind, length, bytes, at: &cursor)
  }
}
