import Lib0
import TestSupport
import Testing

@testable import CRDT

/// One element, as a test names it.
struct ElementID: Sendable {
  var client: ClientID
  var clock: UInt64
  init(_ client: ClientID, _ clock: UInt64) {
    self.client = client
    self.clock = clock
  }
}

/// Structs as nobody's editor writes them.
struct RawStruct: Sendable {
  var id: ElementID
  var left: ElementID?
  var right: ElementID?
  var root = "m"
  var key: String?
  var kind = ContentKind.any

  init(
    _ client: ClientID, _ clock: UInt64, left: ElementID? = nil, right: ElementID? = nil,
    root: String = "m", key: String? = nil, kind: UInt8 = ContentKind.any
  ) {
    id = ElementID(client, clock)
    self.left = left
    self.right = right
    self.root = root
    self.key = key
    self.kind = kind
  }

  /// All in one update, each in a section of its own.
  static func update(_ structs: [RawStruct]) throws -> Update {
    var updates: [Update] = []
    for one in structs {
      var writer = ByteWriter()
      for number in [1, 1, one.id.client, one.id.clock] { writer.varUInt(number) }
      let hasParent = one.left == nil && one.right == nil
      writer.byte(
        one.kind | (one.left == nil ? 0 : InfoBit.origin)
          | (one.right == nil ? 0 : InfoBit.rightOrigin)
          | (hasParent && one.key != nil ? InfoBit.key : 0))
      for neighbour in [one.left, one.right].compactMap(\.self) {
        writer.varUInt(neighbour.client)
        writer.varUInt(neighbour.clock)
      }
      if hasParent {
        writer.varUInt(1)
        writer.string(one.root)
        if let key = one.key { writer.string(key) }
      }
      switch one.kind {
      case ContentKind.string: writer.string("x")
      case ContentKind.deleted: writer.varUInt(1)
      default: writer.raw([1, 0x7d, 7])
      }
      writer.byte(0)
      updates.append(try Update(v1: writer.bytes))
    }
    return Update.merging(updates)
  }
}

private struct Row: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let structs: [RawStruct]
  init(_ name: String, _ structs: RawStruct...) {
    testDescription = name
    self.structs = structs
  }
}

private let inText = ElementID(500, 5)
private let inKey = ElementID(500, 0)
private let inList = ElementID(500, 6)

/// What `board` below cannot take back.
private let misplaced: [Row] = [
  Row("before a key's value", RawStruct(2000, 0, right: inKey)),
  Row("behind a key's value and before it", RawStruct(2000, 0, left: inKey, right: inKey)),
  Row("between two keys", RawStruct(2000, 0, left: inKey, right: ElementID(500, 1))),
  Row(
    "before a new value of a key",
    RawStruct(2000, 0, key: "new"), RawStruct(2001, 0, right: ElementID(2000, 0))),
  Row(
    "between two new values of a key", RawStruct(2000, 0, key: "k"),
    RawStruct(2001, 0, left: ElementID(2000, 0)),
    RawStruct(2002, 0, left: ElementID(2000, 0), right: ElementID(2001, 0))),
  Row("between a text and a key", RawStruct(2000, 0, left: inText, right: inKey)),
  Row("between a key and a text", RawStruct(2000, 0, left: inKey, right: inText)),
  Row("between a text and a list", RawStruct(2000, 0, left: inText, right: inList)),
  Row(
    "between a text and a new element of a list", RawStruct(2000, 0, left: ElementID(500, 7)),
    RawStruct(2001, 0, left: inText, right: ElementID(2000, 0))),
  Row(
    "between a new element of a list and a text", RawStruct(2000, 0, left: ElementID(500, 7)),
    RawStruct(2001, 0, left: ElementID(2000, 0), right: inText)),
  Row(
    "between two new roots", RawStruct(2000, 0, root: "a"), RawStruct(2001, 0, root: "b"),
    RawStruct(2002, 0, left: ElementID(2000, 0), right: ElementID(2001, 0))),
  Row(
    "between a new root and a key there", RawStruct(2000, 0, root: "a"),
    RawStruct(2001, 0, root: "a", key: "a"),
    RawStruct(2002, 0, left: ElementID(2000, 0), right: ElementID(2001, 0))),
  Row("the wrong way round", RawStruct(2000, 0, left: inText, right: ElementID(500, 2))),
  Row("between what never stood together", RawStruct(2000, 0, right: inText)),
  Row(
    "with something known between", RawStruct(2000, 0, left: ElementID(500, 2), right: inText)),
  Row("behind what is before something", RawStruct(2000, 0, left: ElementID(600, 0))),
  Row(
    "with something new between", RawStruct(2000, 0, left: inText),
    RawStruct(2001, 0, left: ElementID(2000, 0)),
    RawStruct(2002, 0, left: inText, right: ElementID(2001, 0))),
]

