import CRDT
@testable import Rooms
@testable import Storage
import SyncProtocol
import Testing

@Suite("Room: saving")
struct SavingTests {
  let rig = RoomRig()

  private func durable(_ sequence: UInt64) {
    rig.room.becameDurable(through: sequence, &rig.effects)
  }

  @Test func savedComesOnlyOnceTheRecordIsOnDisk() {
    let ann = rig.joinOwn("ann")
    rig.send(.syncStep2(update: [0, 0]), from: ann, board: "main")
    #expect(rig.takeMessages(to: ann).contains(.saved(epoch: 1, count: 1)))
    rig.update(Edit.insert("a", client: 1), from: ann, board: "main")
    rig.update(Edit.insert("b", client: 1, clock: 1), from: ann, board: "main")
    #expect(rig.takeMessages(to: ann).isEmpty)
    durable(1)
    #expect(rig.takeMessages(to: ann) == [.saved(epoch: 1, count: 2)])
    durable(2)
    #expect(rig.takeMessages(to: ann) == [.saved(epoch: 1, count: 3)])
  }

  @Test func aDuplicateCountsWhenWhatWasAppliedAtItsReceiptIsOnDisk() {
    let ann = rig.joinOwn("ann")
    rig.update(Edit.insert("a", client: 1), from: ann, board: "main")
    rig.update(Edit.insert("a", client: 1), from: ann, board: "main")
    #expect(!rig.takeMessages(to: ann).contains { if case .saved = $0 { true } else { false } })
    durable(1)
    #expect(rig.takeMessages(to: ann) == [.saved(epoch: 1, count: 2)])
  }

  @Test func whatWasNotTakenCountsOnceAStep2BroughtIt() {
    let ann = rig.joinOwn("ann")
    rig.update(Edit.insert("bb", client: 1, clock: 1), from: ann, board: "main")
    durable(0)
    rig.send(.syncStep2(update: Edit.insert("abb", client: 1)), from: ann, board: "main")
    #expect(!rig.takeMessages(to: ann).contains { if case .saved = $0 { true } else { false } })
    durable(1)
    #expect(rig.takeMessages(to: ann) == [.saved(epoch: 1, count: 2)])
  }

  /// A tab knows an edit that builds on what only another tab has: the rest is asked for when that
  /// has come, or after a while.
  @Test func whatWasCutOffAStep2IsAskedForAgain() {
    let ann = rig.joinOwn("ann"), other = rig.joinOwn("ann")
    rig.send(.syncStep1(stateVector: [0]), from: ann, board: "main")
    rig.send(
      .syncStep2(update: Edit.insert("c", client: 1, clock: 2)), from: ann, board: "main")
    rig.update(Edit.insert("x", client: 2), from: ann, board: "main")
    durable(1)
    _ = rig.take()
    rig.advance(milliseconds: 9_000)
    #expect(rig.takeMessages(to: ann).isEmpty)
    rig.advance(milliseconds: 2_000)
    #expect(rig.takeMessages(to: ann).contains { $0.isStep1 })
    rig.send(
      .syncStep2(update: Edit.insert("c", client: 1, clock: 2)), from: ann, board: "main")
    rig.update(Edit.insert("ab", client: 1), from: other, board: "main")
    _ = rig.take()
    rig.advance(milliseconds: 2_000)
    #expect(rig.takeMessages(to: ann).contains { $0.isStep1 })
    rig.send(
      .syncStep2(update: Edit.insert("c", client: 1, clock: 2)), from: ann, board: "main")
    durable(rig.room.applied)
    #expect(rig.takeMessages(to: ann).contains(.saved(epoch: 1, count: 4)))
    rig.advance(milliseconds: 700_000)
    #expect(!rig.takeMessages(to: ann).contains { $0.isStep1 })
  }

