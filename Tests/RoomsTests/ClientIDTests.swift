import CRDT
import Lib0
import Storage
import SyncProtocol
import TestSupport
import Testing

@testable import Rooms

/// Whose Yjs client ids are whose, after crashes and where content came by a step 2.
@Suite("Client ids")
struct ClientIDTests {
  private func announce(_ client: UInt64, _ clock: UInt64 = 1, from id: SessionID, _ rig: RoomRig) {
    let entry = AwarenessEntry(client: client, clock: clock, state: Array(#"{"n":1}"#.utf8))
    rig.send(.awareness([entry]), from: id)
  }

  private func reloaded(_ rig: RoomRig, isUncertain: Bool, damage: Bool = false) throws -> RoomRig {
    let missing = Damage(file: "x", range: 0..<0, reason: "is missing", lost: .unknown)
    return try rig.reloaded(isUncertain: isUncertain, damage: damage ? [missing] : [])
  }

  /// Ann wrote "abc" before the crash, and "d" that the hub lost and Bob has.
  private func afterTheCrash(damage: Bool = false) throws -> RoomRig {
    let rig = RoomRig()
    rig.update(Edit.insert("abc", client: 1), from: rig.join("ann"))
    return try reloaded(rig, isUncertain: !damage, damage: damage)
  }

  @Test(arguments: [false, true])
  func afterAnUncleanEndAPeerBringsBackWhatTheHubLost(damage: Bool) throws {
    let rig = try afterTheCrash(damage: damage)
    let bob = rig.join("bob")
    rig.send(.syncStep2(update: Edit.insert("abcd", client: 1)), from: bob)
    #expect(rig.edits == 1)
  }

  @Test func aFreshTabOfTheOwnerSaysNothingAboutTheOldOne() throws {
    let rig = try afterTheCrash()
    let reload = rig.join("ann")
    announce(2, from: reload, rig)
    rig.send(.syncStep2(update: [0, 0]), from: reload)
    let bob = rig.join("bob")
    rig.send(.syncStep2(update: Edit.insert("abcd", client: 1)), from: bob)
    #expect(rig.edits == 1)
  }

  @Test func onceTheOwnersDocumentWasHereItsIdIsItsOwnAgain() throws {
    let rig = try afterTheCrash()
    let ann = rig.join("ann")
    announce(1, from: ann, rig)
    rig.send(.syncStep2(update: Edit.insert("abcd", client: 1)), from: ann)
    #expect(rig.edits == 1)
    let eve = rig.join("eve")
    rig.send(.syncStep2(update: Edit.insert("abcde", client: 1)), from: eve)
    #expect(rig.edits == 1)
    rig.update(Edit.insert("e", client: 1, clock: 4), from: ann)
    #expect(rig.edits == 2)
  }

  @Test func aLiveEditOfTheOwnerSettlesItsId() throws {
    let rig = try afterTheCrash()
    rig.update(Edit.insert("d", client: 1, clock: 3), from: rig.join("ann"))
    rig.send(.syncStep2(update: Edit.insert("abcde", client: 1)), from: rig.join("eve"))
    #expect(rig.edits == 1)
  }

  /// Written before connecting: all of it comes by step 2, and then the network goes.
  @Test(arguments: [true, false])
  func theOwnIdOfADocumentIsBoundThoughAllCameByStep2(announcedFirst: Bool) throws {
    let rig = RoomRig()
    let ann = rig.join("ann")
    if announcedFirst { announce(1, from: ann, rig) }
    rig.send(.syncStep2(update: Edit.insert("abc", client: 1)), from: ann)
    if !announcedFirst { announce(1, from: ann, rig) }
    rig.room.leave(ann)
    for rig in [rig, try reloaded(rig, isUncertain: false)] {
      let before = rig.edits
      let eve = rig.join("eve")
      announce(1, 1_000, from: eve, rig)
      rig.update(Edit.insert("!", client: 1, clock: 3), from: eve)
      #expect(rig.edits == before)
      let again = rig.join("ann")
      announce(1, 2, from: again, rig)
      rig.send(.syncStep2(update: Edit.insert("abcd", client: 1)), from: again)
      rig.update(Edit.insert("e", client: 1, clock: 4), from: again)
      #expect(rig.edits == before + 2)
    }
  }

  @Test func whatAStep2HoldsOfOthersIsNotBound() {
    let rig = RoomRig()
    let bob = rig.join("bob")
    announce(2, from: bob, rig)
    // Bob has Ann's edits from elsewhere, and passes on her tab's state.
    rig.send(.syncStep2(update: Edit.insert("abc", client: 1)), from: bob)
    announce(1, from: bob, rig)
    rig.room.leave(bob)
    rig.update(Edit.insert("d", client: 1, clock: 3), from: rig.join("ann"))
    #expect(rig.edits == 2)
  }

  @Test func anAnnouncementIsNoClaimToAnIdThatHasWritten() {
    let rig = RoomRig()
    let ann = rig.join("ann")
    rig.send(.syncStep2(update: Edit.insert("abc", client: 1)), from: ann)
    rig.room.leave(ann)
    announce(1, 1_000, from: rig.join("eve"), rig)
    rig.send(.syncStep2(update: Edit.insert("abcd", client: 1)), from: rig.join("ann"))
    #expect(rig.edits == 2)
  }

  /// y-websocket's first state has clock 0, and after a reconnect the clock is the old one.
  @Test func anOwnIDIsKnownThoughItsStateIsNoNews() {
    let rig = RoomRig()
    let ann = rig.join("ann")
    announce(1, 0, from: ann, rig)
    rig.send(.syncStep2(update: Edit.insert("abc", client: 1)), from: ann)
    rig.room.leave(ann)
    rig.update(Edit.insert("!", client: 1, clock: 3), from: rig.join("eve"))
    #expect(rig.edits == 1)
  }

  @Test func aDocumentThatIsBackSettlesItsIDAlsoWhereItAnnouncesLater() throws {
    let rig = try afterTheCrash()
    let ann = rig.join("ann")
    rig.send(.syncStep2(update: Edit.insert("abc", client: 1)), from: ann)
    announce(1, 0, from: ann, rig)
    rig.send(.syncStep2(update: Edit.insert("abcd", client: 1)), from: rig.join("eve"))
    #expect(rig.edits == 0)
  }

  /// Two people in one browser: tabs tell each other who is there, and each tells the hub.
  @Test func aStateThatIsPassedOnIsNoClaim() {
    let rig = RoomRig()
    let ann = rig.join("ann")
    announce(1, 0, from: ann, rig)
    announce(2, 1, from: ann, rig)  // Ben's tab, not connected yet
    let ben = rig.join("ben")
    announce(2, 1, from: ben, rig)
    rig.update(Edit.insert("b", client: 2), from: ben)
    #expect(rig.edits == 1)
    // It is his now, and does not go with Ann.
    rig.room.leave(ann)
    #expect(rig.room.boards["main"]?.presence.subject(announcing: 2) == "ben")
  }

  @Test func aClaimEndsWithItsSession() {
    let rig = RoomRig()
    let eve = rig.join("eve")
    announce(1, from: eve, rig)
    let ann = rig.join("ann")
    rig.update(Edit.insert("a", client: 1), from: ann)
    #expect(rig.edits == 0)
    rig.room.leave(eve)
    rig.update(Edit.insert("a", client: 1), from: rig.join("ann"))
    #expect(rig.edits == 1)
  }

  /// Two links in one browser, both offline; the other one's tab is closed before the network is
  /// back. Its edits wait for their owner, the rest does not.
  @Test func ofAStep2WithSomebodyElsesEditsTheOwnPartIsTaken() throws {
    let rig = RoomRig()
    rig.update(Edit.insert("a", client: 1), from: rig.join("ann"))
    rig.update(Edit.insert("b", client: 2), from: rig.join("bob"))
    let bob = rig.join("bob")
    _ = rig.take()
    let both = Update.merging([
      try Update(v1: Edit.insert("x", client: 1, clock: 1)),
      try Update(v1: Edit.insert("y", client: 2, clock: 1)),
    ])
    rig.send(.syncStep2(update: both.encodedV1()), from: bob)
    #expect(rig.edits == 3)
    #expect(rig.takeMessages(to: bob).contains { $0.isDenial })
    rig.update(Edit.insert("z", client: 2, clock: 2), from: bob)
    #expect(rig.edits == 4)
    rig.send(.syncStep2(update: both.encodedV1()), from: rig.join("ann"))
    #expect(rig.edits == 5)
  }

  /// The connection before has not ended yet, or the same document is on two boards.
  @Test func aClaimLastsAsLongAsAnySessionMakesIt() {
    let rig = RoomRig()
    let first = rig.join("ann"), second = rig.join("ann")
    announce(1, from: first, rig)
    announce(1, 2, from: second, rig)
    rig.room.leave(second)
    rig.update(Edit.insert("a", client: 1), from: rig.join("bob"))
    #expect(rig.edits == 0)
  }

  /// A clean end in the uncertain week forgets nobody who has been back.
  @Test func whoHasBeenBackIsKnownAfterTheNextCleanEnd() throws {
    let rig = try afterTheCrash()
    let ann = rig.join("ann")
    announce(1, from: ann, rig)
    rig.send(.syncStep2(update: Edit.insert("abcd", client: 1)), from: ann)
    let kept = SettledClients.decode(SettledClients.encode([RoomRig.id: rig.room.settled]))
    #expect(kept == [RoomRig.id: rig.room.settled] && !rig.room.settled.isEmpty)
    #expect(SettledClients.encode([RoomRig.id: SettledClients()]).isEmpty)
    for junk in ["", "[]", #"{"demo":{}}"#, #"{"demo/x":[1]}"#, #"{"demo/x":{"b":[-1,0.5]}}"#] {
      #expect(SettledClients.decode(Array(junk.utf8)).isEmpty, "\(junk)")
    }
  }

  @Test func everyBoardHasPlaceForSixteenIds() {
    let rig = RoomRig()
    let ann = rig.joinOwn("ann")
    for board in 1...3 as ClosedRange<UInt64> {
      rig.room.receive(.open(epoch: 0), board: "b\(board)", from: ann, now: rig.now, &rig.effects)
      for client in 1...17 as ClosedRange<UInt64> {
        let update = Edit.insert("a", client: board * 100 + client)
        rig.update(update, from: ann, board: "b\(board)")
      }
    }
    #expect(rig.edits == 3 * RoomLimits.liveClientsPerBoard)
  }
}
