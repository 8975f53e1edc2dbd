public import Lib0

/// Editing arrays and the children of XML.
extension Transaction {
  /// Inserts values before the element at `index`.
  public mutating func insert(
    _ values: [AnyValue], at index: Int, in array: SharedType
  ) throws(EditError) {
    var cursor = try document.editCursor(array.index, index)
    document.put(values, at: &cursor)
    document.remember(cursor)
  }

  /// Inserts a new shared type before the element at `index`. For texts there is the same with
  /// `attributes`.
  public mutating func insertNew(
    _ type: NewSharedType, at index: Int, in list: SharedType
  ) throws(EditError) -> SharedType {
    try insert(contentsOf: [.type(type)], at: index, in: list)[0]
  }

  /// Inserts a subdocument before the element at `index`.
  public mutating func insert(
    _ subdocument: Subdocument, at index: Int, in array: SharedType
  ) throws(EditError) {
    _ = try insert(contentsOf: [.subdocument(subdocument)], at: index, in: array)
  }

  /// Inserts values, types and subdocuments before the element at `index`.
  ///
  /// - Returns: The new types among them, in their order.
  public mutating func insert(
    contentsOf values: [NewValue], at index: Int, in list: SharedType
  ) throws(EditError) -> [SharedType] {
    var cursor = try document.editCursor(list.index, index)
    let types = document.put(values, at: &cursor)
    document.remember(cursor)
    return types
  }

  /// Inserts behind everything that is or was in the list, as `push` of Yjs's arrays does: what
  /// others append at the same time stays in one piece.
  ///
  /// - Returns: The new types among them, in their order.
  @discardableResult
  public mutating func append(
    contentsOf values: [NewValue], to array: SharedType
  ) throws(EditError) -> [SharedType] {
    var cursor = try document.editCursor(array.index, document.length(of: array))
    while cursor.right != .none { document.forward(&cursor) }
    let types = document.put(values, at: &cursor)
    document.remember(cursor)
    return types
  }

  /// Inserts right behind a child, or in front of all where that is nil.
  ///
  /// - Throws: `notAChild` where the child is somebody else's, or gone for good.
  /// - Returns: The new types, in their order.
  @discardableResult
  public mutating func insert(
    contentsOf values: [NewValue], after child: SharedType?, in parent: SharedType
  ) throws(EditError) -> [SharedType] {
    if document.isGone(parent.index) { throw .gone }
    let start = document.types[Int(parent.index)].start
    var cursor = Cursor(type: parent.index, left: .none, right: start, index: 0)
    if let child {
      let holder = document.types[Int(child.index)].holder
      guard holder != .none, !document.isGone(child.index) else { throw .notAChild }
      let item = document.items[Int(holder)]
      guard item.parent == parent.index, item.key == .none else { throw .notAChild }
      cursor.left = holder
      cursor.right = item.right
    }
    return document.put(values, at: &cursor)
  }

  /// Deletes elements. For texts there is `deleteText`, which also tidies up marks.
  public mutating func delete(
    _ range: Range<Int>, in sequence: SharedType
  ) throws(EditError) {
    let length = document.length(of: sequence)
    guard range.upperBound <= length else {
      throw .outOfBounds(index: range.upperBound, length: length)
    }
    var cursor = try document.editCursor(sequence.index, range.lowerBound)
    document.deleteForward(&cursor, range.upperBound - cursor.index)
    document.remember(cursor)
  }
}

/// Editing the attributes of XML elements and of texts.
extension Transaction {
  /// Sets an attribute. Most readers expect text, but any value is allowed.
  ///
  /// - Throws: `notAnElement` for a type that has no attributes.
  public mutating func setAttribute(
    _ name: String, to value: AnyValue, of element: SharedType
  ) throws(EditError) {
    try checkAttributes(of: element)
    set(name, to: value, in: element)
  }

  /// Removes an attribute. Nothing happens where it is not set.
  public mutating func removeAttribute(
    _ name: String, of element: SharedType
  ) throws(EditError) {
    try checkAttributes(of: element)
    removeValue(for: name, in: element)
  }

  private func checkAttributes(of type: SharedType) throws(EditError) {
    if document.isGone(type.index) { throw .gone }
    switch document.kind(of: type) {
    case .xmlElement, .xmlText, .text, .untyped: return
    case .array, .map, .xmlFragment, .xmlHook: throw .notAnElement
    }
  }
}

extension Doc {
  mutating func editCursor(_ type: Index32, _ index: Int) throws(EditError) -> Cursor {
    if isGone(type) { throw .gone }
    return try cursor(type, index)
  }

  /// Inserts values at a place. Those that JSON knows share an item, as in Yjs; all others have
  /// their own.
  fileprivate mutating func put(_ values: [NewValue], at cursor: inout Cursor) -> [SharedType] {
    var found: [SharedType] = []
    var run = ByteWriter()
    var count = 0
    for value in values {
      if case .value(let plain) = value, run.takes(plain, &count) { continue }
      putRun(&run, &count, at: &cursor)
      let (kind, bytes) = value.content
      let item = put(kind, 1, bytes, at: &cursor)
      if kind == ContentKind.type { found.append(SharedType(index: items[Int(item)].type)) }
    }
    putRun(&run, &count, at: &cursor)
    return found
  }

  /// The same for plain values.
  fileprivate mutating func put(_ values: [AnyValue], at cursor: inout Cursor) {
    var run = ByteWriter()
    var count = 0
    for value in values where !run.takes(value, &count) {
      putRun(&run, &count, at: &cursor)
      let (kind, bytes) = NewValue.value(value).content
      _ = put(kind, 1, bytes, at: &cursor)
    }
    putRun(&run, &count, at: &cursor)
  }

  private mutating func putRun(
    _ run: inout ByteWriter, _ count: inout Int, at cursor: inout Cursor
  ) {
    if count == 0 { return }
    _ = put(ContentKind.any, count, run.bytes, at: &cursor)
    run = ByteWriter()
    count = 0
  }
}

extension ByteWriter {
  /// Adds a value to a run of those that share an item; false for one that needs its own.
  fileprivate mutating func takes(_ value: AnyValue, _ count: inout Int) -> Bool {
    if case .bytes = value { return false }
    any(value)
    count += 1
    return true
  }
}
