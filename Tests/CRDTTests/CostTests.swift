import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Updates that would each be quadratic in another way.
enum Slow: String, CaseIterable, CustomTestStringConvertible {
  case valuesOfOneKey = "ever smaller clients at the head of one key's values"
  case cutsInWideText = "inserts back to front into one text beyond ASCII"
  case cutsInValues = "inserts back to front into one run of values"
  case cutPairs = "inserts back to front into the middle of surrogate pairs"

  var testDescription: String { rawValue }

  func bytes() -> [UInt8] {
    switch self {
    case .valuesOfOneKey: return Slow.oneKey(20_000)
    case .cutsInWideText:
      return Slow.backToFront(30_000, in: Slow.text("я", 90_000), units: 90_000)
    case .cutPairs:
      return Slow.backToFront(15_000, in: Slow.text("😀", 15_001), units: 30_001, step: 2)
    case .cutsInValues:
      var writer = ByteWriter()
      writer.varUInt(30_001)
      for _ in 0...30_000 { writer.any(.string("ab")) }
      return Slow.backToFront(30_000, in: writer.bytes, units: 30_001, kind: ContentKind.any)
    }
  }

  fileprivate static func text(_ character: String, _ count: Int) -> [UInt8] {
    var writer = ByteWriter()
    writer.string(String(repeating: character, count: count))
    return writer.bytes
  }

  private static func root(_ name: String, _ writer: inout ByteWriter) {
    writer.varUInt(1)
    writer.string(name)
  }

  /// One value each of many clients; a lower id belongs further left.
  private static func oneKey(_ count: Int) -> [UInt8] {
    var writer = ByteWriter()
    writer.varUInt(count)
    for index in 0..<count {
      for number in [1, count - index, 0] { writer.varUInt(number) }
      writer.byte(0x24)
      root("m", &writer)
      writer.string("k")
      writer.string("a")
    }
    writer.varUInt(0)
    return writer.bytes
  }

  /// One long item, and what somebody else puts between its units, from the end on.
  fileprivate static func backToFront(
    _ count: Int, in content: [UInt8], units: Int, kind: UInt8 = ContentKind.string, step: Int = 1
  ) -> [UInt8] {
    var writer = ByteWriter()
    for number in [2, 1, 7, 0] { writer.varUInt(number) }
    writer.byte(kind)
    root("t", &writer)
    writer.raw(content)
    for number in [count, 2, 0] { writer.varUInt(number) }
    for index in 0..<count {
      let place = units - 1 - index * step
      writer.byte(0xc4)
      for number in [7, place - 1, 7, place] { writer.varUInt(number) }
      writer.string("a")
    }
    writer.varUInt(0)
    return writer.bytes
  }

  /// Two lists, a value a struct. A third client refers to both in turn, so that their contents
  /// come in turn as well.
  fileprivate static func joins(_ count: Int) -> [UInt8] {
    var writer = ByteWriter()
    for number in [3, 2 * count, 9, 0] { writer.varUInt(number) }
    for index in 0..<2 * count {
      writer.byte(0x01)
      for number in [0, 2 - index % 2, index / 2, 1] { writer.varUInt(number) }
    }
    for client in [2, 1] {
      for number in [count, client, 0] { writer.varUInt(number) }
      for index in 0..<count {
        writer.byte(index == 0 ? 0x08 : 0x88)
        if index == 0 {
          root("t\(client)", &writer)
        } else {
          for number in [client, index - 1] { writer.varUInt(number) }
        }
        writer.varUInt(1)
        writer.any(.bool(true))
      }
    }
    writer.varUInt(0)
    return writer.bytes
  }
}

@Suite("The cost of updates")
struct CostTests {
  @Test(arguments: Slow.allCases)
  func aSlowUpdateIsRefusedSoonAndChangesNothing(slow: Slow) throws {
    let update = try Update(v1: slow.bytes())
    var doc = Doc(clientID: 100)
    _ = doc.transact { edit in edit.set("k", to: .number(1), in: edit.root("other")) }
    let before = doc.encodeStateAsUpdate()
    let steps = doc.stepsLeft
    let started = threadSeconds()
    #expect(throws: CostlyUpdate.self) { try doc.applyBounded(update) }
    #expect(threadSeconds() - started < 10)
    // Compared first: two long arrays would be printed.
    let isUnchanged = doc.encodeStateAsUpdate() == before
    #expect(isUnchanged)
    #expect(doc.problems() == [])
    #expect(doc.stepsLeft == steps)
  }

  /// Contents that come in turn are joined from left to right, each copied a few times.
  @Test func joiningValuesInTurnIsCheap() throws {
    var doc = Doc(clientID: 100)
    let started = threadSeconds()
    try doc.applyBounded(try Update(v1: Slow.joins(20_000)))
    #expect(threadSeconds() - started < 10)
    #expect(doc.structCount == 3)
    #expect(doc.content.capacity < 1 << 20)
    #expect(doc.problems() == [])
  }

  /// Cutting all pairs of a text, from its front or its end: the shorter part moves.
  @Test(arguments: [true, false]) func cuttingPairsIsCheap(fromTheFront: Bool) throws {
    var doc = Doc(clientID: 100)
    let pairs = 8_000
    _ = try doc.transact { edit throws(EditError) in
      try edit.insert(String(repeating: "😀", count: pairs), at: 0, in: edit.root("t"))
    }
    let started = threadSeconds()
    for pair in 0..<pairs {
      let at = UInt64(fromTheFront ? pair : pairs - 1 - pair) * 2
      let half = DeleteSet([DeleteRange(client: 100, clock: at, length: 1)])
      doc.apply(Update(deleting: half))
    }
    #expect(threadSeconds() - started < 10)
    #expect(doc.content.capacity < 1 << 20)
    let text = try #require(doc.root("t"))
    let isRight = doc.string(of: text) == String(repeating: "\u{fffd}", count: pairs)
    #expect(isRight)
    #expect(doc.problems() == [])
  }