/// What looks odd and is not.
private let placed: [Row] = [
  Row("at the beginning", RawStruct(2000, 0, right: ElementID(500, 2))),
  Row("within a run", RawStruct(2000, 0, left: ElementID(500, 3), right: ElementID(500, 4))),
  Row(
    "around what came meanwhile",
    RawStruct(2000, 0, left: ElementID(500, 2), right: ElementID(500, 3))),
  Row(
    "between what came at once from two others",
    RawStruct(2000, 0, left: ElementID(600, 1), right: ElementID(700, 1))),
  Row(
    "between new ones", RawStruct(2000, 0, left: inText),
    RawStruct(2001, 0, left: ElementID(2000, 0)),
    RawStruct(2002, 0, left: ElementID(2000, 0), right: ElementID(2001, 0))),
  Row("behind a value that is no longer a key's", RawStruct(2000, 0, left: ElementID(600, 2))),
]

@Suite("Taking back: places")
struct TakeBackPlacesTests {
  /// 500: keys "k" and "n", a text "text" and a list of two; 600 and 700: an element each within
  /// the text, one each at the end of the list, and values of "z" one after the other.
  private func board() throws -> Doc {
    var hub = Doc(clientID: 50)
    var first = Doc(clientID: 500)
    _ = try first.transact { edit throws(EditError) in
      edit.set("k", to: .string("important"), in: edit.root("m"))
      edit.set("n", to: .number(1), in: edit.root("m"))
      try edit.insert("text", at: 0, in: edit.root("t"))
      try edit.insert([.number(1), .number(2)], at: 0, in: edit.root("l"))
    }
    hub.apply(try Update(v1: first.encodeStateAsUpdate()))
    let base = hub
    for client in [600, 700] as [ClientID] {
      var other = base
      other.clientID = client
      let bytes = try other.transact { edit throws(EditError) in
        try edit.insert("y", at: 1, in: edit.root("t"))
        try edit.insert([.null], at: 2, in: edit.root("l"))
        edit.set("z", to: .number(1), in: edit.root("m"))
      }
      hub.apply(try Update(v1: bytes ?? []))
    }
    return hub
  }

  @Test(arguments: misplaced)
  private func whatStandsWhereNoEditorWritesIsRefused(_ row: Row) throws {
    var hub = try board()
    let update = try RawStruct.update(row.structs)
    #expect(throws: TakeBackError.misplaced) { _ = try expectTakenBack(update, &hub) }
  }

  @Test(arguments: placed)
  private func whatMightBeAnEditorsIsTakenBack(_ row: Row) throws {
    var hub = try board()
    _ = try expectTakenBack(try RawStruct.update(row.structs), &hub)
  }

  /// Each of the three alone is undone, and all who are there see the value. But a newcomer, who
  /// gets the third before the second, would put the hub's copy before the third, where it is dead.
  @Test func nobodyErasesAValueForNewcomers() throws {
    var hub = try board()
    _ = try expectTakenBack(try RawStruct.update([RawStruct(1000, 0, left: inKey)]), &hub)
    let attack = try RawStruct.update([RawStruct(2000, 0, right: ElementID(50, 0))])
    #expect(throws: TakeBackError.misplaced) { _ = try expectTakenBack(attack, &hub) }
    let last = try RawStruct.update([RawStruct(4_294_967_290, 0, left: inKey)])
    _ = try expectTakenBack(last, &hub)
  }