  /// What came during a freeze is asked for when it ends, also where part of it was cut off.
  @Test func whatWasCutOffDuringAFreezeIsAskedForAtItsEnd() {
    let ann = rig.join("ann"), fay = rig.joinOwn("fay", .facilitator)
    rig.command(#"{"id": 1, "command": "freeze"}"#, from: fay)
    let part = [Edit.insert("x", client: 2), Edit.insert("c", client: 1, clock: 2)]
    let both = Update.merging(part.compactMap { try? Update(v1: $0) })
    rig.send(.syncStep2(update: both.encodedV1()), from: ann)
    _ = rig.take()
    rig.advance(milliseconds: 60_000)
    #expect(!rig.takeMessages(to: ann).contains { $0.isStep1 })
    rig.command(#"{"id": 2, "command": "unfreeze"}"#, from: fay)
    rig.advance(milliseconds: 1_000)
    #expect(rig.takeMessages(to: ann).contains { $0.isStep1 })
  }

  @Test func anEditDuringACheckpointStaysDirty() {
    let ann = rig.join("ann")
    rig.update(Edit.insert("a", client: 1), from: ann)
    let made = rig.room.makeCheckpoint(now: rig.now)
    rig.update(Edit.insert("b", client: 1, clock: 1), from: ann)
    rig.room.checkpointed(through: made.sequence)
    #expect(rig.room.needsCheckpoint)
    let second = rig.room.makeCheckpoint(now: rig.now)
    #expect(second.records.map(\.sequence) == [2])
    #expect(second.boards.map(\.name) == ["main"])
    rig.room.checkpointed(through: second.sequence)
    #expect(!rig.room.needsCheckpoint)
    #expect(rig.room.makeCheckpoint(now: rig.now).boards.isEmpty)
  }

  @Test func aLostBoardIsRebuiltFromTheWholeHistoryAndNeverTakenForEmpty() throws {
    let ann = rig.join("ann")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    let made = rig.room.makeCheckpoint(now: rig.now)
    var stored = StoredRoom(room: RoomRig.id)
    stored.meta = made.meta
    stored.lastSequence = made.sequence
    #expect(throws: RoomLoadError.self) { _ = try RoomContents(decoding: stored, hubClient: 5) }
    stored.tail = made.records
    let reloaded = RoomRig()
    reloaded.room = Room(
      id: RoomRig.id, contents: try RoomContents(decoding: stored, hubClient: 5),
      limits: RoomLimits(), isUncertain: false, now: reloaded.now)
    let bob = reloaded.join("bob")
    reloaded.send(.syncStep1(stateVector: [0]), from: bob)
    #expect(
      reloaded.takeMessages(to: bob).contains(.syncStep2(update: Edit.insert("abc", client: 1))))
  }

  /// The records of the other board are not handed out again, so the first one is missing.
  @Test func oneLostBoardAmongSeveralIsRebuilt() throws {
    let ann = rig.join("ann", board: "first"), bob = rig.join("bob", board: "second")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    rig.update(Edit.insert("def", client: 2), from: bob)
    let made = rig.room.makeCheckpoint(now: rig.now)
    #expect(try RoomContents.documents(inMeta: made.meta) == ["first", "second"])
    var stored = StoredRoom(room: RoomRig.id)
    stored.meta = made.meta
    (stored.metaSequence, stored.lastSequence) = (made.sequence, made.sequence)
    let first = try #require(made.boards.first { $0.name == "first" })
    stored.boards["first"] = StoredRoom.Snapshot(
      epoch: 1, sequence: first.sequence, update: first.doc.integratedStateAsUpdate())
    stored.tail = made.records.filter { $0.board == "second" }
    #expect(throws: RoomLoadError.self) { _ = try RoomContents(decoding: stored, hubClient: 5) }
    stored.rebuildsAll = true
    let reloaded = RoomRig()
    reloaded.room = Room(
      id: RoomRig.id, contents: try RoomContents(decoding: stored, hubClient: 5),
      limits: RoomLimits(), isUncertain: false, now: reloaded.now)
    let eve = reloaded.join("eve", board: "second")
    reloaded.send(.syncStep1(stateVector: [0]), from: eve)
    #expect(
      reloaded.takeMessages(to: eve).contains(.syncStep2(update: Edit.insert("def", client: 2))))
    #expect(reloaded.room.needsCheckpoint)
  }

