public import Lib0

/// Editing the keys of maps, and of whatever else has keys.
///
/// Where the type is deleted for good nothing happens.
extension Transaction {
  /// Sets a key; the former value is deleted.
  public mutating func set(_ key: String, to value: AnyValue, in map: SharedType) {
    _ = document.setOwn(key, .value(value), map.index)
  }

  /// Sets a key to a new shared type.
  public mutating func set(
    _ key: String, toNew type: NewSharedType, in map: SharedType
  ) -> SharedType {
    let item = document.setOwn(key, .type(type), map.index)
    // What is gone takes no children: it stands for its own, which read as empty as well.
    return item == .none ? map : SharedType(index: document.items[Int(item)].type)
  }

  /// Sets a key to a subdocument.
  public mutating func set(
    _ key: String, toSubdocument subdocument: Subdocument, in map: SharedType
  ) {
    _ = document.setOwn(key, .subdocument(subdocument), map.index)
  }

  /// Deletes a key. Nothing happens where it has no value.
  public mutating func removeValue(for key: String, in map: SharedType) {
    let bytes = Array(key.utf8)
    let name = document.names.find(bytes, bytes.indices)
    guard name != .none else { return }
    let item = document.map.item(map.index, name)
    if item != .none { document.delete(item) }
  }

  /// Deletes all keys.
  public mutating func removeAllValues(in map: SharedType) {
    for key in document.keys(of: map) { removeValue(for: key, in: map) }
  }
}

extension Doc {
  /// Whether a type's place in the document is lost: its holder has dropped it.
  func isGone(_ type: Index32) -> Bool {
    let holder = types[Int(type)].holder
    return holder != .none && items[Int(holder)].type != type
  }

  /// The item of the new value; `.none` where the map is gone.
  fileprivate mutating func setOwn(
    _ key: String, _ value: NewValue, _ map: Index32
  ) -> Index32 {
    if isGone(map) { return .none }
    let keyBytes = Array(key.utf8)
    let name = names.intern(keyBytes, keyBytes.indices)
    let (kind, bytes) = value.content
    return insertOwn(
      kind, bytes, left: self.map.item(map, name), right: .none, parent: map, key: name)
  }
}