  /// While the room is open nobody checks neighbours. What somebody planted then, an element that
  /// claims to stand before one on its left, does not keep others from being taken back.
  @Test func whatSomebodyPlantedBeforeLocksNobodyOut() throws {
    var hub = try board()
    let value = ElementID(500, 0), first = ElementID(500, 2), last = ElementID(500, 5)
    hub.apply(
      try RawStruct.update([
        RawStruct(2000, 0, left: last, right: first, kind: ContentKind.string),
        RawStruct(3000, 0, left: value, right: value),
      ]))
    var other = hub
    other.clientID = 800
    let edits = try other.transact { edit throws(EditError) in
      let text = edit.root("t")
      try edit.insert("!", at: edit.document.length(of: text), in: text)
      edit.set("k", to: .number(2), in: edit.root("m"))
    }
    _ = try hub.applyTakenBack(try Update(v1: try #require(edits)))
  }

  /// As above, with a list: a newcomer would sort what two people wrote at one place otherwise.
  @Test func nobodySortsAListOtherwiseForNewcomers() throws {
    var hub = try board()
    let attack = try RawStruct.update([RawStruct(2000, 0, right: ElementID(600, 1))])
    #expect(throws: TakeBackError.misplaced) { _ = try expectTakenBack(attack, &hub) }
  }

  /// The way between two neighbours is long where much was written there meanwhile.
  @Test func neighboursFarApartAreNotLookedForAtLength() throws {
    var hub = Doc(clientID: 50)
    let base = [RawStruct(3, 0, root: "l"), RawStruct(4, 0, root: "l")]
    hub.apply(try RawStruct.update(base))
    // Many structs between the two, each by somebody else than the one before.
    var writers = [ByteWriter(), ByteWriter()]
    let count = Doc.takeBackWalkLimit / 2 + 1
    for (side, client) in [10, 11].enumerated() {
      for number in [1, count, client, 0] { writers[side].varUInt(number) }
    }
    for index in 0..<count {
      for side in [0, 1] {
        writers[side].byte(InfoBit.origin | InfoBit.rightOrigin | ContentKind.any)
        let left = side == 1 ? (10, index) : (index == 0 ? (3, 0) : (11, index - 1))
        for number in [left.0, left.1, 4, 0] { writers[side].varUInt(number) }
        writers[side].raw([1, 0x7d, 7])
      }
    }
    for side in [0, 1] { writers[side].byte(0) }
    hub.apply(Update.merging(try writers.map { try Update(v1: $0.bytes) }))
    #expect(hub.structCount == 2 * count + 2)
    let far = try RawStruct.update(
      [RawStruct(2000, 0, left: ElementID(3, 0), right: ElementID(4, 0))])
    let started = threadSeconds()
    #expect(throws: TakeBackError.tooCostly) { _ = try hub.applyTakenBack(far) }
    #expect(threadSeconds() - started < 0.25)
  }

  /// Structs with any neighbours, beside honest edits: refused, or gone without a trace for all.
  @Test(arguments: 0..<8 as Range<UInt64>)
  func whateverNeighboursAreNamedNobodySeesIt(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var misplaced = 0
    var takenBack = 0
    for room in 0..<40 {
      var hub = try crowded(&random)
      for _ in 0..<25 {
        let update = try hostile(hub, &random)
        do throws(TakeBackError) {
          _ = try expectTakenBack(update, &hub, "seed \(seed), room \(room)")
          takenBack += 1
        } catch TakeBackError.misplaced { misplaced += 1 } catch {}
      }
    }
    #expect(takenBack > 200, "seed \(seed)")
    #expect(misplaced > 200, "seed \(seed)")
  }

  /// What several people wrote at once.
  private func crowded(_ random: inout SplitMix64) throws -> Doc {
    var hub = Doc(clientID: 50)
    for client in [1, 30, 70, 99] as [ClientID] {
      var author = Doc(clientID: client)
      _ = try author.transact { edit throws(EditError) in
        for _ in 0..<8 { try BoardScribble.edit(&edit, &random) }
      }
      hub.apply(try Update(v1: author.encodeStateAsUpdate()))
    }
    return hub
  }

  private func hostile(_ hub: Doc, _ random: inout SplitMix64) throws -> Update {
    var known: [ElementID] = []
    for client in hub.clients where client.state > 0 {
      known += (0..<client.state).map { ElementID(client.id, $0) }
    }
    var clocks: [ClientID: UInt64] = [:]
    var structs: [RawStruct] = []
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let clients: [ClientID] = [2, 40, 60, 85, 4_294_967_290]
      let client = clients.randomElement(using: &random) ?? 2
      let clock = clocks[client] ?? hub.clock(of: client)
      clocks[client] = clock + 1
      let kinds = [ContentKind.string, ContentKind.any, ContentKind.deleted]
      let one = RawStruct(
        client, clock, left: known.randomElement(using: &random),
        right: known.randomElement(using: &random),
        root: ["m", "l", "t"].randomElement(using: &random) ?? "",
        key: "k\(Int.random(in: 0..<4, using: &random))",
        kind: kinds.randomElement(using: &random) ?? 1)
      structs.append(Self.varied(one, hub, &random))
      known.append(one.id)
    }
    let clients = hub.clients.filter { $0.state > 0 }
    var deletes: [DeleteRange] = []
    if let one = clients.randomElement(using: &random), Bool.random(using: &random) {
      let clock = UInt64.random(in: 0..<one.state, using: &random)
      deletes = [DeleteRange(client: one.id, clock: clock, length: 1)]
    }
    return Update.merging([try RawStruct.update(structs), Update(deleting: DeleteSet(deletes))])
  }

  /// Half of the structs name what stands side by side, or fewer neighbours.
  private static func varied(
    _ one: RawStruct, _ hub: Doc, _ random: inout SplitMix64
  ) -> RawStruct {
    var one = one
    switch Int.random(in: 0..<6, using: &random) {
    case 0: one.left = nil
    case 1: one.right = nil
    case 2: (one.left, one.right) = (nil, nil)
    case 3:
      guard let left = one.left, let client = hub.clientIndices[left.client],
        left.clock < hub.clients[Int(client)].state
      else { return one }
      let item = hub.items[Int(hub.item(client, left.clock))]
      guard !item.isGC, item.right != .none else { return one }
      let right = hub.items[Int(item.right)]
      one.left = ElementID(left.client, item.end - 1)
      one.right = ElementID(hub.clients[Int(right.client)].id, right.clock)
    default: break
    }
    return one
  }
}
