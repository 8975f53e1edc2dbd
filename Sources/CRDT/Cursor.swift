/// A place between two items of a sequence.
struct Cursor {
  var type: Index32
  var left: Index32
  var right: Index32
  /// Countable units to the left of it.
  var index: Int
  /// Formatting at this place; kept only for texts that have marks.
  var marks = Marks()
}

extension Doc {
  /// The place before the unit at `index`, as far left as possible: in front of marks and of
  /// tombstones there (Yjs `findPosition`). Cuts the item that it falls into.
  ///
  /// - Complexity: O(items between the last place edited and this one); O(items) in formatted text.
  mutating func cursor(_ type: Index32, _ index: Int) throws(EditError) -> Cursor {
    let length = Int(types[Int(type)].length)
    guard index >= 0, index <= length else { throw .outOfBounds(index: index, length: length) }
    var cursor = Cursor(type: type, left: .none, right: types[Int(type)].start, index: 0)
    if index == 0 { return cursor }
    if !types[Int(type)].hasMarks { startNear(index, &cursor) }
    while cursor.index < index, cursor.right != .none {
      let item = items[Int(cursor.right)]
      let rest = index - cursor.index
      if !item.isDeleted, item.isCountable, UInt64(rest) < item.length {
        marker = PositionMarker(type: type, item: cursor.right, index: UInt64(cursor.index))
        let units = cut(cursor.right, at: rest)
        if units == 0 { return cursor }
        cursor.index += units
        cursor.left = cursor.right
        cursor.right = items[Int(cursor.left)].right
        return cursor
      }
      forward(&cursor)
    }
    return cursor
  }

  /// Jumps to an item that begins before `index`, from the remembered place if that is nearer.
  private func startNear(_ index: Int, _ cursor: inout Cursor) {
    guard marker.type == cursor.type, marker.item != .none else { return }
    var start = Int(marker.index)
    if start / 2 > index { return }
    var item = marker.item
    while start >= index, items[Int(item)].left != .none {
      item = items[Int(item)].left
      let record = items[Int(item)]
      if !record.isDeleted, record.isCountable { start -= Int(record.length) }
    }
    guard start < index else { return }
    cursor.left = items[Int(item)].left
    cursor.right = item
    cursor.index = start
  }

  /// Cuts an item after `units`, or one before where that would part a surrogate pair. The result
  /// is how many units the left part has; 0 means that nothing was cut.
  mutating func cut(_ index: Index32, at units: Int) -> Int {
    let item = items[Int(index)]
    var units = units
    if item.kind == ContentKind.string,
      ContentCut.find(
        item.kind, content.span.extracting(item.contentRange), units: units, of: Int(item.length)
      ).splitsPair
    {
      units -= 1
    }
    guard units > 0 else { return 0 }
    split(at: structs.find(item.client, item.clock), UInt64(units))
    return units
  }

  /// Steps over one item.
  mutating func forward(_ cursor: inout Cursor) {
    guard cursor.right != .none else { return }
    let item = items[Int(cursor.right)]
    if !item.isDeleted {
      if item.isCountable { cursor.index += Int(item.length) }
      if item.kind == ContentKind.format {
        let mark = mark(item)
        cursor.marks.apply(mark.key, mark.value)
      }
    }
    cursor.left = cursor.right
    cursor.right = item.right
  }

  /// Inserts an item of our own and steps over it.
  mutating func put(
    _ kind: UInt8, _ length: Int, _ bytes: [UInt8], at cursor: inout Cursor
  ) -> Index32 {
    let item = insertOwn(
      kind, length: UInt64(length), bytes, left: cursor.left, right: cursor.right,
      parent: cursor.type)
    cursor.right = item
    forward(&cursor)
    return item
  }

  /// Deletes `count` units to the right of the cursor and leaves it behind them; marks stay.
  mutating func deleteForward(_ cursor: inout Cursor, _ count: Int) {
    var rest = count
    while rest > 0, cursor.right != .none {
      let item = items[Int(cursor.right)]
      if !item.isDeleted, item.isCountable {
        if UInt64(rest) < item.length {
          rest = cut(cursor.right, at: rest)
          if rest == 0 { return }
        }
        rest -= Int(items[Int(cursor.right)].length)
        delete(cursor.right)
      }
      forward(&cursor)
    }
  }

  /// Remembers where the cursor stands for the next search.
  mutating func remember(_ cursor: Cursor) {
    guard cursor.left != .none else { return }
    let item = items[Int(cursor.left)]
    let counted = !item.isDeleted && item.isCountable ? Int(item.length) : 0
    marker = PositionMarker(
      type: cursor.type, item: cursor.left, index: UInt64(cursor.index - counted))
  }
}
