import Lib0
import TestSupport
import Testing

@testable import CRDT

@Suite("Taking back: limits")
struct TakeBackLimitTests {
  @Test func whatPendsIsNotTakenBack() throws {
    var frozen = try Frozen(Frozen.board)
    _ = try frozen.write { $0.set("n", to: .number(2), in: $0.root("m")) }
    let second = try frozen.write { $0.set("n", to: .number(3), in: $0.root("m")) }
    #expect(throws: TakeBackError.incomplete) { _ = try expectTakenBack(second, &frozen.hub) }
  }

  @Test func nobodyElseWritesUnderTheHubsID() throws {
    var frozen = try Frozen(Frozen.board)
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

  /// Everything at one place, behind all that others put there.
  @Test func anUpdateMadeToBeSlowIsRefused() throws {
    let count = 2_000
    var hub = Doc(clientID: 50)
    var base = Doc(clientID: 7)
    _ = try base.transact { edit throws(EditError) in
      try edit.insert("xy", at: 0, in: edit.root("t"))
    }
    hub.apply(try Update(v1: base.encodeStateAsUpdate()))
    let place: [UInt8] = [0xc4, 7, 0, 7, 1, 1, 0x61]
    var crowd = ByteWriter()
    crowd.varUInt(count)
    for index in 0..<count {
      for number in [1, 100 + count - index, 0] { crowd.varUInt(number) }
      crowd.raw(place)
    }
    crowd.varUInt(0)
    hub.apply(try Update(v1: crowd.bytes))
    var attack = ByteWriter()
    for number in [1, count, 1_000_000, 0] { attack.varUInt(number) }
    for _ in 0..<count { attack.raw(place) }
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
