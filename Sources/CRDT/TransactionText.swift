public import Lib0

/// Editing text. The marks written are those that Yjs would write, so that formatting by us and by
/// others combines in the same way.
extension Transaction {
  /// Inserts text before the unit at `index`.
  ///
  /// - Parameter attributes: The formatting of the text; `nil` takes that of its place.
  public mutating func insert(
    _ text: String, at index: Int, in type: SharedType, attributes: ObjectValue? = nil
  ) throws(EditError) {
    var cursor = try document.editCursor(type.index, index)
    if text.isEmpty { return }
    if attributes == nil, !document.types[Int(type.index)].hasMarks {
      return document.insertPlain(text, &cursor)
    }
    let attributes = attributes.map { Marks($0) } ?? cursor.marks
    document.insertText(.text(text), attributes, &cursor)
  }

  /// Inserts a JSON value that counts as one unit.
  ///
  /// - Parameter attributes: Its formatting; without any it has none, wherever it stands.
  public mutating func insertEmbed(
    _ value: AnyValue, at index: Int, in type: SharedType, attributes: ObjectValue? = nil
  ) throws(EditError) {
    var cursor = try document.editCursor(type.index, index)
    document.insertText(.embed(value), Marks(attributes ?? ObjectValue()), &cursor)
  }

  /// Inserts a new shared type that counts as one unit of the text.
  public mutating func insertNew(
    _ new: NewSharedType, at index: Int, in type: SharedType, attributes: ObjectValue
  ) throws(EditError) -> SharedType {
    var cursor = try document.editCursor(type.index, index)
    let item = document.insertText(.type(new), Marks(attributes), &cursor)
    return SharedType(index: document.items[Int(item)].type)
  }

  /// Sets attributes of a range; a null value ends one.
  public mutating func format(
    _ range: Range<Int>, _ attributes: ObjectValue, in type: SharedType
  ) throws(EditError) {
    let length = document.length(of: type)
    guard range.upperBound <= length else {
      throw .outOfBounds(index: range.upperBound, length: length)
    }
    var cursor = try document.editCursor(type.index, range.lowerBound)
    if range.isEmpty || attributes.isEmpty { return }
    document.format(&cursor, range.upperBound - cursor.index, Marks(attributes))
  }

  /// Deletes a range, and marks that say nothing any more.
  public mutating func deleteText(_ range: Range<Int>, in type: SharedType) throws(EditError) {
    let length = document.length(of: type)
    guard range.upperBound <= length else {
      throw .outOfBounds(index: range.upperBound, length: length)
    }
    var cursor = try document.editCursor(type.index, range.lowerBound)
    if range.isEmpty { return }
    document.deleteText(&cursor, range.upperBound - cursor.index)
    document.remember(cursor)
  }

  /// Runs changes over a text from its start, as editors report them (`applyDelta` of Yjs).
  ///
  /// - Throws: `outOfBounds` where they reach beyond the end. What came before is done then.
  /// - Returns: The new types, in their order.
  @discardableResult
  public mutating func apply(
    _ delta: [TextChange], to type: SharedType
  ) throws(EditError) -> [SharedType] {
    var cursor = try document.editCursor(type.index, 0)
    var types: [SharedType] = []
    for change in delta {
      switch change {
      case .insert(let content, let attributes):
        if case .text(let text) = content, text.isEmpty { continue }
        let item = document.insertText(content, Marks(attributes), &cursor)
        if case .type = content {
          types.append(SharedType(index: document.items[Int(item)].type))
        }
      case .retain(let count, let attributes):
        try check(count, cursor)
        document.format(&cursor, count, Marks(attributes))
      case .delete(let count):
        try check(count, cursor)
        document.deleteText(&cursor, count)
      }
    }
    return types
  }

  private func check(_ count: Int, _ cursor: Cursor) throws(EditError) {
    let length = Int(document.types[Int(cursor.type)].length)
    guard count >= 0, count <= length - cursor.index else {
      throw .outOfBounds(index: cursor.index + count, length: length)
    }
  }
}

/// One step over a text.
public enum TextChange: Equatable, Sendable {
  public enum Content: Equatable, Sendable {
    case text(String)
    /// A JSON value that counts as one unit.
    case embed(AnyValue)
    case type(NewSharedType)
  }

  /// Inserts here, with exactly these attributes.
  case insert(Content, attributes: ObjectValue = ObjectValue())
  /// Steps over units and sets attributes of them; a null value ends one.
  case retain(Int, attributes: ObjectValue = ObjectValue())
  case delete(Int)
}

extension TextChange.Content {
  fileprivate var content: (kind: UInt8, length: Int, bytes: [UInt8]) {
    switch self {
    case .text(let text): return (ContentKind.string, text.unitCount, Array(text.utf8))
    case .embed(let value):
      var writer = ByteWriter()
      writer.string(JSON.text(value))
      return (ContentKind.embed, 1, writer.bytes)
    case .type(let type): return (ContentKind.type, 1, type.content)
    }
  }
}

extension Doc {
  /// Inserts at a place with exactly these attributes, and steps over all that it wrote. The result
  /// is the item of the content.
  @discardableResult
  fileprivate mutating func insertText(
    _ content: TextChange.Content, _ attributes: Marks, _ cursor: inout Cursor
  ) -> Index32 {
    var wanted = attributes
    for entry in cursor.marks.entries where !wanted.has(entry.key) {
      wanted.set(entry.key, MarkValue.null)
    }
    skipWhatFits(&cursor, wanted)
    var former = begin(wanted.inObjectOrder(), &cursor)
    let (kind, length, bytes) = content.content
    let item = put(kind, length, bytes, at: &cursor)
    let end = cursor
    restore(&former, &cursor)
    remember(end)
    return item
  }

