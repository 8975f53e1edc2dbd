import Storage
import SyncProtocol
import Testing

@testable import Rooms

@Suite("Room: who may do what")
struct PolicyTests {
  let rig = RoomRig()

  private func freeze(_ command: String = "freeze") {
    let fay = rig.joinOwn("fay", .facilitator)
    rig.command(#"{"id":1,"command":"\#(command)"}"#, from: fay)
    rig.room.leave(fay)
    _ = rig.take()
  }

  @Test func newStructsUnderSomebodyElsesClientIdAreRefused() {
    let ann = rig.join("ann"), eve = rig.join("eve")
    rig.update(Edit.insert("mine", client: 1), from: ann)
    _ = rig.take()
    rig.update(Edit.insert("!", client: 1, clock: 4), from: eve)
    #expect(
      rig.takeMessages(to: eve) == [
        .permissionDenied(reason: "Yjs client id 1 belongs to somebody else")
      ])
    #expect(rig.edits == 1)
    rig.update(Edit.insert("!", client: 1, clock: 4), from: ann)
    #expect(rig.edits == 2)
  }

  /// Stock clients of different versions would show it in different lists.
  @Test func whatNoEditorWritesIsRefusedInAnOpenRoom() {
    let ann = rig.join("ann"), eve = rig.join("eve"), own = rig.joinOwn("own")
    rig.update(Edit.insert("text", client: 1), from: ann)
    rig.update([1, 1, 2, 0, 0x28, 1, 1, 0x6d, 1, 0x6b, 1, 0x7d, 1, 0], from: ann)
    #expect(rig.edits == 2)
    let odd = Edit.between((1, 3), (2, 0), client: 9)
    for session in [eve, own] {
      rig.update(odd, from: session, board: "main")
      rig.send(.syncStep2(update: odd), from: rig.join("eve"))
    }
    #expect(rig.edits == 2)
    let rejected = rig.takeMessages(to: own).contains { message in
      if case .reject(_, let code, _) = message { code == "misplaced" } else { false }
    }
    #expect(rejected)
    // Its document holds it: nothing more from there.
    rig.update(Edit.insert("more", client: 10), from: eve)
    #expect(rig.edits == 2)
    rig.update(Edit.insert("more", client: 1, clock: 4), from: ann)
    #expect(rig.edits == 3)
  }