  /// The second of three records is lost: what builds on it is there and does not show.
  @Test func whatBuildsOnALostRecordIsNamedAndComesBackWithIt() throws {
    let ann = rig.join("ann"), bob = rig.join("bob")
    rig.update(Edit.insert("a", client: 1), from: ann)
    rig.update(Edit.insert("b", client: 1, clock: 1), from: ann)
    rig.update(Edit.insert("c", client: 1, clock: 2), from: ann)
    rig.update(Edit.insert("d", client: 2, origin: (1, 2)), from: bob)
    rig.update(Edit.delete(client: 1, clock: 1, length: 1), from: bob)
    let records = rig.records.filter { $0.kind == .update }
    var stored = StoredRoom(room: RoomRig.id)
    stored.tail = rig.records.filter { $0.sequence != records[1].sequence }
    stored.lastSequence = records[4].sequence
    let contents = try RoomContents(decoding: stored, hubClient: 5)
    let waiting = try #require(contents.waiting.first)
    #expect(contents.waiting.count == 1 && waiting.board == "main")
    #expect(waiting.since == records[2].sequence)
    #expect(waiting.part.structs == 2 && waiting.part.clients == [1, 2])
    #expect(waiting.part.deletions == 1)
    #expect(waiting.part.description == "2 structs of 2 clients and 1 deletion wait")
    let late = RoomRig()
    late.room = Room(
      id: RoomRig.id, contents: contents, limits: RoomLimits(), isUncertain: true, now: late.now)
    // A checkpoint keeps what waits, so the next load says the same.
    let snapshot = try #require(late.room.makeCheckpoint(now: late.now).boards.first)
    var next = StoredRoom(room: RoomRig.id)
    next.boards["main"] = StoredRoom.Snapshot(
      epoch: 1, sequence: records[4].sequence, update: snapshot.encoded())
    next.lastSequence = records[4].sequence
    let again = try RoomContents(decoding: next, hubClient: 6)
    #expect(again.waiting.map(\.part.description) == contents.waiting.map(\.part.description))
    #expect(again.waiting.map(\.since) == [records[4].sequence], "with its snapshot")
    try expectBack(late, bringing: records[1].payload)
  }

  /// Somebody brings only what was lost: who is here gets that, and all that waited for it.
  private func expectBack(_ rig: RoomRig, bringing lost: [UInt8]) throws {
    let dave = rig.join("dave")
    var seen = Doc(clientID: 99)
    func hear() throws {
      rig.endTurn()
      for message in rig.takeMessages(to: dave) {
        switch message {
        case .syncStep2(let bytes), .update(let bytes): seen.apply(try Update(v1: bytes))
        default: break
        }
      }
    }
    rig.send(.syncStep1(stateVector: [0]), from: dave)
    try hear()
    #expect(try seen.string(of: #require(seen.root("t"))) == "a" && !seen.hasPending)
    rig.send(.syncStep2(update: lost), from: rig.join("cleo"))
    rig.advance(milliseconds: 100)
    try hear()
    #expect(try seen.string(of: #require(seen.root("t"))) == "acd" && !seen.hasPending)
    // The records say so as well.
    #expect(rig.edits == 2)
    let board = try #require(rig.room.makeCheckpoint(now: rig.now).boards.first)
    #expect(board.waiting == nil && !board.doc.hasPending)
  }

  @Test func aCheckpointsCopyDoesNotChangeWithTheRoom() throws {
    let ann = rig.join("ann")
    rig.update(Edit.insert("a", client: 1), from: ann)
    let made = rig.room.makeCheckpoint(now: rig.now)
    let before = made.boards[0].doc.integratedStateAsUpdate()
    rig.update(Edit.insert("b", client: 1, clock: 1), from: ann)
    #expect(made.boards[0].doc.integratedStateAsUpdate() == before)
  }

  @Test func whileTheDiskHasFailedEditsAreRefusedAndTakenLater() {
    let ann = rig.joinOwn("ann")
    rig.room.savingChanged(trouble: "fsync", refusesWrites: true, &rig.effects)
    _ = rig.take()
    rig.update(Edit.insert("a", client: 1), from: ann, board: "main")
    guard case .reject(number: 1, code: "not-saving", _)? = rig.takeMessages(to: ann).first else {
      Issue.record("not refused")
      return
    }
    rig.room.savingChanged(trouble: nil, refusesWrites: false, &rig.effects)
    rig.send(.syncStep2(update: Edit.insert("a", client: 1)), from: ann, board: "main")
    #expect(rig.room.applied == 1)
  }

  @Test func theLedgerAnnouncesOnlyWhatIsCoveredInOrder() {
    var ledger = SaveLedger()
    let first = ledger.receive()
    ledger.settle(first, at: 7)
    let second = ledger.receive()
    ledger.leaveOpen(second)
    let third = ledger.receive()
    ledger.settle(third, at: 8)
    #expect(ledger.advance(durable: 6) == nil)
    #expect(ledger.advance(durable: 100) == 1)
    #expect(ledger.advance(durable: 100) == nil)
    let fourth = ledger.receive()
    ledger.settleOpen(at: 12)
    ledger.settle(fourth, at: 12)
    #expect(ledger.advance(durable: 11) == nil)
    #expect(ledger.advance(durable: 12) == 4)
  }
}
