public import CRDT
internal import Lib0
public import Storage
public import SyncProtocol

/// One prototype's room: its boards, its stage, and the sessions that are in it.
///
/// A value: no queue, no socket, no file, no clock. Every call takes an event and a moment and
/// appends what to do; the host does it. So a test is a list of calls and a list of effects.
///
/// The life of an update, in order:
/// ```
/// receive ─ decode ─ would it pend? ─ what does it touch? ─ may it? ─ apply ─ record ─┐
///                       │ ask again      │ nothing: done     │ refuse                 │
/// host: write the log, then ── endTurn ─ merge what waits ─ fanOut ◄──────────────────┘
/// host: log synced ────────── durable(through:) ─ saved
/// ```
///
/// - Isolation: on the queue of the room's home shard.
/// - Rule: sequence numbers, never flags. `applied` counts records; whatever is not yet durable or
///   not yet in a snapshot is a comparison of two numbers, so a save that races an edit loses
///   nothing.
public struct Room: Sendable {
  public let id: RoomID
  let limits: RoomLimits

  var boards: [String: BoardState] = [:]
  var sessions: [SessionID: Session] = [:]
  var meta: RoomMeta
  /// Room sequence number of the last record.
  public internal(set) var applied: UInt64
  /// Through here everything is on disk.
  public internal(set) var durable: UInt64
  /// Through here everything is in snapshots and history.
  public internal(set) var checkpointed: UInt64
  /// What came since the last checkpoint, for the history.
  var unarchived: [JournalRecord]
  var unarchivedBytes = 0
  var lastCheckpoint: Int64

  /// Peers may hold structs that the hub lost, because it did not end cleanly.
  let isUnclean: Bool
  /// Subjects that brought everything they had since then.
  var settled: Set<String> = []
  /// Somebody's request for what is missing waits for its interval.
  var asksPending = false
  var lastExpiry: Int64 = 0
  /// Edits are refused: the log cannot be written any more.
  public internal(set) var refusesWrites = false

  /// The name of the board that only the server writes.
  public static let stageName = "@stage"
  /// The board of a path that names none.
  public static let defaultBoard = "main"

  /// A room as `contents` has it.
  ///
  /// - Parameter isUnclean: The hub's last run did not end cleanly.
  public init(
    id: RoomID, contents: RoomContents, limits: RoomLimits, isUnclean: Bool, now: Moment
  ) {
    self.id = id
    self.limits = limits
    self.isUnclean = isUnclean
    meta = contents.meta
    applied = contents.sequence
    durable = contents.sequence
    checkpointed = contents.sequence - UInt64(contents.unarchived.count)
    unarchived = contents.unarchived
    unarchivedBytes = unarchived.reduce(0) { $0 + $1.payload.count }
    lastCheckpoint = now.monotonic
    for board in contents.boards {
      var state = BoardState(
        name: board.name, epoch: board.epoch, doc: board.doc, sequence: board.sequence,
        checkpointed: board.checkpointed)
      if let history = meta.refused[board.name] { state.refused = history }
      boards[board.name] = state
    }
    if boards[Self.stageName] == nil {
      boards[Self.stageName] = BoardState(
        name: Self.stageName, epoch: 1, doc: Doc(clientID: contents.hubClient), sequence: 0,
        checkpointed: 0)
    }
    hubClient = contents.hubClient
  }

  /// The Yjs client id that the hub writes the stage with, drawn anew each time a room is loaded.
  let hubClient: ClientID

  /// Nobody has ever written anything here.
  public var isBlank: Bool { applied == 0 }
  public var isEmpty: Bool { sessions.isEmpty }
  public var memberCount: Int { sessions.count }
  public var boardNames: [String] { boards.keys.filter { $0 != Self.stageName }.sorted() }

  /// Whether nobody may write but facilitators.
  public var isFrozen: Bool { stage.frozen }

  // MARK: coming and going

  /// May this visitor come in, and to this board? Asked before the upgrade is answered.
  public func admit(_ visitor: Visitor, board: String?) -> Refusal? {
    if meta.isRemoved(visitor.subject) { return .removed }
    if sessions.count >= limits.members {
      return Refusal(.memberLimit, "the room is full: \(limits.members) connections")
    }
    guard let board else { return nil }
    return admit(toBoard: board, visitor)
  }

  private func admit(toBoard board: String, _ visitor: Visitor) -> Refusal? {
    if boards[board] != nil { return nil }
    if board == Self.stageName { return nil }
    guard Slug(board) != nil else {
      return Refusal(.badName, "a board's id is 1 to 64 of a-z, 0-9, '-', '_'")
    }
    if boards.count > limits.boards {
      return Refusal(.boardLimit, "the room has \(limits.boards) boards already")
    }
    if !visitor.role.writes {
      return Refusal(.notHere, "there is no board '\(board)' in this room yet")
    }
    return nil
  }