  /// Inserts into a text without marks: most texts have none, and letters are typed one by one.
  fileprivate mutating func insertPlain(_ text: String, _ cursor: inout Cursor) {
    while cursor.right != .none, items[Int(cursor.right)].isDeleted { forward(&cursor) }
    let units = text.unitCount
    let left = cursor.left
    if left != .none, clients[Int(items[Int(left)].client)].id == clientID,
      items[Int(left)].end + UInt64(units) <= maxSafeInteger, mayExtend(left, before: cursor.right)
    {
      extend(left, with: text.utf8.span, units: UInt64(units))
      cursor.index += units
    } else {
      let item = insertOwn(
        ContentKind.string, length: UInt64(units), text.utf8.span, left: left, right: cursor.right,
        parent: cursor.type)
      cursor.right = item
      forward(&cursor)
    }
    remember(cursor)
  }

  /// Steps right over tombstones and marks that say what is wanted anyway.
  private mutating func skipWhatFits(_ cursor: inout Cursor, _ wanted: Marks) {
    while cursor.right != .none {
      let item = items[Int(cursor.right)]
      if !item.isDeleted {
        guard item.kind == ContentKind.format else { return }
        let mark = mark(item)
        guard wanted[mark.key].fits(mark.value) else { return }
      }
      forward(&cursor)
    }
  }

  /// Writes a mark for each attribute that differs here. The result is what to go back to after.
  private mutating func begin(_ wanted: Marks, _ cursor: inout Cursor) -> Marks {
    var former = Marks()
    for entry in wanted.entries {
      let current = cursor.marks[entry.key]
      if current.fits(entry.value) { continue }
      former.set(entry.key, current)
      putMark(entry.key, entry.value, &cursor)
    }
    return former
  }

  /// Writes the marks that end a formatted range, except where they stand there already.
  private mutating func restore(_ former: inout Marks, _ cursor: inout Cursor) {
    while cursor.right != .none {
      let item = items[Int(cursor.right)]
      if !item.isDeleted {
        guard item.kind == ContentKind.format else { break }
        let mark = mark(item)
        guard former.has(mark.key), former[mark.key].fits(mark.value) else { break }
        former.remove(mark.key)
      }
      forward(&cursor)
    }
    for entry in former.entries { putMark(entry.key, entry.value, &cursor) }
  }

  /// Formats `count` units to the right: marks of the same attributes in between go, and what the
  /// last of them said is what comes back at the end.
  fileprivate mutating func format(_ cursor: inout Cursor, _ count: Int, _ wanted: Marks) {
    skipWhatFits(&cursor, wanted)
    var former = begin(wanted, &cursor)
    var rest = count
    while cursor.right != .none {
      let item = items[Int(cursor.right)]
      let isMark = item.kind == ContentKind.format
      guard rest > 0 || (!former.isEmpty && (item.isDeleted || isMark)) else { break }
      if !item.isDeleted {
        if isMark {
          let mark = mark(item)
          if wanted.has(mark.key) {
            if wanted[mark.key].fits(mark.value) {
              former.remove(mark.key)
            } else {
              if rest == 0 { break }
              former.set(mark.key, mark.value)
            }
            delete(cursor.right)
          }
        } else if item.isCountable {
          if UInt64(rest) < item.length, cut(cursor.right, at: rest) == 0 { break }
          rest -= min(rest, Int(items[Int(cursor.right)].length))
        }
      }
      forward(&cursor)
    }
    restore(&former, &cursor)
  }

  /// Deletes `count` units to the right, and marks that say nothing any more.
  fileprivate mutating func deleteText(_ cursor: inout Cursor, _ count: Int) {
    let start = cursor
    deleteForward(&cursor, count)
    if types[Int(cursor.type)].hasMarks { removeIdleMarks(from: start, to: &cursor) }
  }

  /// Deletes marks in a gap left by a deletion that say nothing: what a later mark overrides
  /// before any content comes, or what was in force already (Yjs `cleanupFormattingGap`).
  private mutating func removeIdleMarks(from start: Cursor, to end: inout Cursor) {
    var gapEnd = start.right
    var last: [(key: String, item: Index32)] = []
    while gapEnd != .none, items[Int(gapEnd)].isDeleted || !items[Int(gapEnd)].isCountable {
      let item = items[Int(gapEnd)]
      if !item.isDeleted, item.kind == ContentKind.format {
        let key = mark(item).key
        last.removeAll { $0.key.hasSameUnits(as: key) }
        last.append((key: key, item: gapEnd))
      }
      gapEnd = item.right
    }
    var index = start.right
    var isBehind = false
    while index != gapEnd {
      if index == end.right { isBehind = true }
      let item = items[Int(index)]
      if !item.isDeleted, item.kind == ContentKind.format {
        let mark = mark(item)
        let before = start.marks[mark.key]
        let isInForce = before.isSame(as: mark.value)
        if isInForce || !last.contains(where: { $0.item == index }) {
          delete(index)
          if !isBehind, !isInForce, end.marks[mark.key].isSame(as: mark.value) {
            end.marks.apply(mark.key, before)
          }
        } else if !isBehind {
          end.marks.apply(mark.key, mark.value)
        }
      }
      index = item.right
    }
  }
}
