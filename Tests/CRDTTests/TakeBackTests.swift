import Lib0
import TestSupport
import Testing

@testable import CRDT

private let bold = ObjectValue([.init(key: "bold", value: .bool(true))])
private let plain = ObjectValue([.init(key: "bold", value: .null)])

private typealias Edit = @Sendable (inout Transaction) throws(EditError) -> Void

private struct Row: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let edit: Edit
  init(_ name: String, _ edit: @escaping Edit) {
    testDescription = name
    self.edit = edit
  }
}

private func shape(_ edit: borrowing Transaction) -> SharedType? {
  let value = edit.document.root("m").flatMap { edit.document.value(of: $0, key: "shape") }
  guard case .type(let type, _) = value else { return nil }
  return type
}

private let takenBack: [Row] = [
  Row("a key set over a value") { $0.set("n", to: .number(2), in: $0.root("m")) },
  Row("a key set several times") { edit in
    for value in [2.0, 3, 4] { edit.set("n", to: .number(value), in: edit.root("m")) }
  },
  Row("a key set over bytes") { $0.set("bytes", to: .null, in: $0.root("m")) },
  Row("a key created") { $0.set("new", to: .number(2), in: $0.root("m")) },
  Row("a key deleted") { $0.removeValue(for: "n", in: $0.root("m")) },
  Row("a key deleted and set again") { edit in
    edit.removeValue(for: "n", in: edit.root("m"))
    edit.set("n", to: .number(9), in: edit.root("m"))
  },
  Row("a value replaced by a shape") { edit in
    edit.set("a", to: .number(1), in: edit.set("n", toNew: .map, in: edit.root("m")))
  },
  Row("a shape created") { edit throws(EditError) in
    let new = edit.set("new", toNew: .map, in: edit.root("m"))
    try edit.insert("label", at: 0, in: edit.set("label", toNew: .text, in: new))
  },
  Row("a shape created and deleted") { edit in
    edit.set("a", to: .number(1), in: edit.set("new", toNew: .map, in: edit.root("m")))
    edit.removeValue(for: "new", in: edit.root("m"))
  },
  Row("a shape moved") { edit in
    if let shape = shape(edit) { edit.set("x", to: .number(6), in: shape) }
  },
  Row("a root that is new") { edit throws(EditError) in
    try edit.insert("x", at: 0, in: edit.root("another"))
  },
  Row("text inserted") { edit throws(EditError) in
    try edit.insert("very ", at: 6, in: edit.root("t"))
  },
  Row("text deleted in the middle") { edit throws(EditError) in
    try edit.deleteText(2..<4, in: edit.root("t"))
  },
  Row("text deleted across marks and an embed") { edit throws(EditError) in
    try edit.deleteText(3..<18, in: edit.root("t"))
  },
  Row("all text replaced") { edit throws(EditError) in
    try edit.deleteText(0..<22, in: edit.root("t"))
    try edit.insert("other", at: 0, in: edit.root("t"))
  },
  Row("deleted, with something new in the middle") { edit throws(EditError) in
    try edit.insert("12345", at: 3, in: edit.root("t"))
    try edit.deleteText(1..<15, in: edit.root("t"))
  },
  Row("formatting where there was none") { edit throws(EditError) in
    try edit.format(0..<5, bold, in: edit.root("t"))
  },
  Row("formatting over formatting") { edit throws(EditError) in
    try edit.format(3..<14, bold, in: edit.root("t"))
  },
  Row("formatting removed") { edit throws(EditError) in
    try edit.format(4..<14, plain, in: edit.root("t"))
  },
  Row("formatting removed in part") { edit throws(EditError) in
    try edit.format(8..<10, plain, in: edit.root("t"))
  },
  Row("an embed inserted") { edit throws(EditError) in
    try edit.insertEmbed(.string("x"), at: 8, in: edit.root("t"))
  },
  Row("an embed deleted") { edit throws(EditError) in
    try edit.deleteText(12..<13, in: edit.root("t"))
  },
  Row("a map inserted into a list") { edit throws(EditError) in
    edit.set("z", to: .number(1), in: try edit.insertNew(.map, at: 2, in: edit.root("l")))
  },
  Row("elements deleted from a list") { edit throws(EditError) in
    try edit.delete(1..<4, in: edit.root("l"))
  },
  Row("a list replaced as far as it goes") { edit throws(EditError) in
    try edit.delete(0..<4, in: edit.root("l"))
    try edit.insert([.number(7), .bytes([8])], at: 0, in: edit.root("l"))
  },
]

