import CRDT
import Lib0
import SyncProtocol
import Testing

@testable import Rooms

@Suite("Room: presence and slow readers")
struct PresenceTests {
  let rig = RoomRig()

  private func announce(
    _ client: UInt64, _ clock: UInt64, _ json: String, from id: SessionID
  ) {
    rig.send(.awareness([.init(client: client, clock: clock, state: Array(json.utf8))]), from: id)
  }

  private func entries(to id: SessionID) -> [AwarenessEntry] {
    rig.takeMessages(to: id).flatMap { message -> [AwarenessEntry] in
      guard case .awareness(let bytes) = message else { return [] }
      return (try? AwarenessEntry.decode(bytes.span)) ?? []
    }
  }

  @Test func theHubWritesNameAndRoleIntoTheState() {
    let ann = rig.join("ann"), bob = rig.join("bob")
    _ = rig.take()
    announce(1, 1, ##"{"user":{"name":"Somebody Else","color":"#f00"},"cursor":3}"##, from: ann)
    rig.endTurn()
    let states = entries(to: bob).map { String(decoding: $0.state, as: UTF8.self) }
    #expect(
      states == [
        ##"{"user":{"name":"ann","color":"#f00","role":"participant"},"cursor":3}"##
      ])
  }

  @Test func onlyTheNewestStateLeavesOnceATick() {
    let ann = rig.join("ann"), bob = rig.join("bob")
    _ = rig.take()
    announce(1, 1, #"{"n":1}"#, from: ann)
    rig.endTurn()
    #expect(entries(to: bob).count == 1)
    for clock in 2...20 as ClosedRange<UInt64> {
      announce(1, clock, #"{"n":\#(clock)}"#, from: ann)
      rig.endTurn()
    }
    #expect(entries(to: bob).isEmpty)
    rig.advance(milliseconds: 34)
    rig.endTurn()
    #expect(entries(to: bob).map(\.clock) == [20])
  }

  @Test(arguments: ["[1]", "3", "\"x\"", "{", "nul", "{\"a\":\u{1}}"])
  func aStateThatIsNoObjectIsDropped(json: String) {
    let ann = rig.join("ann")
    _ = rig.take()
    announce(1, 1, json, from: ann)
    rig.endTurn()
    #expect(entries(to: ann).isEmpty)
  }

  @Test func somebodyElsesStateCannotBeOverwritten() {
    let ann = rig.join("ann"), eve = rig.join("eve")
    announce(1, 1, #"{"n":1}"#, from: ann)
    rig.endTurn()
    _ = rig.take()
    rig.advance(milliseconds: 100)
    announce(1, 2, #"{"n":2}"#, from: eve)
    announce(1, 2, "null", from: eve)
    rig.endTurn()
    #expect(entries(to: ann).isEmpty)
  }

  /// A viewer writes nothing that would make an id theirs.
  @Test func aViewersStateCannotBeOverwritten() {
    let vic = rig.join("vic", .viewer), ben = rig.join("ben")
    announce(7, 1, "{}", from: vic)
    announce(7, 2, "{}", from: ben)
    let newcomer = rig.join("cleo")
    let states = entries(to: newcomer).map { String(decoding: $0.state, as: UTF8.self) }
    #expect(states.count == 1 && states[0].contains("vic"), "\(states)")
  }

  /// A tab of somebody else passed it on first, with its own name written in.
  @Test func aStateThatWasPassedOnCarriesItsOwnersNameOnceTheyAreHere() {
    let ben = rig.join("ben")
    announce(1, 1, "{}", from: ben)
    announce(7, 1, "{}", from: ben)
    announce(7, 1, "{}", from: rig.join("ann"))
    let states = entries(to: rig.join("cleo")).filter { $0.client == 7 }
    #expect(states.count == 1)
    #expect(states.allSatisfy { String(decoding: $0.state, as: UTF8.self).contains("ann") })
  }

  /// Every newcomer gets all of it.
  @Test func oneSessionAnnouncesSoManyBytesAndNoMore() {
    let eve = rig.join("eve")
    let big = #"{"x":""# + String(repeating: "a", count: 10_000) + #""}"#
    for client in 1...8 as ClosedRange<UInt64> { announce(client, 1, big, from: eve) }
    for clock in 2...5 as ClosedRange<UInt64> { announce(1, clock, big, from: eve) }
    let states = entries(to: rig.join("ann"))
    #expect(states.count == 3 && states.contains { $0.client == 1 && $0.clock == 5 })
  }

  /// The other tab's socket was faster, and is closed.
  @Test func aStateThatAnotherTabPassedOnStaysWhenThatTabGoes() {
    let first = rig.join("ann"), second = rig.join("ann")
    announce(1, 1, "{}", from: first)
    announce(2, 1, "{}", from: first)
    announce(2, 1, "{}", from: second)
    rig.room.leave(first)
    #expect(entries(to: rig.join("bob")).map(\.client) == [2])
  }

  /// One announces, the other takes over and ends it, and so on.
  @Test func twoSessionsOfOnePersonAnnounceNoMoreThanTwo() {
    let first = rig.join("eve"), second = rig.join("eve")
    for client in 1...400 as ClosedRange<UInt64> {
      announce(client, 1, "{}", from: first)
      announce(client, 2, "{}", from: second)
      announce(client, 3, "null", from: second)
      announce(client, 4, "null", from: first)
    }
    _ = rig.take()
    rig.endTurn()
    let told = Set(entries(to: first).map(\.client)).count
    #expect(told >= Presence.sessionEntries && told <= 2 * Presence.sessionEntries, "\(told)")
  }

  @Test func whoLeavesIsGoneForEverybody() {
    let ann = rig.join("ann"), bob = rig.join("bob")
    announce(1, 4, #"{"n":1}"#, from: ann)
    rig.endTurn()
    _ = rig.take()
    rig.advance(milliseconds: 100)
    rig.room.leave(ann)
    rig.endTurn()
    #expect(entries(to: bob) == [AwarenessEntry(client: 1, clock: 4, state: AwarenessEntry.gone)])
  }

  @Test func nobodyCanLeaveWhoIsNotHere() {
    let ann = rig.join("ann"), viewer = rig.join("vic", .viewer)
    _ = rig.take()
    let gone = (1...1_000 as ClosedRange<UInt64>).map {
      AwarenessEntry(client: $0, clock: 9, state: AwarenessEntry.gone)
    }
    rig.send(.awareness(gone), from: viewer)
    rig.endTurn()
    #expect(entries(to: ann).isEmpty)
  }

  @Test func aReconnectKeepsTheStateWhenTheOldSocketEnds() {
    let old = rig.join("ann"), bob = rig.join("bob")
    announce(1, 1, #"{"n":1}"#, from: old)
    let new = rig.join("ann")
    announce(1, 2, #"{"n":2}"#, from: new)
    rig.endTurn()
    _ = rig.take()
    rig.advance(milliseconds: 100)
    rig.room.leave(old)
    rig.endTurn()
    #expect(entries(to: bob).isEmpty)
  }

  @Test func aStateThatNobodyRenewsIsGoneAfterThirtySeconds() {
    let ann = rig.join("ann"), bob = rig.join("bob")
    announce(1, 1, #"{"n":1}"#, from: ann)
    rig.endTurn()
    _ = rig.take()
    rig.advance(milliseconds: 31_000)
    rig.endTurn()
    #expect(entries(to: bob).map(\.isGone) == [true])
  }

  @Test func aNewcomerSeesWhoIsThere() {
    let ann = rig.join("ann")
    announce(1, 1, #"{"n":1}"#, from: ann)
    _ = rig.take()
    let bob = rig.join("bob")
    #expect(entries(to: bob).map(\.client) == [1])
  }

  @Test func aReaderThatFellBehindCatchesUpWithOneMergedUpdate() throws {
    let ann = rig.join("ann"), slow = rig.join("slow")
    rig.update(Edit.insert("a", client: 1), from: ann)
    rig.endTurn()
    _ = rig.take()
    let delivered = rig.room.fannedOutThrough
    rig.room.readerFellBehind(slow, having: delivered)
    for clock in 1..<50 as Range<UInt64> {
      rig.update(Edit.insert("b", client: 1, clock: clock), from: ann)
      rig.advance(milliseconds: 20)
      rig.endTurn()
    }
    #expect(rig.takeMessages(to: slow).isEmpty)
    rig.room.readerDrained(slow, now: rig.now, &rig.effects)
    let messages = rig.takeMessages(to: slow)
    #expect(messages.count == 1)
    guard case .update(let bytes)? = messages.first else {
      Issue.record("no update: \(messages)")
      return
    }
    let update = try Update(v1: bytes)
    #expect(update.clientRanges.map(\.from) == [1])
    #expect(update.clientRanges.map(\.to) == [50])
    rig.update(Edit.insert("c", client: 1, clock: 50), from: ann)
    rig.advance(milliseconds: 20)
    rig.endTurn()
    #expect(rig.takeMessages(to: slow).count == 1)
  }

  /// Two boards on one socket: it lags on both, also on the one that nobody has written to yet.
  @Test func aBoardOfALaggingReaderDoesNotGoWhenTheOthersLeave() throws {
    let slow = rig.joinOwn("slow", board: "notes"), bob = rig.join("bob", board: "notes")
    rig.room.readerFellBehind(slow, having: 0)
    rig.room.leave(bob)
    let bobAgain = rig.join("bob", board: "notes")
    rig.update(Edit.insert("a", client: 1), from: bobAgain)
    rig.endTurn()
    _ = rig.take()
    rig.room.readerDrained(slow, now: rig.now, &rig.effects)
    #expect(rig.takeMessages(to: slow) == [.update(Edit.insert("a", client: 1))])
    rig.update(Edit.insert("b", client: 2), from: slow, board: "notes")
    rig.advance(milliseconds: 20)
    rig.endTurn()
    #expect(rig.takeMessages(to: bobAgain).count == 1)
  }

  @Test func aReaderThatLostItsSyncAnswerGetsTheWholeState() throws {
    let ann = rig.join("ann"), slow = rig.join("slow")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    rig.endTurn()
    _ = rig.take()
    rig.room.readerFellBehind(slow, having: 0)
    rig.room.readerDrained(slow, now: rig.now, &rig.effects)
    #expect(rig.takeMessages(to: slow) == [.update(Edit.insert("abc", client: 1))])
  }

  /// Announcing and taking back, over and over: what is gone is kept for a while, with a limit.
  @Test func whoComesAndGoesAllTheTimeIsNotRemembered() {
    let eve = rig.join("eve"), ann = rig.join("ann")
    for round in 0..<1_000 as Range<UInt64> {
      announce(1_000 + round, 1, #"{"n":1}"#, from: eve)
      announce(1_000 + round, 2, "null", from: eve)
    }
    rig.advance(milliseconds: 40)
    rig.endTurn()
    #expect(entries(to: ann).count == Presence.sessionEntries)
    // Others are not in her way.
    announce(1, 1, #"{"n":1}"#, from: ann)
    rig.advance(milliseconds: 40)
    rig.endTurn()
    #expect(entries(to: ann).map(\.client) == [1])
    // And when they have expired she may again.
    rig.advance(milliseconds: 61_000)
    rig.advance(milliseconds: 61_000)
    rig.endTurn()
    _ = rig.take()
    announce(9, 1, #"{"n":1}"#, from: eve)
    rig.advance(milliseconds: 40)
    rig.endTurn()
    #expect(entries(to: ann).map(\.client) == [9])
  }
}
