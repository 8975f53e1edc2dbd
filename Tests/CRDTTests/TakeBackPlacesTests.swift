import Lib0
import TestSupport
import Testing

@testable import CRDT

@Suite("Taking back: places")
struct TakeBackPlacesTests {
  @Test(arguments: PlacesBoard.elsewhere + PlacesBoard.misplaced)
  func whatStandsWhereNoEditorWritesIsRefused(_ row: PlacesBoard.Row) throws {
    var hub = try PlacesBoard.make()
    let update = try RawStruct.update(row.structs)
    #expect(throws: TakeBackError.misplaced) { _ = try expectTakenBack(update, &hub) }
  }

  @Test(arguments: PlacesBoard.placed)
  func whatMightBeAnEditorsIsTakenBack(_ row: PlacesBoard.Row) throws {
    var hub = try PlacesBoard.make()
    _ = try expectTakenBack(try RawStruct.update(row.structs), &hub)
  }

  /// Each of the three alone is undone, and all who are there see the value. But a newcomer, who
  /// gets the third before the second, would put the hub's copy before the third, where it is dead.
  @Test func nobodyErasesAValueForNewcomers() throws {
    var hub = try PlacesBoard.make()
    let first = try RawStruct.update([RawStruct(1000, 0, left: PlacesBoard.inKey)])
    _ = try expectTakenBack(first, &hub)
    let attack = try RawStruct.update([RawStruct(2000, 0, right: ElementID(50, 0))])
    #expect(throws: TakeBackError.misplaced) { _ = try expectTakenBack(attack, &hub) }
    let last = try RawStruct.update([RawStruct(4_294_967_290, 0, left: PlacesBoard.inKey)])
    _ = try expectTakenBack(last, &hub)
  }

  /// While the room is open nobody checks neighbours. What somebody planted then, an element that
  /// claims to stand before one on its left, does not keep others from being taken back.
  @Test func whatSomebodyPlantedBeforeLocksNobodyOut() throws {
    var hub = try PlacesBoard.make()
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
    var hub = try PlacesBoard.make()
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
  /// Half of the boards hold some from before such structs were refused at the door.
  @Test(arguments: 0..<8 as Range<UInt64>)
  func whateverNeighboursAreNamedNobodySeesIt(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var misplaced = 0
    var takenBack = 0
    for room in 0..<40 {
      var hub = try crowded(&random)
      if room % 2 == 1 {
        for _ in 0..<4 { hub.apply(try hostile(hub, &random)) }
        guard newcomer(to: hub).map(Visible.init) == Visible(hub) else { continue }
      }
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

  /// One key with values that stand before others, as an older hub may have taken them, and in the
  /// freeze values of it by those who know some of that.
  @Test(arguments: 0..<8 as Range<UInt64>)
  func aKeyWithPlantedValuesIsNotLostForNewcomers(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var takenBack = 0
    var misplaced = 0
    for room in 0..<200 {
      var hub = Doc(clientID: 50)
      var known: [ElementID] = []
      func set(_ client: ClientID, isPlanted: Bool) throws -> Update {
        let id = ElementID(client, hub.clock(of: client))
        let knows = Int.random(in: 0..<4, using: &random) > 0
        let left = knows ? known.randomElement(using: &random) : nil
        let right = isPlanted ? known.randomElement(using: &random) : nil
        known.append(id)
        return try RawStruct.update([
          RawStruct(client, id.clock, left: left, right: right, key: "k")
        ])
      }
      for _ in 0..<6 {
        let client = ([1, 30, 70, 99] as [ClientID]).randomElement(using: &random) ?? 1
        hub.apply(try set(client, isPlanted: Bool.random(using: &random)))
      }
      guard newcomer(to: hub).map(Visible.init) == Visible(hub) else { continue }
      for _ in 0..<4 {
        let client = ([2, 40, 85, 300] as [ClientID]).randomElement(using: &random) ?? 2
        let update = try set(client, isPlanted: false)
        do throws(TakeBackError) {
          _ = try expectTakenBack(update, &hub, "seed \(seed), room \(room)")
          takenBack += 1
        } catch {
          known.removeLast()
          if error == .misplaced { misplaced += 1 }
        }
      }
    }
    #expect(takenBack > 100 && misplaced > 50, "seed \(seed): \(takenBack), \(misplaced)")
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
      guard let left = one.left, let client = hub.clientTable.find(left.client),
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
