import CRDT
import Lib0
@testable import Rooms
import Storage
import SyncProtocol
import TestSupport

/// A room with a clock and a record of what it asked for: tests read like a protocol of a meeting.
final class RoomRig {
  var room: Room
  var now = Moment(monotonic: 1_000_000_000_000, wall: 1_700_000_000_000_000)
  var effects: [Effect] = []
  private var taken: [Effect] = []
  private var nextSession: UInt64 = 0

  static let id = RoomID(jam: Slug("demo")!, prototype: Slug("radio")!)

  init(isUncertain: Bool = false, limits: RoomLimits = RoomLimits()) {
    room = Room(
      id: Self.id, contents: RoomContents(hubClient: 4_000_000_000), limits: limits,
      isUncertain: isUncertain, now: now)
  }

  func join(
    _ subject: String, _ role: Role = .participant, board: String = "main"
  ) -> SessionID {
    nextSession += 1
    let id = SessionID(rawValue: nextSession)
    room.join(id, Visitor(subject: subject, name: subject, role: role), board: board, &effects)
    return id
  }

  /// A stock session that has had its take-backs: what it does in a freeze is refused whole.
  func joinSpent(_ subject: String, board: String = "main") -> SessionID {
    let id = join(subject, board: board)
    for membership in room.sessions[id]?.memberships ?? [] {
      var time = now.monotonic
      while membership.takeBacks.mayHaveOneMore(now: time) { time += TakeBackCount.once }
    }
    return id
  }

  /// A `jamboree.v1` session that has opened `board`.
  func joinOwn(
    _ subject: String, _ role: Role = .participant, board: String = "main"
  ) -> SessionID {
    nextSession += 1
    let id = SessionID(rawValue: nextSession)
    room.join(id, Visitor(subject: subject, name: subject, role: role), &effects)
    room.receive(.open(epoch: 0), board: board, from: id, now: now, &effects)
    return id
  }

  func send(_ message: ClientMessage, from id: SessionID, board: String? = nil) {
    room.receive(message, board: board, from: id, now: now, &effects)
  }

  func update(_ bytes: [UInt8], from id: SessionID, board: String? = nil) {
    send(.update(bytes), from: id, board: board)
  }

  func command(_ text: String, from id: SessionID) {
    room.command(Array(text.utf8), from: id, now: now, &effects)
  }

  func endTurn() { room.endTurn(now: now, &effects) }

  func advance(milliseconds: Int64) {
    now.monotonic += milliseconds * 1_000_000
    now.wall += milliseconds * 1_000
    room.wake(now: now, &effects)
  }

  /// The room as it is found after the hub has ended, with what was recorded.
  func reloaded(isUncertain: Bool = false, damage: [Damage] = []) throws -> RoomRig {
    var stored = StoredRoom(room: Self.id)
    stored.tail = records
    stored.lastSequence = room.applied
    stored.damage = damage
    let next = RoomRig()
    next.now = now
    next.room = Room(
      id: Self.id, contents: try RoomContents(decoding: stored, hubClient: 5),
      limits: RoomLimits(), isUncertain: isUncertain, now: now)
    return next
  }

  /// What was asked for since the last call.
  func take() -> [Effect] {
    defer { effects = [] }
    taken += effects
    return effects
  }

  /// Everything that was recorded so far.
  var records: [JournalRecord] {
    (taken + effects).compactMap { if case .record(let record) = $0 { record } else { nil } }
  }

  /// How many updates of boards were taken.
  var edits: Int { records.count { $0.kind == .update || $0.kind == .syncReply } }

  func takeMessages(to id: SessionID) -> [ServerMessage] {
    take().flatMap { effect -> [ServerMessage] in
      switch effect {
      case .send(let message, _, let target) where target == id: return [message]
      case .fanOut(let message, _, let audience, _, _)
      where audience.stock.contains(id) || audience.own.contains(id):
        return [message]
      default: return []
      }
    }
  }

  func takeControl(to id: SessionID) -> [String] {
    take().compactMap { effect in
      if case .control(let text, let target) = effect, target == id { text } else { nil }
    }
  }
}

extension Effect {
  var isRecord: Bool { if case .record = self { true } else { false } }
  var isFanOut: Bool { if case .fanOut = self { true } else { false } }
}

extension ServerMessage {
  var isStep1: Bool { if case .syncStep1 = self { true } else { false } }
  var isDenial: Bool { if case .permissionDenied = self { true } else { false } }
}

/// Hand-made updates: text inserted into the root "t".
enum Edit {
  /// `text` by `client` at `clock`, behind `origin` (the same client's clock before, if not given).
  static func insert(
    _ text: String, client: UInt64, clock: UInt64 = 0, origin: (UInt64, UInt64)? = nil
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.varUInt(1)
    writer.varUInt(1)
    writer.varUInt(client)
    writer.varUInt(clock)
    let left = origin ?? (clock > 0 ? (client, clock - 1) : nil)
    if let left {
      writer.byte(0x84)
      writer.varUInt(left.0)
      writer.varUInt(left.1)
    } else {
      writer.byte(0x04)
      writer.varUInt(1)
      writer.string("t")
    }
    writer.string(text)
    writer.varUInt(0)
    return writer.bytes
  }

  /// A shape with one key, under the root "shapes"; from clock 2 on another value of that key.
  static func set(
    _ key: String, to value: Double, client: UInt64, clock: UInt64 = 0
  ) -> [UInt8] {
    var doc = Doc(clientID: client)
    _ = doc.transact { edit in
      let shape = edit.set("s", toNew: .map, in: edit.root("shapes"))
      edit.set(key, to: .number(clock == 0 ? value : 1), in: shape)
    }
    guard clock > 0 else { return doc.encodeStateAsUpdate() }
    return doc.transact { edit in
      let shapes = edit.root("shapes")
      guard case .type(let shape, _) = edit.document.value(of: shapes, key: "s") else { return }
      edit.set(key, to: .number(value), in: shape)
    } ?? []
  }

  /// A value between two neighbours, as no editor writes it where they are in different lists.
  static func between(
    _ left: (UInt64, UInt64), _ right: (UInt64, UInt64), client: UInt64
  ) -> [UInt8] {
    var writer = ByteWriter()
    for value in [1, 1, client, 0] as [UInt64] { writer.varUInt(value) }
    writer.byte(0xc8)
    for value in [left.0, left.1, right.0, right.1] { writer.varUInt(value) }
    writer.raw([1, 0x7d, 7, 0])
    return writer.bytes
  }

  static func delete(client: UInt64, clock: UInt64, length: UInt64) -> [UInt8] {
    var writer = ByteWriter()
    for value in [0, 1, client, 1, clock, length] as [UInt64] { writer.varUInt(value) }
    return writer.bytes
  }
}
