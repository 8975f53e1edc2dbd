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
    if text.isEmpty { return }
    try document.insertFormatted(
      ContentKind.string, text.utf16.count, Array(text.utf8), at: index, type.index, attributes)
  }

  /// Inserts a JSON value that counts as one unit.
  public mutating func insertEmbed(
    _ value: AnyValue, at index: Int, in type: SharedType, attributes: ObjectValue? = nil
  ) throws(EditError) {
    var writer = ByteWriter()
    writer.string(JSON.text(value))
    try document.insertFormatted(
      ContentKind.embed, 1, writer.bytes, at: index, type.index, attributes)
  }

  /// Sets attributes of a range; a null value ends one.
  public mutating func format(
    _ range: Range<Int>, _ attributes: ObjectValue, in type: SharedType
  ) throws(EditError) {
    let length = document.length(of: type)
    guard range.upperBound <= length else {
      throw .outOfBounds(index: range.upperBound, length: length)
    }
    if range.isEmpty || attributes.isEmpty { return }
    var cursor = try document.cursor(type.index, range.lowerBound)
    document.format(&cursor, range.upperBound - cursor.index, Marks(attributes))
  }

  /// Deletes a range, and marks that say nothing any more.
  public mutating func deleteText(_ range: Range<Int>, in type: SharedType) throws(EditError) {
    let length = document.length(of: type)
    guard range.upperBound <= length else {
      throw .outOfBounds(index: range.upperBound, length: length)
    }
    if range.isEmpty { return }
    var cursor = try document.cursor(type.index, range.lowerBound)
    let start = cursor
    document.deleteForward(&cursor, range.upperBound - start.index)
    if document.types[Int(type.index)].hasMarks {
      document.removeIdleMarks(from: start, to: cursor)
    }
    document.remember(cursor)
  }
}

extension Marks {
  init(_ attributes: ObjectValue) {
    for entry in attributes.entries { set(entry.key, Array(JSON.text(entry.value).utf8)) }
  }
}

extension Doc {
  func mark(_ item: Item) -> (key: String, json: [UInt8]) {
    var reader = ByteReader(content.span.extracting(item.contentRange))
    do {
      let key = try reader.string()
      let json = try reader.varBytes()
      return (key: key, json: json.indices.map { json[$0] })
    } catch {
      preconditionFailure("stored content was checked when it came in: \(error)")
    }
  }

  fileprivate mutating func insertFormatted(
    _ kind: UInt8, _ length: Int, _ bytes: [UInt8], at index: Int, _ type: Index32,
    _ attributes: ObjectValue?
  ) throws(EditError) {
    var cursor = try cursor(type, index)
    var wanted = attributes.map { Marks($0) } ?? cursor.marks
    for entry in cursor.marks.entries where !wanted.has(entry.key) {
      wanted.set(entry.key, Marks.null)
    }
    skipWhatFits(&cursor, wanted)
    var former = begin(wanted, &cursor)
    _ = put(kind, length, bytes, at: &cursor)
    let end = cursor
    restore(&former, &cursor)
    remember(end)
  }

  /// Steps right over tombstones and marks that say what is wanted anyway.
  private mutating func skipWhatFits(_ cursor: inout Cursor, _ wanted: Marks) {
    while cursor.right != .none {
      let item = items[Int(cursor.right)]
      if !item.isDeleted {
        guard item.kind == ContentKind.format else { return }
        let mark = mark(item)
        guard wanted[mark.key] == mark.json else { return }
      }
      forward(&cursor)
    }
  }

  private mutating func putMark(_ key: String, _ json: [UInt8], _ cursor: inout Cursor) {
    var writer = ByteWriter()
    writer.string(key)
    writer.varBytes(json)
    _ = put(ContentKind.format, 1, writer.bytes, at: &cursor)
  }

  /// Writes a mark for each attribute that differs here. The result is what to go back to after.
  private mutating func begin(_ wanted: Marks, _ cursor: inout Cursor) -> Marks {
    var former = Marks()
    for entry in wanted.entries {
      let current = cursor.marks[entry.key]
      if current == entry.json { continue }
      former.set(entry.key, current)
      putMark(entry.key, entry.json, &cursor)
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
        guard former.has(mark.key), former[mark.key] == mark.json else { break }
        former.remove(mark.key)
      }
      forward(&cursor)
    }
    for entry in former.entries { putMark(entry.key, entry.json, &cursor) }
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
            if wanted[mark.key] == mark.json {
              former.remove(mark.key)
            } else {
              if rest == 0 { break }
              former.set(mark.key, mark.json)
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

  /// Deletes marks in a gap left by a deletion that say nothing: what a later mark overrides
  /// before any content comes, or what was in force already (Yjs `cleanupFormattingGap`).
  fileprivate mutating func removeIdleMarks(from start: Cursor, to end: Cursor) {
    var gapEnd = start.right
    var last: [(key: String, item: Index32)] = []
    while gapEnd != .none, items[Int(gapEnd)].isDeleted || !items[Int(gapEnd)].isCountable {
      let item = items[Int(gapEnd)]
      if !item.isDeleted, item.kind == ContentKind.format {
        let key = mark(item).key
        last.removeAll { $0.key == key }
        last.append((key: key, item: gapEnd))
      }
      gapEnd = item.right
    }
    var index = start.right
    while index != gapEnd {
      let item = items[Int(index)]
      if !item.isDeleted, item.kind == ContentKind.format {
        let mark = mark(item)
        let isOverridden = !last.contains { $0.item == index }
        if isOverridden || start.marks[mark.key] == mark.json { delete(index) }
      }
      index = item.right
    }
  }
}
