import CRDT
import Rooms
import Storage
import SyncProtocol
import Testing

@Suite("Room: updates")
struct UpdateTests {
  let rig = RoomRig()

  @Test func anUpdateIsRecordedBeforeItIsFannedOut() {
    let ann = rig.join("ann")
    _ = rig.take()
    rig.update(Edit.insert("hi", client: 1), from: ann)
    rig.endTurn()
    let effects = rig.take()
    #expect(effects.count == 2)
    #expect(effects.first?.isRecord == true)
    #expect(effects.last?.isFanOut == true)
  }

  @Test func everybodyGetsTheUpdateTheAuthorToo() {
    let ann = rig.join("ann"), bob = rig.join("bob"), eve = rig.joinOwn("eve")
    _ = rig.take()
    rig.update(Edit.insert("hi", client: 1), from: ann)
    rig.endTurn()
    guard case .fanOut(.update(let bytes), "main", let audience, _, false)? = rig.take().last
    else {
      Issue.record("no fan-out")
      return
    }
    #expect(bytes == Edit.insert("hi", client: 1))
    #expect(Set(audience.stock) == [ann, bob])
    #expect(audience.own == [eve])
  }

  @Test func aBurstLeavesAsOneMergedUpdateOncePerWindow() {
    let ann = rig.join("ann"), bob = rig.join("bob")
    _ = rig.take()
    rig.update(Edit.insert("a", client: 1), from: ann)
    rig.endTurn()
    #expect(rig.takeMessages(to: bob).count == 1)  // a lone editor: at once
    for clock in 1..<9 as Range<UInt64> {
      rig.update(Edit.insert("b", client: 1, clock: clock), from: ann)
      rig.endTurn()
    }
    #expect(rig.takeMessages(to: bob).isEmpty)  // inside the window
    rig.advance(milliseconds: 1)
    rig.endTurn()
    #expect(rig.takeMessages(to: bob).count == 1)
    // That was a lot: the next one waits for its window.
    rig.update(Edit.insert("b", client: 1, clock: 9), from: ann)
    rig.endTurn()
    #expect(rig.takeMessages(to: bob).isEmpty)
    #expect(rig.room.nextWake == rig.now.monotonic + 10_000_000)
    rig.advance(milliseconds: 10)
    rig.endTurn()
    #expect(rig.takeMessages(to: bob).count == 1)
  }

  @Test func anUpdateThatWouldPendIsAskedForAndNotTaken() {
    let ann = rig.join("ann")
    _ = rig.take()
    rig.update(Edit.insert("later", client: 1, clock: 5), from: ann)
    rig.update(Edit.insert("later", client: 1, clock: 10), from: ann)
    rig.endTurn()
    #expect(rig.takeMessages(to: ann) == [.syncStep1(stateVector: [0])])
    #expect(rig.room.applied == 0)
    rig.advance(milliseconds: 1_000)  // the second one is not forgotten
    #expect(rig.takeMessages(to: ann) == [.syncStep1(stateVector: [0])])
    rig.send(.syncStep2(update: Edit.insert("all of it later", client: 1)), from: ann)
    rig.endTurn()
    #expect(rig.room.applied == 1)
  }

  @Test func ofAStep2WhatWouldPendIsCutOffAndTheRestTaken() throws {
    let ann = rig.join("ann")
    let whole = Update.merging([
      try Update(v1: Edit.insert("abc", client: 1)),
      try Update(v1: Edit.insert("x", client: 2, clock: 7)),
    ])
    rig.send(.syncStep2(update: whole.encodedV1()), from: ann)
    #expect(rig.room.applied == 1)
    _ = rig.take()
    rig.send(.syncStep1(stateVector: [0]), from: ann)
    #expect(
      rig.takeMessages(to: ann) == [.syncStep2(update: Edit.insert("abc", client: 1))])
  }

  @Test func aDuplicateIsNeitherRecordedNorSent() {
    let ann = rig.join("ann")
    rig.update(Edit.insert("hi", client: 1), from: ann)
    rig.endTurn()
    _ = rig.take()
    rig.advance(milliseconds: 100)
    _ = rig.take()
    rig.update(Edit.insert("hi", client: 1), from: ann)
    rig.endTurn()
    #expect(rig.take().isEmpty)
    #expect(rig.room.applied == 1)
  }

  @Test func aStep2GoesOnWithoutWhatIsKnown() throws {
    let ann = rig.join("ann"), bob = rig.join("bob")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    rig.update(Edit.delete(client: 1, clock: 1, length: 1), from: ann)
    rig.endTurn()
    rig.advance(milliseconds: 100)
    _ = rig.take()
    let known = try Update(v1: Edit.insert("abc", client: 1))
    let deletes = try Update(v1: Edit.delete(client: 1, clock: 1, length: 1))
    let news = try Update(v1: Edit.insert("d", client: 1, clock: 3))
    let offer = Update.merging([known, deletes, news]).encodedV1()
    rig.send(.syncStep2(update: offer), from: ann)
    rig.endTurn()
    #expect(rig.takeMessages(to: bob) == [.update(Edit.insert("d", client: 1, clock: 3))])
  }

  @Test func aMalformedUpdateClosesTheConnectionAndSaysWhere() {
    let ann = rig.join("ann")
    _ = rig.take()
    rig.update([1, 1, 1, 0, 0xff], from: ann)
    guard case .close(ann, code: 4400, let reason)? = rig.take().first else {
      Issue.record("no close")
      return
    }
    #expect(reason.hasPrefix("malformed update"))
  }

  /// An answer that fits one client alone takes memory for as long as that client does not read.
  @Test func whoAskForALotInTheSameSecondGetTheSameBytes() {
    let ann = rig.join("ann")
    rig.update(Edit.insert(String(repeating: "x", count: 1 << 20), client: 1), from: ann)
    func answer(_ vector: [UInt8]) -> [ServerMessage] {
      _ = rig.take()
      rig.send(.syncStep1(stateVector: vector), from: ann)
      return rig.takeMessages(to: ann)
    }
    let whole = answer([0])
    let most = 8
    for _ in 0..<most - 1 { #expect(answer([1, 1, 5]) != whole) }
    for _ in 0..<20 { #expect(answer([1, 1, 5]) == whole) }
    #expect(whole.allSatisfy { rig.room.shares($0, on: "main") })
    rig.advance(milliseconds: 1_001)
    #expect(answer([1, 1, 5]) != whole)
  }

  @Test func aLateJoinerGetsTheWholeState() throws {
    let ann = rig.join("ann")
    for clock in 0..<20 as Range<UInt64> {
      rig.update(Edit.insert("x", client: 1, clock: clock), from: ann)
    }
    rig.endTurn()
    for round in 0..<3 {
      let late = rig.join("late\(round)")
      _ = rig.take()
      rig.send(.syncStep1(stateVector: [0]), from: late)
      var doc = Doc(clientID: 9)
      for message in rig.takeMessages(to: late) {
        switch message {
        case .syncStep2(let bytes), .update(let bytes): doc.apply(try Update(v1: bytes))
        default: Issue.record("unexpected \(message)")
        }
      }
      #expect(doc.clock(of: 1) == UInt64(20 + round))
      #expect(!doc.hasPending)
      rig.update(Edit.insert("y", client: 1, clock: UInt64(20 + round)), from: ann)
    }
  }
}
