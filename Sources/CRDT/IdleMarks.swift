import Lib0

/// Which of the marks that an update deletes say nothing, and so need not come back.
///
/// That is: a later mark of the same attribute follows before any content does, or what the mark
/// says is in force already (as Yjs `cleanupFormattingGap` has it, which deletes such marks). Only
/// the way to the nearest marks of the same attribute is looked at, not the whole text.
struct IdleMarks {
  private let doc: Doc

  /// - Parameter doc: As it is before the update.
  init(_ doc: Doc) { self.doc = doc }

  func among(
    _ lost: [Index32], _ walk: inout TakeBackWalk
  ) throws(TakeBackError) -> Set<Index32> {
    if lost.isEmpty { return [] }
    let all = Set(lost)
    var idle: Set<Index32> = []
    for mark in lost {
      let (key, json) = ranges(mark)
      if try isFollowed(mark, key, &walk) {
        idle.insert(mark)
      } else if try isInForce(mark, key, json, all, &walk) {
        idle.insert(mark)
      }
    }
    return idle
  }

  /// Whether another mark of the attribute follows before any content does.
  private func isFollowed(
    _ mark: Index32, _ key: Range<Int>, _ walk: inout TakeBackWalk
  ) throws(TakeBackError) -> Bool {
    var index = doc.items[Int(mark)].right
    while index != .none {
      try walk.pass()
      let item = doc.items[Int(index)]
      if !item.isDeleted {
        if item.isCountable { return false }
        if try says(index, key, &walk) != nil { return true }
      }
      index = item.right
    }
    return false
  }

  /// Whether the attribute has the mark's value already where the mark stands. Up to the content
  /// before it, what is lost too does not count: a mark that follows makes it idle.
  private func isInForce(
    _ mark: Index32, _ key: Range<Int>, _ json: Range<Int>, _ lost: Set<Index32>,
    _ walk: inout TakeBackWalk
  ) throws(TakeBackError) -> Bool {
    var isSameGap = true
    var index = doc.items[Int(mark)].left
    while index != .none {
      try walk.pass()
      let item = doc.items[Int(index)]
      if !item.isDeleted {
        if item.isCountable {
          isSameGap = false
        } else if !(isSameGap && lost.contains(index)), let other = try says(index, key, &walk) {
          return try isSame(other, json, &walk)
        }
      }
      index = item.left
    }
    return doc.content[json].elementsEqual(MarkValue.null.json)
  }

  /// The value that a mark gives to an attribute, if it is one of that attribute.
  private func says(
    _ index: Index32, _ key: Range<Int>, _ walk: inout TakeBackWalk
  ) throws(TakeBackError) -> Range<Int>? {
    guard doc.items[Int(index)].kind == ContentKind.format else { return nil }
    let other = ranges(index)
    return try isSame(other.key, key, &walk) ? other.json : nil
  }

  private func isSame(
    _ one: Range<Int>, _ other: Range<Int>, _ walk: inout TakeBackWalk
  ) throws(TakeBackError) -> Bool {
    guard one.count == other.count else { return false }
    try walk.pass(reading: one.count)
    return doc.content[one].elementsEqual(doc.content[other])
  }

  /// Where key and JSON text of a mark are in the document's content.
  private func ranges(_ mark: Index32) -> (key: Range<Int>, json: Range<Int>) {
    let range = doc.items[Int(mark)].contentRange
    var reader = ByteReader(doc.content.span.extracting(range))
    do {
      let key = try reader.varBytes().count
      let keyEnd = range.lowerBound + reader.offset
      let json = try reader.varBytes().count
      let jsonEnd = range.lowerBound + reader.offset
      return (key: keyEnd - key..<keyEnd, json: jsonEnd - json..<jsonEnd)
    } catch {
      preconditionFailure("stored content was checked when it came in: \(error)")
    }
  }
}