  @Test func anAnnouncedClientIdCannotBeTaken() {
    let ann = rig.join("ann"), eve = rig.join("eve")
    let state = Array(#"{"user":{"name":"x"}}"#.utf8)
    rig.send(.awareness([.init(client: 7, clock: 1, state: state)]), from: ann)
    rig.update(Edit.insert("first", client: 7), from: eve)
    #expect(rig.edits == 0)
    rig.update(Edit.insert("first", client: 7), from: ann)
    #expect(rig.edits == 1)
  }

  @Test func theSameSubjectMayGoOnInAnotherSession() {
    let first = rig.join("ann")
    rig.update(Edit.insert("a", client: 1), from: first)
    rig.room.leave(first)
    let second = rig.join("ann")
    rig.update(Edit.insert("b", client: 1, clock: 1), from: second)
    #expect(rig.edits == 2)
  }

  @Test func oneSessionWritesWithSixteenClientIdsAtMost() {
    let ann = rig.join("ann")
    for client in 1...16 as ClosedRange<UInt64> {
      rig.update(Edit.insert("a", client: client), from: ann)
    }
    #expect(rig.edits == 16)
    rig.update(Edit.insert("a", client: 17), from: ann)
    #expect(rig.edits == 16)
  }

  @Test func aViewerWaitsOnTheBoardOfAllAndOnNoOther() {
    let own = rig.joinOwn("vic", .viewer), stock = rig.join("vera", .viewer)
    _ = rig.take()
    rig.send(.open(epoch: 0), from: own, board: "ideas")
    #expect(rig.takeMessages(to: own).isEmpty)
    rig.update(Edit.insert("a", client: 1), from: rig.join("ann"))
    rig.endTurn()
    let readers = rig.take().compactMap { effect in
      if case .fanOut(.update, "main", let audience, _, _) = effect { audience } else { nil }
    }
    #expect(readers.count == 1 && readers[0].own == [own] && readers[0].stock.contains(stock))
    let visitor = Visitor(subject: "vic", name: "vic", role: .viewer)
    #expect(rig.room.admit(visitor, board: "main") == nil)
    #expect(rig.room.admit(visitor, board: "ideas")?.code == .notHere)
  }

  @Test func aViewerReadsAndIsToldOnce() {
    let writer = rig.join("ann"), viewer = rig.join("vic", .viewer)
    rig.update(Edit.insert("a", client: 1), from: writer)
    _ = rig.take()
    rig.update(Edit.insert("b", client: 2), from: viewer)
    rig.update(Edit.insert("b", client: 2), from: viewer)
    let told = rig.takeMessages(to: viewer)
    #expect(told.count == 1)
    // A step 2 that brings nothing new is no offence.
    rig.send(.syncStep2(update: Edit.insert("a", client: 1)), from: viewer)
    #expect(rig.takeMessages(to: viewer).isEmpty)
    #expect(rig.edits == 1)
  }

  @Test func aFreezeHoldsAgainstStockClientsAndSaysWhy() {
    let ann = rig.joinSpent("ann"), fay = rig.join("fay", .facilitator)
    rig.update(Edit.insert("abc", client: 1), from: ann)
    freeze()
    let before = rig.edits
    rig.update(Edit.insert("!", client: 1, clock: 3), from: ann)
    rig.update(Edit.delete(client: 1, clock: 0, length: 1), from: ann)
    #expect(rig.edits == before)
    let reasons = rig.takeMessages(to: ann)
    let reason =
      "the room is frozen: this edit was not taken, and your page still shows it: reload it"
    #expect(reasons.first == .permissionDenied(reason: reason))
    rig.update(Edit.insert("facilitators may", client: 2), from: fay)
    #expect(rig.edits == before + 1)
  }

  @Test func whatAFreezeRefusedStaysRefusedUntilAFreshDocument() {
    let ann = rig.joinSpent("ann")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    freeze()
    rig.update(Edit.insert("!", client: 1, clock: 3), from: ann)
    freeze("unfreeze")
    let before = rig.edits
    // The same session, and the same document in a new session.
    rig.update(Edit.insert("?", client: 1, clock: 4), from: ann)
    let again = rig.join("ann")
    rig.send(.syncStep2(update: Edit.insert("abc!", client: 1)), from: again)
    #expect(rig.edits == before)
    // A fresh document, under a fresh client id.
    let fresh = rig.join("ann")
    rig.send(.syncStep2(update: [0, 0]), from: fresh)
    rig.update(Edit.insert("new", client: 9), from: fresh)
    #expect(rig.edits == before + 1)
  }

  @Test func aRefusedDeletionDoesNotComeBackInAStep2() {
    let ann = rig.joinSpent("ann")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    freeze()
    rig.update(Edit.delete(client: 1, clock: 0, length: 1), from: ann)
    freeze("unfreeze")
    let before = rig.edits
    let again = rig.join("ann")
    rig.send(.syncStep2(update: Edit.delete(client: 1, clock: 0, length: 1)), from: again)
    #expect(rig.edits == before)
    let bob = rig.join("bob")
    rig.update(Edit.delete(client: 1, clock: 0, length: 1), from: bob)
    #expect(rig.edits == before + 1)
  }

  @Test func aRefusalUnderSomebodyElsesIdHurtsNobodyElse() {
    let ann = rig.join("ann"), eve = rig.join("eve")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    rig.update(Edit.insert("!", client: 1, clock: 3), from: eve)
    rig.update(Edit.insert("!", client: 1, clock: 3), from: eve)
    freeze()
    rig.update(Edit.insert("!", client: 1, clock: 3), from: eve)
    rig.send(.syncStep2(update: Edit.insert("abc!", client: 1)), from: eve)
    freeze("unfreeze")
    rig.update(Edit.insert("d", client: 1, clock: 3), from: ann)
    #expect(rig.edits == 2)
  }

  @Test func aRefusalIsRememberedAcrossACrash() throws {
    let ann = rig.joinSpent("ann")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    freeze()
    rig.update(Edit.insert("!", client: 1, clock: 3), from: ann)
    let bob = rig.joinSpent("bob")
    rig.update(Edit.delete(client: 1, clock: 0, length: 1), from: bob)
    freeze("unfreeze")
    var stored = StoredRoom(room: RoomRig.id)
    stored.tail = rig.records
    stored.lastSequence = rig.room.applied
    let reloaded = RoomRig()
    reloaded.room = Room(
      id: RoomRig.id, contents: try RoomContents(decoding: stored, hubClient: 5),
      limits: RoomLimits(), isUncertain: true, now: reloaded.now)
    let again = reloaded.join("ann")
    reloaded.send(.syncStep2(update: Edit.insert("abc!", client: 1)), from: again)
    let bobAgain = reloaded.join("bob")
    let deletion = Edit.delete(client: 1, clock: 0, length: 1)
    reloaded.send(.syncStep2(update: deletion), from: bobAgain)
    #expect(reloaded.edits == 0)
    let cleo = reloaded.join("cleo")
    reloaded.update(deletion, from: cleo)
    #expect(reloaded.edits == 1)
  }

  @Test func aRefusalOnABoardThatNobodyWroteToIsRememberedToo() {
    let fay = rig.joinOwn("fay", .facilitator, board: "@stage")
    rig.command(#"{"id":1,"command":"freeze"}"#, from: fay)
    let eve = rig.joinSpent("eve")
    rig.update(Edit.insert("!", client: 66), from: eve)
    rig.room.leave(eve)
    rig.command(#"{"id":2,"command":"unfreeze"}"#, from: fay)
    let again = rig.join("eve")
    rig.send(.syncStep2(update: Edit.insert("!", client: 66)), from: again)
    #expect(rig.edits == 0)
  }

  @Test func ourClientIsToldWhichMessageWasRefused() {
    let ann = rig.joinOwn("ann")
    rig.update(Edit.insert("abc", client: 1), from: ann, board: "main")
    freeze()
    rig.update(Edit.insert("!", client: 1, clock: 3), from: ann, board: "main")
    #expect(
      rig.takeMessages(to: ann).contains(
        .reject(
          number: 2, code: "frozen", reason: "the room is frozen: this edit was not taken")))
  }

  @Test func whoIsHereIsToldOnceAndInBounds() {
    let fay = rig.joinOwn("fay", .facilitator)
    for board in ["a", "b"] {
      rig.room.join(
        SessionID(rawValue: 900 + UInt64(board.utf8.first ?? 0)),
        Visitor(subject: "bob", name: "Боб", role: .participant), board: board, &rig.effects)
    }
    _ = rig.take()
    rig.command(#"{"id": 1, "command": "who"}"#, from: fay)
    #expect(
      rig.takeControl(to: fay) == [
        #"{"type":"reply","id":1,"ok":true,"people":["#
          + #"{"sub":"fay","name":"fay","role":"facilitator","boards":["main"]},"#
          + #"{"sub":"bob","name":"Боб","role":"participant","boards":["a","b"]}],"removed":[]}"#
      ])
    let long = String(repeating: "n", count: 100)
    for number in 0..<1_500 { _ = rig.join("\(long)\(number)") }
    let eve = rig.joinOwn("eve")
    _ = rig.take()
    rig.command(#"{"id": 2, "command": "who"}"#, from: eve)
    let answer = rig.takeControl(to: eve).joined()
    #expect((32 << 10...80 << 10).contains(answer.utf8.count))
    #expect(answer.contains(#""more":1"#))
    #expect(!answer.contains("sub") && !answer.contains("removed"))
  }

  /// A page that was reloaded has no other way to know whom to let back in.
  @Test func facilitatorsAreToldWhoWasRemoved() throws {
    let fay = rig.joinOwn("fay", .facilitator)
    rig.room.join(
      SessionID(rawValue: 900), Visitor(subject: "bob", name: "Боб", role: .participant),
      board: "main", &rig.effects)
    for (id, subject) in [(1, "bob"), (2, "zoë"), (3, "ann")] {
      rig.command(#"{"id": \#(id), "command": "remove", "sub": "\#(subject)"}"#, from: fay)
    }
    rig.command(#"{"id": 4, "command": "readmit", "sub": "ann"}"#, from: fay)
    let meta = try RoomMeta(decoding: rig.room.meta.encoded())
    #expect(meta == rig.room.meta)
    _ = rig.take()
    rig.command(#"{"id": 5, "command": "who"}"#, from: fay)
    let told = #""removed":[{"sub":"zoë","name":""},{"sub":"bob","name":"Боб"}]"#
    #expect(rig.takeControl(to: fay).joined().contains(told))
    for number in 0..<2_000 { rig.room.meta.remove("\(number)", called: "", by: "fay", at: 1) }
    rig.command(#"{"id": 6, "command": "who"}"#, from: fay)
    let answer = rig.takeControl(to: fay).joined()
    #expect(answer.contains(#"{"sub":"1999","name":""}"#) && answer.utf8.count < 20 << 10)
  }

  @Test func nobodyWritesToTheStage() {
    let fay = rig.joinOwn("fay", .facilitator, board: "@stage")
    _ = rig.take()
    rig.update(Edit.insert("abc", client: 1), from: fay, board: "@stage")
    guard case .reject(number: 1, code: "server-only", _)? = rig.takeMessages(to: fay).first
    else {
      Issue.record("not refused")
      return
    }
    #expect(rig.edits == 0)
  }

  @Test func aStockClientCannotReachTheStage() {
    #expect(Slug("@stage") == nil)
  }

  @Test func afterACleanEndAStep2MayNotForge() {
    let ann = rig.join("ann"), eve = rig.join("eve")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    rig.send(.syncStep2(update: Edit.insert("abcd", client: 1)), from: eve)
    #expect(rig.edits == 1)
  }

  @Test func whatIsNoShapeIsRefusedAndSaysWhere() {
    let ann = rig.joinOwn("ann"), eve = rig.join("eve")
    rig.update(Edit.set("x", to: 8, client: 1), from: ann, board: "main")
    #expect(rig.edits == 1)
    _ = rig.take()
    rig.update(Edit.set("x", to: 0.5, client: 1, clock: 2), from: ann, board: "main")
    rig.update(Edit.set("x", to: 0.5, client: 2), from: eve)
    rig.send(.syncStep2(update: Edit.set("x", to: 0.5, client: 2)), from: eve)
    let told = rig.take().compactMap { effect -> String? in
      switch effect {
      case .send(.reject(number: 2, code: "schema", let reason), _, _): reason
      case .send(.permissionDenied(let reason), _, _): reason
      default: nil
      }
    }
    let reason =
      "not what a board may hold: shapes/s/x: must be an integer from -134217728 to 134217728"
    #expect(told == [reason, reason])
    #expect(rig.edits == 1)
  }
}
