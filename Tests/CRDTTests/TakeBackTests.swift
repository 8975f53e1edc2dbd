import Lib0
import TestSupport
import Testing

@testable import CRDT

/// A board as it was when the room froze, the hub's document, and one person who edits on.
private struct Frozen {
  var hub = Doc(clientID: 50)
  var author = Doc(clientID: 7)

  init(_ setup: (inout Transaction) throws(EditError) -> Void) throws {
    var first = Doc(clientID: 3)
    let bytes = try first.transact(setup)
    try everybody(applies: try Update(v1: bytes ?? [0, 0]))
  }

  mutating func everybody(applies update: Update) throws {
    hub.apply(update)
    author.apply(update)
  }

  /// An edit of the author's, not yet sent.
  mutating func write(_ edit: (inout Transaction) throws(EditError) -> Void) throws -> Update {
    try Update(v1: try author.transact(edit) ?? [0, 0])
  }

  /// The author edits, the hub takes it back, the author sees it.
  @discardableResult
  mutating func takeBack(
    _ edit: (inout Transaction) throws(EditError) -> Void,
    _ location: SourceLocation = #_sourceLocation
  ) throws -> Update {
    let seen = Visible(author)
    let result = try expectTakenBack(try write(edit), &hub, "", location)
    author.apply(result)
    #expect(Visible(author) == seen, sourceLocation: location)
    #expect(!author.hasPending, sourceLocation: location)
    #expect(author.stateVector == hub.stateVector, sourceLocation: location)
    return result
  }
}

private let bold = ObjectValue([.init(key: "bold", value: .bool(true))])
private let plain = ObjectValue([.init(key: "bold", value: .null)])

/// A map with values and a shape, a list, and a text with marks and an embed.
private func board(_ edit: inout Transaction) throws(EditError) {
  let map = edit.root("m")
  edit.set("n", to: .number(1), in: map)
  edit.set("bytes", to: .bytes([1, 2]), in: map)
  let shape = edit.set("shape", toNew: .map, in: map)
  edit.set("x", to: .number(5), in: shape)
  let list = edit.root("l")
  try edit.insert([.number(1), .string("two"), .null, .bytes([4])], at: 0, in: list)
  edit.set("y", to: .number(2), in: try edit.insertNew(.map, at: 4, in: list))
  let text = edit.root("t")
  try edit.insert("Hello brave new world", at: 0, in: text)
  try edit.format(6..<11, bold, in: text)
  try edit.insertEmbed(.object(["image": .number(1)]), at: 12, in: text)
}

private typealias Edit = @Sendable (inout Transaction) throws(EditError) -> Void

private struct Row: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let edit: Edit
  init(_ name: String, _ edit: @escaping Edit) {
    testDescription = name
    self.edit = edit
  }
}

private func shape(_ edit: Transaction) -> SharedType? {
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
    var frozen = try Frozen(board)
    let result = try frozen.takeBack(row.edit)
    #expect(!result.isEmpty)
    #expect(frozen.hub.clock(of: 7) == frozen.author.clock(of: 7))
    // And again, now that there are copies and tombstones.
    try frozen.takeBack(row.edit)
  }

  @Test(arguments: refused)
  private func isRefused(_ row: Row) throws {
    var frozen = try Frozen(board)
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
    var frozen = try Frozen(board)
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
    var frozen = try Frozen(board)
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
    var frozen = try Frozen(board)
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
    var frozen = try Frozen(board)
    let known = try Update(v1: frozen.hub.encodeStateAsUpdate())
    #expect(try frozen.hub.applyTakenBack(known).isEmpty)
    #expect(try frozen.hub.applyTakenBack(Update()).isEmpty)
  }
}

@Suite("Taking back: limits")
struct TakeBackLimitTests {
  @Test func whatPendsIsNotTakenBack() throws {
    var frozen = try Frozen(board)
    _ = try frozen.write { $0.set("n", to: .number(2), in: $0.root("m")) }
    let second = try frozen.write { $0.set("n", to: .number(3), in: $0.root("m")) }
    #expect(throws: TakeBackError.incomplete) { _ = try expectTakenBack(second, &frozen.hub) }
  }

  @Test func nobodyElseWritesUnderTheHubsID() throws {
    var frozen = try Frozen(board)
    frozen.author.clientID = 50
    let update = try frozen.write { $0.set("n", to: .number(2), in: $0.root("m")) }
    #expect(throws: TakeBackError.writesAsUs) { _ = try expectTakenBack(update, &frozen.hub) }
  }

  /// Yjs replaces both halves by U+FFFD when something comes between them.
  @Test(arguments: ["inserted", "deleted"])
  func aCharacterIsNotCutInTwo(how: String) throws {
    var frozen = try Frozen { edit throws(EditError) in
      try edit.insert("ї😀!", at: 0, in: edit.root("t"))
    }
    let insertion: [UInt8] = [1, 1, 7, 0, 0xc4, 3, 1, 3, 2, 1, 0x78, 0]
    let update = try Update(v1: how == "inserted" ? insertion : [0, 1, 3, 1, 1, 1])
    #expect(throws: TakeBackError.cutsValue) { _ = try expectTakenBack(update, &frozen.hub) }
    // The whole character is no matter.
    try frozen.takeBack { edit throws(EditError) in
      try edit.deleteText(1..<3, in: edit.root("t"))
      try edit.insert("x", at: 1, in: edit.root("t"))
    }
  }