  /// A stock client joins one board: the hub says first what it has, then who is there.
  public mutating func join(
    _ id: SessionID, _ visitor: Visitor, board: String, now: Moment, _ effects: inout [Effect]
  ) {
    sessions[id] = Session(id: id, visitor: visitor, dialect: .stock)
    follow(board, id, now: now, &effects)
  }

  /// A `jamboree.v1` client joins the room: hello first; it opens boards by itself.
  public mutating func join(
    _ id: SessionID, _ visitor: Visitor, now: Moment, _ effects: inout [Effect]
  ) {
    sessions[id] = Session(id: id, visitor: visitor, dialect: .jamboree)
    effects.append(.control(hello(for: visitor), to: id))
  }

  /// Adds the session to the board's audience and sends step 1 and presence.
  mutating func follow(
    _ board: String, _ id: SessionID, now: Moment, _ effects: inout [Effect]
  ) {
    guard let dialect = sessions[id]?.dialect else { return }
    if boards[board] == nil {
      boards[board] = BoardState(
        name: board, epoch: 1, doc: Doc(clientID: hubClient), sequence: 0, checkpointed: 0)
    }
    sessions[id]?.memberships[board] = Membership()
    boards[board]?.audience.insert(id, dialect)
    guard let state = boards[board] else { return }
    let vector = state.doc.stateVector.encoded()
    effects.append(.send(.syncStep1(stateVector: vector), board: board, to: id))
    if let presence = state.presence.everything() {
      effects.append(.send(.awareness(presence), board: board, to: id))
    }
  }

  /// A connection ended, whatever the reason.
  public mutating func leave(_ id: SessionID) {
    guard let session = sessions.removeValue(forKey: id) else { return }
    for board in session.memberships.keys {
      boards[board]?.audience.remove(id)
      boards[board]?.presence.remove(session: id)
    }
  }

  // MARK: messages

  /// One message of a session for one board. `board` is nil for stock clients: they have one.
  public mutating func receive(
    _ message: ClientMessage, board name: String?, from id: SessionID, now: Moment,
    _ effects: inout [Effect]
  ) {
    guard let session = sessions[id] else { return }
    if case .open(let epoch) = message {
      open(name ?? "", knowing: epoch, id, now: now, &effects)
      return
    }
    guard let board = name ?? session.memberships.keys.first, session.memberships[board] != nil
    else {
      let refusal = Refusal(.notHere, "open the board before you send to it")
      refuseControl(refusal, to: id, &effects)
      return
    }
    switch message {
    case .syncStep1(let vector): answer(vector, board, id, now: now, &effects)
    case .syncStep2(let bytes): take(bytes, as: .step2, board, id, now: now, &effects)
    case .update(let bytes): take(bytes, as: .live, board, id, now: now, &effects)
    case .awareness(let entries): takePresence(entries, board, id, now: now)
    case .queryAwareness:
      if let presence = boards[board]?.presence.everything() {
        effects.append(.send(.awareness(presence), board: board, to: id))
      }
    case .auth, .open: break
    }
  }

  private mutating func open(
    _ board: String, knowing epoch: UInt64, _ id: SessionID, now: Moment,
    _ effects: inout [Effect]
  ) {
    guard let session = sessions[id], session.dialect == .jamboree else { return }
    if let refusal = admit(toBoard: board, session.visitor) {
      refuseControl(refusal, to: id, &effects)
      return
    }
    leaveBoard(board, id)
    let current = boards[board]?.epoch ?? 1
    effects.append(.send(.opened(epoch: current), board: board, to: id))
    follow(board, id, now: now, &effects)
  }

  private mutating func leaveBoard(_ board: String, _ id: SessionID) {
    guard sessions[id]?.memberships.removeValue(forKey: board) != nil else { return }
    boards[board]?.audience.remove(id)
    boards[board]?.presence.remove(session: id)
  }

  private mutating func answer(
    _ vector: [UInt8], _ board: String, _ id: SessionID, now: Moment, _ effects: inout [Effect]
  ) {
    guard let decoded = try? StateVector(decoding: vector.span) else {
      closeForMalformed("state vector in sync step 1", id, &effects)
      return
    }
    for message in boards[board]?.answer(to: decoded, now: now.monotonic) ?? [] {
      effects.append(.send(message, board: board, to: id))
    }
  }

  func closeForMalformed(_ what: String, _ id: SessionID, _ effects: inout [Effect]) {
    effects.append(.close(id, code: 4400, reason: "malformed: \(what)"))
  }
}