private let refused: [Row] = [
  Row("a key set over a shape") { $0.set("shape", to: .null, in: $0.root("m")) },
  Row("a shape set over a shape") { _ = $0.set("shape", toNew: .map, in: $0.root("m")) },
  Row("a shape deleted") { $0.removeValue(for: "shape", in: $0.root("m")) },
  Row("a map in a list deleted") { edit throws(EditError) in
    try edit.delete(3..<5, in: edit.root("l"))
  },
]

@Suite("Taking back")
struct TakeBackTests {
  @Test(arguments: takenBack)
  private func leavesNoTrace(of row: Row) throws {
    var frozen = try Frozen(Frozen.board)
    let result = try frozen.takeBack(row.edit)
    #expect(!result.isEmpty)
    #expect(frozen.hub.clock(of: 7) == frozen.author.clock(of: 7))
    // And again, now that there are copies and tombstones.
    try frozen.takeBack(row.edit)
  }

  @Test(arguments: refused)
  private func isRefused(_ row: Row) throws {
    var frozen = try Frozen(Frozen.board)
    let update = try frozen.write(row.edit)
    #expect(throws: TakeBackError.replacesType) {
      _ = try expectTakenBack(update, &frozen.hub)
    }
  }

  @Test func subdocumentsStayAsWell() throws {
    var writer = ByteWriter()
    writer.raw([1, 1, 3, 0, 0x29, 1, 1, 0x6d, 1, 0x6b])  // client 3, root "m", key "k"
    writer.string("guid")
    writer.any(.object(ObjectValue()))
    writer.byte(0)
    var frozen = try Frozen { _ in }
    try frozen.everybody(applies: try Update(v1: writer.bytes))
    let update = try frozen.write { $0.removeValue(for: "k", in: $0.root("m")) }
    #expect(throws: TakeBackError.replacesType) {
      _ = try expectTakenBack(update, &frozen.hub)
    }
  }

  @Test func copiesOfWhatStoodSideBySideAreOneItemAgain() throws {
    var frozen = try Frozen { edit throws(EditError) in
      for index in 0..<40 { try edit.insert("ab", at: index, in: edit.root("t")) }
    }
    try frozen.takeBack { edit throws(EditError) in
      try edit.deleteText(0..<80, in: edit.root("t"))
    }
    let root = try #require(frozen.hub.root("t"))
    #expect(frozen.hub.elements(of: root).count == 1)
  }

  /// Two people set the same key at once: the hub knows one value, the other comes later.
  @Test(arguments: [(7, true), (2, false)] as [(ClientID, Bool)])
  func aConcurrentSetIsTakenBackWhetherItWinsOrLoses(author: ClientID, wins: Bool) throws {
    var frozen = try Frozen(Frozen.board)
    frozen.author.clientID = author
    let late = try frozen.write { $0.set("n", to: .string("late"), in: $0.root("m")) }
    var other = frozen.hub
    other.clientID = 4
    let bytes = other.transact { $0.set("n", to: .string("known"), in: $0.root("m")) }
    let known = try Update(v1: bytes ?? [])
    try frozen.everybody(applies: known)
    let result = try expectTakenBack(late, &frozen.hub)
    // Only what won had to be made good.
    #expect((result.stateVector[50] > 0) == wins)
    frozen.author.apply(result)
    #expect(Visible(frozen.author) == Visible(frozen.hub))
  }

  @Test func anOldUpdateIsTakenBackOverWhatCameSince() throws {
    var frozen = try Frozen(Frozen.board)
    let old = try frozen.write { edit throws(EditError) in
      try edit.deleteText(4..<16, in: edit.root("t"))
      try edit.insert("offline", at: 4, in: edit.root("t"))
      edit.set("n", to: .number(100), in: edit.root("m"))
      try edit.delete(0..<2, in: edit.root("l"))
    }
    var other = frozen.hub
    other.clientID = 4
    let bytes = try other.transact { edit throws(EditError) in
      try edit.insert(" and very", at: 8, in: edit.root("t"))
      try edit.deleteText(2..<6, in: edit.root("t"))
      edit.set("n", to: .number(2), in: edit.root("m"))
      try edit.insert([.number(0)], at: 1, in: edit.root("l"))
    }
    let since = try Update(v1: bytes ?? [])
    frozen.hub.apply(since)
    let result = try expectTakenBack(old, &frozen.hub)
    frozen.author.apply(since)
    frozen.author.apply(result)
    #expect(Visible(frozen.author) == Visible(frozen.hub))
    #expect(!frozen.author.hasPending)
  }

  /// What one writes while the hub's answer is under way builds on what the hub took back.
  @Test func whatBuildsOnATakenBackEditIsTakenBackToo() throws {
    var frozen = try Frozen(Frozen.board)
    let first = try frozen.write { edit throws(EditError) in
      try edit.insert("one", at: 3, in: edit.root("t"))
      edit.set("x", to: .number(1), in: edit.set("new", toNew: .map, in: edit.root("m")))
    }
    let second = try frozen.write { edit throws(EditError) in
      try edit.insert("two", at: 5, in: edit.root("t"))
      try edit.deleteText(2..<5, in: edit.root("t"))
      guard case .type(let new, _) = edit.document.value(of: edit.root("m"), key: "new") else {
        return
      }
      edit.set("y", to: .number(2), in: new)
    }
    for update in [first, second] {
      frozen.author.apply(try expectTakenBack(update, &frozen.hub))
    }
    #expect(Visible(frozen.author) == Visible(frozen.hub))
    #expect(frozen.author.stateVector == frozen.hub.stateVector)
  }

  /// Yjs deletes marks that say nothing. To bring them back would have it delete them again.
  @Test func marksThatSaidNothingStayDeleted() throws {
    var frozen = try Frozen { edit throws(EditError) in
      try edit.insert("abcdef", at: 0, in: edit.root("t"))
      try edit.format(0..<6, bold, in: edit.root("t"))
    }
    let text = frozen.hub.types.count - 1
    // A second mark that says what the first says: "bold" within "bold".
    var other = Doc(clientID: 9)
    other.apply(try Update(v1: frozen.hub.encodeStateAsUpdate()))
    let mark = other.insertOwn(
      ContentKind.format, [4] + Array("bold".utf8) + [4] + Array("true".utf8), left: .none,
      right: other.types[text].start, parent: Index32(text))
    _ = other.finishTransaction()
    try frozen.everybody(applies: try Update(v1: other.encodeStateAsUpdate()))
    let clean = try Update(v1: [0, 1, 9, 1, 0, 1])
    #expect(other.items[Int(mark)].clock == 0)
    let result = try expectTakenBack(clean, &frozen.hub)
    #expect(result.clientRanges.isEmpty)
    #expect(result.deleteSet == clean.deleteSet)
  }

  @Test func whatIsKnownAlreadyDoesNothing() throws {
    var frozen = try Frozen(Frozen.board)
    let known = try Update(v1: frozen.hub.encodeStateAsUpdate())
    #expect(try frozen.hub.applyTakenBack(known).isEmpty)
    #expect(try frozen.hub.applyTakenBack(Update()).isEmpty)
  }
}