  /// Text under a key, as yrs writes the attributes of XML: of it the last piece would show.
  @Test func aKeysValueIsNotCutInTwo() throws {
    var frozen = try Frozen { _ in }
    try frozen.everybody(
      applies: try Update(v1: [1, 1, 3, 0, 0x24, 1, 1, 0x6d, 1, 0x6b, 3, 0x61, 0x62, 0x63, 0]))
    let part = try Update(v1: [0, 1, 3, 1, 1, 1])
    #expect(throws: TakeBackError.cutsValue) { _ = try expectTakenBack(part, &frozen.hub) }
    let whole = try Update(v1: [0, 1, 3, 1, 0, 3])
    _ = try expectTakenBack(whole, &frozen.hub)
  }

  /// Client 2 loses against client 3's shape, but that takes more than a look to find out.
  @Test func aSetThatMightReplaceAShapeIsRefused() throws {
    var frozen = try Frozen { edit in
      edit.set("x", to: .null, in: edit.set("k", toNew: .map, in: edit.root("m")))
    }
    var late = Doc(clientID: 2)
    let bytes = late.transact { $0.set("k", to: .null, in: $0.root("m")) }
    let update = try Update(v1: bytes ?? [])
    #expect(throws: TakeBackError.replacesType) { _ = try expectTakenBack(update, &frozen.hub) }
  }

  @Test(arguments: [(1 << 20, true), (1 << 20 + 1, false)])
  func aMebibyteIsCopiedAndNoMore(count: Int, isTaken: Bool) throws {
    let long = String(repeating: "x", count: count)
    var frozen = try Frozen { edit throws(EditError) in
      try edit.insert(long, at: 0, in: edit.root("t"))
    }
    let update = try frozen.write { edit throws(EditError) in
      try edit.deleteText(0..<long.utf8.count, in: edit.root("t"))
    }
    if isTaken {
      _ = try expectTakenBack(update, &frozen.hub)
    } else {
      #expect(throws: TakeBackError.tooMuch) { _ = try expectTakenBack(update, &frozen.hub) }
    }
  }

  @Test(arguments: [(20_000, true), (20_001, false)])
  func twentyThousandKeysAreSetAgainAndNoMore(count: Int, isTaken: Bool) throws {
    var frozen = try Frozen { edit in
      for index in 0..<count { edit.set("\(index)", to: .null, in: edit.root("m")) }
    }
    let update = try frozen.write { edit in
      for index in 0..<count { edit.set("\(index)", to: .number(1), in: edit.root("m")) }
    }
    let started = threadSeconds()
    do throws(TakeBackError) {
      _ = try frozen.hub.applyTakenBack(update)
      #expect(isTaken)
    } catch {
      #expect(error == .tooMuch && !isTaken)
    }
    #expect(threadSeconds() - started < 1)
  }

  /// Every second letter of a long text goes: as many pieces as letters, and each in its place.
  @Test func manyPiecesTakeNoLongerThanTheyShould() throws {
    var frozen = try Frozen { edit throws(EditError) in
      try edit.insert(String(repeating: "xy", count: 15_000), at: 0, in: edit.root("t"))
    }
    let ranges = (0..<15_000 as Range<UInt64>).map {
      DeleteRange(client: 3, clock: $0 * 2, length: 1)
    }
    let seen = Visible(frozen.hub)
    let started = threadSeconds()
    let result = try frozen.hub.applyTakenBack(Update(deleting: DeleteSet(ranges)))
    #expect(threadSeconds() - started < 2)
    #expect(Visible(frozen.hub) == seen)
    frozen.author.apply(result)
    #expect(Visible(frozen.author) == seen)
  }

  @Test func anUpdateMadeToBeSlowIsRefused() throws {
    let count = 3_000
    var hub = Doc(clientID: 50)
    var base = Doc(clientID: 7)
    _ = try base.transact { edit throws(EditError) in
      try edit.insert(String(repeating: "x", count: count + 1), at: 0, in: edit.root("t"))
    }
    hub.apply(try Update(v1: base.encodeStateAsUpdate()))
    var attack = ByteWriter()
    for number in [1, count, 2, 0] { attack.varUInt(number) }
    for index in 0..<count {
      attack.byte(0xc4)
      for number in [7, 0, 7, count - index] { attack.varUInt(number) }
      attack.string("a")
    }
    attack.varUInt(0)
    let update = try Update(v1: attack.bytes)
    #expect(throws: TakeBackError.tooCostly) { _ = try expectTakenBack(update, &hub) }
  }

  /// A keystroke must not cost a copy of the board.
  @Test func aKeystrokeOnABigBoardIsCheap() throws {
    var frozen = try Frozen { edit throws(EditError) in
      for index in 0..<200_000 { edit.set("key \(index)", to: .number(1), in: edit.root("m")) }
      try edit.insert("some text", at: 0, in: edit.root("t"))
    }
    var updates: [Update] = []
    for index in 0..<500 {
      updates.append(
        try frozen.write { edit throws(EditError) in
          edit.set("key \(index)", to: .number(2), in: edit.root("m"))
          try edit.insert("x", at: 3, in: edit.root("t"))
        })
    }
    let started = threadSeconds()
    for update in updates { _ = try frozen.hub.applyTakenBack(update) }
    // Half a millisecond each; copying the arrays would take twenty times that.
    #expect(threadSeconds() - started < 0.25)
  }
}
