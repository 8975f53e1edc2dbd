import Foundation
import Rooms
@testable import Storage
import SyncProtocol
import Testing

@Suite("Room: commands")
struct ModerationTests {
  let rig = RoomRig()

  @Test func helloComesFirstAndSaysWhoYouAre() throws {
    _ = rig.joinOwn("ann")
    guard case .control(let text, _)? = rig.take().first else {
      Issue.record("no hello")
      return
    }
    let hello = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(hello["type"] as? String == "hello")
    #expect((hello["you"] as? [String: Any])?["role"] as? String == "participant")
    #expect((hello["room"] as? [String: Any])?["frozen"] as? Bool == false)
  }

  static let refused: [(String, String)] = [
    ("not json", "bad-command"), ("[]", "bad-command"), (#"{"command":"freeze"}"#, "bad-command"),
    (#"{"id":1}"#, "bad-command"), (#"{"id":1,"command":"explode"}"#, "bad-command"),
    (#"{"id":1,"command":"remove"}"#, "bad-command"),
    (#"{"id":1,"command":"freeze"}"#, "not-allowed"),
    (#"{"id":1,"command":"remove","sub":"bob"}"#, "not-allowed"),
  ]

  @Test(arguments: 0..<refused.count)
  func aParticipantIsRefused(index: Int) {
    let (text, code) = Self.refused[index]
    let ann = rig.joinOwn("ann")
    _ = rig.take()
    rig.command(text, from: ann)
    let replies = rig.takeControl(to: ann)
    #expect(replies.count == 1)
    #expect(replies.first?.contains(#""error":"\#(code)""#) == true, "\(replies)")
    #expect(!rig.room.isFrozen)
  }

  @Test func freezingReachesEverybodyThroughTheStage() {
    let fay = rig.joinOwn("fay", .facilitator), ann = rig.joinOwn("ann", board: "@stage")
    _ = rig.take()
    rig.command(#"{"id":7,"command":"freeze"}"#, from: fay)
    rig.endTurn()
    #expect(rig.room.isFrozen)
    let effects = rig.take()
    #expect(effects.filter(\.isRecord).count == 1)
    let reply = #"{"type":"reply","id":7,"ok":true}"#
    #expect(
      effects.contains { if case .control(reply, to: fay) = $0 { true } else { false } })
    #expect(
      effects.contains {
        if case .fanOut(.update, "@stage", let audience, _, _) = $0 {
          audience.own.contains(ann)
        } else {
          false
        }
      })
  }

  @Test func aRemovedSubjectIsToldClosedAndKeptOut() {
    let fay = rig.joinOwn("fay", .facilitator), eve = rig.join("eve")
    _ = rig.take()
    rig.command(#"{"id":1,"command":"remove","sub":"eve"}"#, from: fay)
    let effects = rig.take()
    let told = effects.firstIndex {
      if case .send(.permissionDenied, _, eve) = $0 { true } else { false }
    }
    let closed = effects.firstIndex {
      if case .close(eve, code: 4403, _) = $0 { true } else { false }
    }
    #expect(told != nil && closed != nil && told! < closed!)
    let visitor = Visitor(subject: "eve", name: "Eve", role: .participant)
    #expect(rig.room.admit(visitor, board: "main")?.code == .removed)
    rig.command(#"{"id":2,"command":"readmit","sub":"eve"}"#, from: fay)
    #expect(rig.room.admit(visitor, board: "main") == nil)
  }

  @Test func aFacilitatorCannotRemoveThemselves() {
    let fay = rig.joinOwn("fay", .facilitator)
    _ = rig.take()
    rig.command(#"{"id":1,"command":"remove","sub":"fay"}"#, from: fay)
    #expect(rig.takeControl(to: fay).first?.contains("bad-command") == true)
  }

  @Test func whatTheLogHasIsWhatAReloadedRoomKnows() throws {
    let fay = rig.joinOwn("fay", .facilitator), ann = rig.join("ann")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    rig.command(#"{"id":1,"command":"freeze"}"#, from: fay)
    rig.command(#"{"id":2,"command":"remove","sub":"eve"}"#, from: fay)
    var stored = StoredRoom(room: RoomRig.id)
    for case .record(let record) in rig.take() { stored.tail.append(record) }
    stored.lastSequence = rig.room.applied
    let contents = try RoomContents(decoding: stored, hubClient: 4_000_000_001)
    let reloaded = RoomRig()
    reloaded.room = Room(
      id: RoomRig.id, contents: contents, limits: RoomLimits(), isUncertain: false,
      now: reloaded.now)
    #expect(reloaded.room.isFrozen)
    #expect(reloaded.room.applied == 3)
    #expect(reloaded.room.needsCheckpoint)
    let eve = Visitor(subject: "eve", name: "Eve", role: .participant)
    #expect(reloaded.room.admit(eve, board: "main")?.code == .removed)
    // Ann's client id is still hers.
    let fay2 = reloaded.join("fay", .facilitator)
    reloaded.update(Edit.insert("!", client: 1, clock: 3), from: fay2)
    #expect(reloaded.room.applied == 3)
  }

  @Test func theRoomsFileBringsBackBindingsAndRefusals() throws {
    let ann = rig.join("ann")
    rig.update(Edit.insert("abc", client: 1), from: ann)
    let fay = rig.joinOwn("fay", .facilitator)
    rig.command(#"{"id":1,"command":"freeze"}"#, from: fay)
    rig.update(Edit.insert("!", client: 1, clock: 3), from: ann)
    rig.command(#"{"id":2,"command":"unfreeze"}"#, from: fay)
    let made = rig.room.makeCheckpoint(now: rig.now)
    var stored = StoredRoom(room: RoomRig.id)
    stored.meta = made.meta
    stored.lastSequence = made.sequence
    for board in made.boards {
      let snapshot = StoredRoom.Snapshot(
        epoch: board.epoch, sequence: board.sequence,
        update: board.doc.integratedStateAsUpdate())
      if board.name == Room.stageName { stored.stage = snapshot } else {
        stored.boards[board.name] = snapshot
      }
    }
    let reloaded = RoomRig()
    reloaded.room = Room(
      id: RoomRig.id, contents: try RoomContents(decoding: stored, hubClient: 5),
      limits: RoomLimits(), isUncertain: false, now: reloaded.now)
    #expect(!reloaded.room.needsCheckpoint)
    let bob = reloaded.join("bob")
    reloaded.update(Edit.insert("?", client: 1, clock: 3), from: bob)  // not his id
    let annAgain = reloaded.join("ann")
    reloaded.send(.syncStep2(update: Edit.insert("abc!", client: 1)), from: annAgain)
    #expect(reloaded.room.applied == made.sequence)
  }
}
