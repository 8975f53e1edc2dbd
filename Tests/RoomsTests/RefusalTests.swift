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

  /// A board with ever more client ids makes joining dearer for all.
  @Test(arguments: [(32_768, 2), (70_000, 0)] as [(UInt64, Int)])
  func clientIDsOfABoardAreBounded(each: UInt64, taken: Int) throws {
    let eve = rig.join("eve")
    var next: UInt64 = 1_000
    for _ in 0...taken {
      var writer = ByteWriter()
      writer.varUInt(each)
      for _ in 0..<each {
        for value in [1, next, 0] as [UInt64] { writer.varUInt(value) }  // one struct from clock 0
        writer.byte(0x00)  // GC, one clock long
        writer.varUInt(1)
        next += 1
      }
      writer.varUInt(0)
      rig.send(.syncStep2(update: writer.bytes), from: eve)
    }
    #expect(rig.edits == taken)
    let told = rig.takeMessages(to: eve).contains(
      .permissionDenied(reason: Refusal.tooManyIDs.reason))
    #expect(told)
  }

  /// Made to be small when encoded: the structs alone would take gigabytes before the board is full.
  @Test func aBoardIsAlsoFullByTheMemoryItTakes() throws {
    var limits = RoomLimits()
    limits.documentBytes = 400_000
    let rig = RoomRig(limits: limits)
    var writer = ByteWriter()
    writer.varUInt(20_000)
    for client in 0..<20_000 as Range<UInt64> {
      for value in [1, client + 1, 0] as [UInt64] { writer.varUInt(value) }
      writer.byte(0x00)
      writer.varUInt(1)
    }
    writer.varUInt(0)
    #expect(writer.bytes.count < limits.documentBytes / 2)
    let eve = rig.join("eve")
    rig.send(.syncStep2(update: writer.bytes), from: eve)
    rig.update(Edit.insert("a", client: 90_000), from: eve)
    #expect(rig.edits == 1)
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