  /// Each to the left of the one before: where it belongs is known, nothing is walked.
  @Test func valuesThatNameTheHeadOfTheirKeyAreCheap() throws {
    let count = 10_000
    var writer = ByteWriter()
    for number in [1, count, 2, 0] { writer.varUInt(number) }
    for index in 0..<count {
      writer.byte(index == 0 ? 0x24 : 0x44)
      if index == 0 {
        writer.varUInt(1)
        writer.string("m")
        writer.string("k")
      } else {
        for number in [2, index - 1] { writer.varUInt(number) }
      }
      writer.string("a")
    }
    writer.varUInt(0)
    var doc = Doc(clientID: 100)
    try doc.applyBounded(try Update(v1: writer.bytes))
    #expect(doc.clock(of: 2) == UInt64(count))
    #expect(doc.problems() == [])
  }

  /// What is known already is no reason to keep room for as much again.
  @Test func whatIsKnownTakesNoRoom() throws {
    var doc = Doc(clientID: 1)
    for index in 0..<2_000 {
      _ = doc.transact { edit in edit.set("k", to: .number(Double(index)), in: edit.root("m")) }
    }
    let known = try Update(v1: doc.encodeStateAsUpdate())
    doc.shrink()
    let capacity = doc.items.capacity
    doc.apply(known)
    #expect(doc.items.capacity == capacity)
  }

  /// Client ids are kept in order; in whatever order they come, each is put into it once.
  @Test(arguments: [true, false]) func idsInAnyOrderAreCheap(rising: Bool) throws {
    var doc = Doc(clientID: 1)
    let started = threadSeconds()
    for part in 1...2 as ClosedRange<ClientID> {
      let ids = part * 1_000_000..<part * 1_000_000 + 30_000
      var writer = ByteWriter()
      writer.varUInt(UInt64(ids.count))
      for id in rising ? Array(ids) : ids.reversed() {
        for number in [1, id, 0] { writer.varUInt(number) }
        writer.byte(0)
        writer.varUInt(1)
      }
      writer.varUInt(0)
      try doc.applyBounded(try Update(v1: writer.bytes))
    }
    #expect(threadSeconds() - started < 10)
    #expect(doc.clientTable.order.count == 60_000)
    #expect(doc.problems() == [])
  }

  /// Each cut stands in the middle of a long list of structs; none moves the whole of it.
  @Test func insertsBackToFrontIntoOneTextAreCheap() throws {
    let bytes = Slow.backToFront(30_000, in: Slow.text("x", 30_001), units: 30_001)
    var doc = Doc(clientID: 100)
    let started = threadSeconds()
    try doc.applyBounded(try Update(v1: bytes))
    #expect(threadSeconds() - started < 10)
    #expect(doc.clock(of: 2) == 30_000)
    #expect(doc.problems() == [])
  }

  @Test func aLongPasteIsTaken() throws {
    var writer = Doc(clientID: 3)
    var doc = Doc(clientID: 9)
    for place in [0, 70_000, 35_000] {
      let update = try #require(
        try writer.transact { edit throws(EditError) in
          let paste = String(repeating: "Вставка 😀 ", count: 10_000)
          try edit.insert(paste, at: place, in: edit.root("t"))
        })
      try doc.applyBounded(try Update(v1: update))
    }
    #expect(doc.encodeStateAsUpdate() == writer.encodeStateAsUpdate())
  }

  /// Three people at one text, in bursts at places of their own: letter by letter, as whole
  /// documents, and as everything in one.
  @Test(arguments: [1] as [UInt64])
  func aLongHistoryIsTaken(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var writers = (1...3).map { Doc(clientID: ClientID($0 * 1_000)) }
    var updates: [Update] = []
    for round in 0..<1_250 {
      let turn = round % 3
      var place = 0
      var burst: [Update] = []
      for letter in 0..<40 {
        let bytes = try writers[turn].transact { edit throws(EditError) in
          let text = edit.root("t")
          if letter == 0 {
            place = Int.random(in: 0...edit.document.length(of: text), using: &random)
          }
          try edit.insert(letter % 7 == 0 ? " " : "д", at: place, in: text)
          place += 1
        }
        burst.append(try Update(v1: try #require(bytes)))
      }
      let sent = Update.merging(burst)
      for other in 0..<3 where other != turn { try writers[other].applyBounded(sent) }
      updates += burst
    }
    let whole = writers[0].encodeStateAsUpdate()
    var doc = Doc(clientID: 100)
    try doc.applyBounded(try Update(v1: whole))
    #expect(doc.encodeStateAsUpdate() == whole, "seed \(seed)")
    let merged = Update.merging(updates)
    #expect(merged.encodedV1().count > 500_000)
    var other = Doc(clientID: 100)
    try other.applyBounded(merged)
    #expect(other.encodeStateAsUpdate() == whole, "seed \(seed)")
  }

  @Test func theVectorsSessionsAreTakenAtOnce() throws {
    for session in Vectors.sessions {
      let updates = try session.updates.map { bytes throws(UpdateError) in try Update(v1: bytes) }
      var doc = Doc(clientID: 100)
      #expect(throws: Never.self) { try doc.applyBounded(Update.merging(updates)) }
    }
  }
}
