import CRDT
@testable import Rooms
import Storage
import SyncProtocol
import Testing

@Suite("Room: review")
struct ReviewTests {
  private static let stage = Visitor(
    subject: "replay", name: "Replay", role: .bot, replays: true)

  /// A room in which nobody has written, with the performance in it.
  private func performed() -> (rig: RoomRig, performer: SessionID) {
    let rig = RoomRig()
    return (rig, join(rig, 900))
  }

  private func join(_ rig: RoomRig, _ number: UInt64) -> SessionID {
    let id = SessionID(rawValue: number)
    rig.room.noteReplay(by: Self.stage, now: rig.now, &rig.effects)
    rig.room.join(id, Self.stage, &rig.effects)
    rig.send(.open(epoch: 0), from: id, board: "main")
    return id
  }

  private func codes(_ rig: RoomRig, to id: SessionID) -> [String] {
    rig.takeMessages(to: id).compactMap {
      if case .reject(_, let code, _) = $0 { code } else { nil }
    }
  }

  @Test func aRoomThatAPerformanceBeginsIsAReviewRoomAlsoAfterARestart() throws {
    let (rig, _) = performed()
    #expect(rig.room.isReview && rig.records.map(\.kind) == [.control])
    let next = try rig.reloaded()
    #expect(next.room.isReview && next.room.admit(Self.stage, board: nil) == nil)
    var stored = StoredRoom(room: RoomRig.id)
    stored.meta = next.room.makeCheckpoint(now: next.now).meta
    let contents = try RoomContents(decoding: stored, hubClient: 6)
    #expect(contents.meta.isReview)
  }

  @Test func aRoomInWhichPeopleWorkTakesNoPerformance() {
    let rig = RoomRig()
    rig.update(Edit.insert("a", client: 1), from: rig.join("ann"))
    rig.room.noteReplay(by: Self.stage, now: rig.now, &rig.effects)
    #expect(!rig.room.isReview)
    #expect(rig.room.admit(Self.stage, board: nil)?.code == .notReview)
  }

  @Test func aRoomInWhichSomebodySitsOrThatWasMadeForWorkTakesNoPerformance() {
    let rig = RoomRig()
    let ann = rig.join("ann")
    #expect(rig.room.admit(Self.stage, board: nil)?.code == .notReview)
    rig.room.leave(ann)
    #expect(rig.room.admit(Self.stage, board: nil) == nil)
    #expect(rig.room.admit(Self.stage, board: nil, isForWork: true)?.code == .notReview)
    // Once it has begun everybody may be there, and the performance may come back.
    let performer = join(rig, 900)
    _ = rig.join("ann")
    #expect(rig.room.admit(Self.stage, board: nil) == nil)
    rig.room.leave(performer)
    #expect(rig.room.admit(Self.stage, board: nil) == nil)
  }

  @Test func aRoomThatWasMadeForReviewsTakesOneAtAnyTime() {
    let rig = RoomRig()
    rig.room = Room(
      id: RoomRig.id, contents: RoomContents(hubClient: 5), limits: RoomLimits(),
      isUncertain: false, isReview: true, now: rig.now)
    let viewer = Visitor(subject: "vic", name: "vic", role: .viewer)
    #expect(rig.room.admit(viewer, board: "main") == nil, "who waits for it to begin")
    #expect(rig.room.admit(Self.stage, board: nil) == nil)
    rig.update(Edit.insert("a", client: 1), from: join(rig, 7), board: "main")
    #expect(rig.edits == 1)
  }

  @Test(arguments: [Role.participant, .bot, .facilitator])
  func nobodyElseWrites(role: Role) {
    let (rig, performer) = performed()
    rig.update(Edit.insert("a", client: 1), from: performer, board: "main")
    let own = rig.joinOwn("ann", role), stock = rig.join("bob", role)
    _ = rig.take()
    rig.update(Edit.insert("x", client: 2), from: own, board: "main")
    #expect(codes(rig, to: own) == ["review"])
    rig.update(Edit.insert("y", client: 3), from: stock)
    rig.send(.syncStep2(update: Edit.insert("z", client: 4)), from: stock)
    rig.update(Edit.delete(client: 1, clock: 0, length: 1), from: stock)
    #expect(rig.takeMessages(to: stock).filter(\.isDenial).count == 1)
    #expect(rig.edits == 1)
  }

  @Test func aPerformanceWritesUnderEverybodysIdsAndAsManyAsThereWere() {
    let (rig, performer) = performed()
    for client: UInt64 in 1...40 {
      rig.update(Edit.insert("a", client: client), from: performer, board: "main")
    }
    let again = SessionID(rawValue: 901)
    let other = Visitor(subject: "other", name: "o", role: .bot, replays: true)
    rig.room.join(again, other, &rig.effects)
    rig.send(.open(epoch: 0), from: again, board: "main")
    rig.update(Edit.insert("b", client: 7, clock: 1), from: again, board: "main")
    #expect(rig.edits == 41)
  }

  @Test func neitherAFreezeNorTodaysSchemaStopsIt() {
    let (rig, performer) = performed()
    let chair = rig.joinOwn("fay", .facilitator)
    rig.command(#"{"id":1,"command":"freeze"}"#, from: chair)
    #expect(rig.room.isFrozen)
    rig.update(Edit.set("kind", to: 99, client: 8), from: performer, board: "main")
    #expect(rig.edits == 1)
    #expect(codes(rig, to: performer).isEmpty)
  }

  @Test func theHubsOwnIdStaysItsOwn() {
    let (rig, performer) = performed()
    _ = rig.take()
    rig.update(Edit.insert("a", client: 4_000_000_000), from: performer, board: "main")
    #expect(codes(rig, to: performer) == ["foreign-client"])
  }
}
