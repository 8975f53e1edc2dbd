import Lib0
import SyncProtocol
import TestSupport
import Testing

@testable import CRDT
@testable import Rooms

/// What a refusal means for later.
@Suite("After a refusal")
struct RefusalTests {
  let rig = RoomRig()
  let fay: SessionID

  init() { fay = rig.joinOwn("fay", .facilitator, board: "@stage") }

  private func freeze(_ command: String = "freeze") {
    rig.command(#"{"id":1,"command":"\#(command)"}"#, from: fay)
  }

  private func announce(_ client: UInt64, from id: SessionID) {
    let entry = AwarenessEntry(client: client, clock: 1, state: Array(#"{"n":1}"#.utf8))
    rig.send(.awareness([entry]), from: id)
  }

  /// One key of a map, set twice: the second deletes the first.
  private func setting(_ value: String, in doc: inout Doc) -> [UInt8] {
    doc.transact { $0.set("title", to: .string(value), in: $0.root("m")) } ?? []
  }

  @Test func theSameChangeInAFreshDocumentIsNotTheRefusedOne() throws {
    var bob = Doc(clientID: 1), first = Doc(clientID: 2), second = Doc(clientID: 3)
    let old = setting("old", in: &bob)
    rig.update(old, from: rig.join("bob"))
    first.apply(try Update(v1: old))
    second.apply(try Update(v1: old))
    freeze()
    let tab = rig.join("ann")
    rig.update(setting("new", in: &first), from: tab)
    rig.room.leave(tab)
    freeze("unfreeze")
    // Reloaded, and the network goes for a moment while she sets it again.
    _ = setting("new", in: &second)
    let before = rig.edits
    rig.send(.syncStep2(update: second.encodeStateAsUpdate()), from: rig.join("ann"))
    #expect(rig.edits == before + 1)
    // The old document is still what was refused.
    rig.send(.syncStep2(update: first.encodeStateAsUpdate()), from: rig.join("ann"))
    #expect(rig.edits == before + 1)
  }

  @Test func aRefusedDeletionIsRememberedOfItsDocumentAlone() {
    rig.update(Edit.insert("abc", client: 1), from: rig.join("bob"))
    freeze()
    let deletion = Edit.delete(client: 1, clock: 0, length: 1)
    let tab = rig.join("ann")
    announce(2, from: tab)
    rig.update(deletion, from: tab)
    rig.room.leave(tab)
    freeze("unfreeze")
    let before = rig.edits
    let same = rig.join("ann")
    announce(2, from: same)
    rig.send(.syncStep2(update: deletion), from: same)
    #expect(rig.edits == before)
    let fresh = rig.join("ann")
    announce(3, from: fresh)
    rig.send(.syncStep2(update: deletion), from: fresh)
    #expect(rig.edits == before + 1)
  }

  @Test func whatIsKnownAlreadyIsNotRecordedAgain() {
    freeze()
    let ann = rig.join("ann")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    let recorded = rig.records.count
    for _ in 0..<10 { rig.update(Edit.insert("abc", client: 1), from: ann) }
    #expect(rig.records.count == recorded)
  }

  /// 800 KB of deletions under a freeze would become megabytes of log, again and again.
  @Test func aRefusalTooBigToRememberIsNotRecorded() throws {
    rig.update(Edit.insert(String(repeating: "a", count: 20_000), client: 1), from: rig.join("bob"))
    freeze()
    let recorded = rig.records.count
    let ranges = (0..<10_000 as Range<UInt64>).map {
      DeleteRange(client: 1, clock: 2 * $0, length: 1)
    }
    rig.update(Update(deleting: DeleteSet(ranges)).encodedV1(), from: rig.join("eve"))
    #expect(rig.records.count == recorded)
  }

  @Test func aFullBoardStillTakesDeletionsOfWhoMetTheLimit() {
    var limits = RoomLimits()
    limits.documentBytes = 1
    let rig = RoomRig(limits: limits)
    let ann = rig.join("ann")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    rig.update(Edit.insert("d", client: 1, clock: 3), from: ann)
    #expect(rig.edits == 1)
    rig.update(Edit.delete(client: 1, clock: 0, length: 1), from: ann)
    #expect(rig.edits == 2)
  }

  /// A step 2 of so many client ids, with one struct each.
  private func manyIDs(_ count: UInt64, from first: UInt64) -> [UInt8] {
    var writer = ByteWriter()
    writer.varUInt(count)
    for client in first..<first + count {
      for value in [1, client, 0] as [UInt64] { writer.varUInt(value) }
      writer.byte(0x00)  // GC, one clock long
      writer.varUInt(1)
    }
    writer.varUInt(0)
    return writer.bytes
  }

  /// A board with ever more client ids makes joining dearer for all.
  @Test(arguments: [(32_768, 2), (70_000, 0)] as [(UInt64, Int)])
  func clientIDsOfABoardAreBounded(each: UInt64, taken: Int) {
    let importer = rig.joinOwn("fay", .facilitator)
    for part in 0...UInt64(taken) {
      let update = manyIDs(each, from: 1_000 + part * each)
      rig.send(.syncStep2(update: update), from: importer, board: "main")
    }
    #expect(rig.edits == taken)
  }

  /// Ids never come back, so nobody alone uses them up.
  @Test func nobodyBringsAllTheIDsOfABoard() {
    var next: UInt64 = 1_000
    for _ in 0..<5 {
      let eve = rig.join("eve")
      rig.send(.syncStep2(update: manyIDs(1_000, from: next)), from: eve)
      rig.room.leave(eve)
      next += 1_000
    }
    #expect(rig.edits == RoomLimits.clientIDsBrought / 1_000)
    rig.update(Edit.insert("a", client: 1), from: rig.join("ann"))
    #expect(rig.edits == RoomLimits.clientIDsBrought / 1_000 + 1)
  }

  /// A deletion was refused; what is written after it in the same document is refused with it, and
  /// also later, when somebody else has deleted the same thing.
  @Test func whatAReadOnlySessionGoesOnToWriteStaysRefused() {
    rig.update(Edit.insert("abc", client: 1), from: rig.join("bob"))
    freeze()
    let ann = rig.join("ann")
    announce(2, from: ann)
    let deletion = Edit.delete(client: 1, clock: 0, length: 1)
    rig.update(deletion, from: ann)
    rig.update(Edit.insert("frozen", client: 2), from: ann)
    rig.room.leave(ann)
    freeze("unfreeze")
    rig.update(deletion, from: rig.join("cleo"))
    let before = rig.edits
    let again = rig.join("ann")
    announce(2, from: again)
    rig.send(.syncStep2(update: Edit.insert("frozen", client: 2)), from: again)
    #expect(rig.edits == before)
  }

  @Test func oneSessionDoesNotFillTheMemoryForRefusals() {
    freeze()
    let eve = rig.joinOwn("eve")
    for client in 100..<200 as Range<UInt64> {
      rig.update(Edit.insert("a", client: client), from: eve, board: "main")
    }
    let known = rig.room.boards["main"]?.refused.clocks.count
    #expect(known == RoomLimits.liveClientsPerBoard)
  }

  /// Made to be small when encoded: the structs alone would take gigabytes before it is full.
  @Test func aBoardIsAlsoFullByTheMemoryItTakes() throws {
    var limits = RoomLimits()
    limits.documentBytes = 400_000
    let rig = RoomRig(limits: limits)
    let update = manyIDs(20_000, from: 1)
    #expect(update.count < limits.documentBytes / 2)
    let fay = rig.join("fay", .facilitator)
    rig.send(.syncStep2(update: update), from: fay)
    rig.update(Edit.insert("a", client: 90_000), from: fay)
    #expect(rig.edits == 1)
  }

  /// A stock client would offer it again only after a reconnect.
  @Test func whatWasRefusedForNowIsAskedForAgain() {
    let ann = rig.join("ann")
    rig.room.savingChanged(trouble: "full", refusesWrites: true, &rig.effects)
    rig.update(Edit.insert("a", client: 1), from: ann)
    rig.room.savingChanged(trouble: nil, refusesWrites: false, &rig.effects)
    _ = rig.take()
    rig.advance(milliseconds: 9_000)
    #expect(rig.takeMessages(to: ann).isEmpty)
    rig.advance(milliseconds: 2_000)
    #expect(rig.takeMessages(to: ann) == [.syncStep1(stateVector: [0])])
    rig.send(.syncStep2(update: Edit.insert("a", client: 1)), from: ann)
    #expect(rig.edits == 1)
    rig.advance(milliseconds: 20_000)
    #expect(!rig.takeMessages(to: ann).contains(.syncStep1(stateVector: [0])))
  }

  @Test func aCostlyStep2LeavesNothingOpen() throws {
    let ann = rig.joinOwn("ann")
    // Depends on something unknown: it stays open until a step 2 has been answered.
    rig.update(Edit.insert("b", client: 2, clock: 5), from: ann, board: "main")
    rig.send(.syncStep2(update: try Slow.update()), from: ann, board: "main")
    rig.room.becameDurable(through: rig.room.applied, &rig.effects)
    let saved = rig.takeMessages(to: ann).compactMap { message -> UInt64? in
      if case .saved(_, let count) = message { count } else { nil }
    }
    #expect(saved.last == 2)
  }

  /// An update that the engine refuses as too costly: every insert cuts the same wide text.
  private enum Slow {
    static func update() throws -> [UInt8] {
      let count: UInt64 = 20_000
      var writer = ByteWriter()
      writer.varUInt(2)
      writer.varUInt(count)
      writer.varUInt(9)
      writer.varUInt(0)
      for clock in 0..<count {
        writer.byte(0xC4)
        writer.varUInt(7)
        writer.varUInt(count - clock - 1)
        writer.varUInt(7)
        writer.varUInt(count - clock)
        writer.string("x")
      }
      writer.varUInt(1)
      writer.varUInt(7)
      writer.varUInt(0)
      writer.byte(0x04)
      writer.varUInt(1)
      writer.string("t")
      writer.string(String(repeating: "ж", count: Int(count) + 1))
      writer.varUInt(0)
      return writer.bytes
    }
  }
}
