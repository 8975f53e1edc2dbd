internal import CRDT
internal import Lib0
public import Storage
public import SyncProtocol

/// One prototype's room: its boards, its stage, and the sessions that are in it.
///
/// No queue, no socket, no file, no clock: every call takes an event and a moment and appends what
/// to do; the host does it. So a test is a list of calls and a list of effects.
///
/// The life of an update, in order:
/// ```
/// receive ─ decode ─ would it pend? ─ what does it touch? ─ may it? ─ apply ─ record ─┐
///                       │ ask again      │ nothing: done     │ refuse                 │
/// host: write the log, then ── endTurn ─ merge what waits ─ fanOut ◄──────────────────┘
/// host: log synced ────────── becameDurable ─ saved
/// ```
///
/// A class, not a value like the parsers: documents are copy-on-write values, and one stray copy of
/// a room would make the next edit copy all of its boards.
///
/// - Isolation: on the queue of the room's home shard.
/// - Rule: sequence numbers, never flags. `applied` counts records; whatever is not yet durable or
///   not yet in a snapshot is a comparison of two numbers, so a save that races an edit loses
///   nothing.
public final class Room {
  public let id: RoomID
  let limits: RoomLimits

  var boards: [String: BoardState] = [:]
  let stageBoard: BoardState
  var sessions: [SessionID: Session] = [:]
  /// Which document's own client id is whose, while its session is here.
  var claims: [ClientID: Claim] = [:]
  var meta: RoomMeta
  /// By subject, in the freeze that is or was last.
  var restored: [String: RestoredBytes] = [:]
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
  /// One at a time: until the host reports back there is none due.
  public internal(set) var isCheckpointing = false
  var lastExpiry: Int64 = 0
  /// Memberships whose request for what is missing waits for its interval.
  var asksPending = false

  /// The Yjs client id that the hub writes the stage with, drawn anew each time a room is loaded.
  let hubClient: ClientID
  /// Peers may hold structs that the hub lost: it did not end cleanly, or files were damaged.
  let isUncertain: Bool
  /// What came back since then. The host keeps it while the room is closed.
  public var settled = SettledClients()
  /// Edits are refused: the log cannot be written any more.
  public internal(set) var refusesWrites = false
  /// What is recorded also reaches the disk.
  var isSaving = true

  /// The name of the board that only the server writes.
  public static let stageName = "@stage"
  /// The board of a path that names none.
  public static let defaultBoard = "main"

  /// A room as `contents` has it.
  ///
  /// - Parameters:
  ///   - isUncertain: The hub did not end cleanly some time in the last days.
  ///   - isReview: It was made for watching a recorded session.
  public init(
    id: RoomID, contents: RoomContents, limits: RoomLimits, isUncertain: Bool,
    isReview: Bool = false, now: Moment
  ) {
    self.id = id
    self.limits = limits
    self.isUncertain = isUncertain || contents.isDamaged
    hubClient = contents.hubClient
    meta = contents.meta
    if isReview { meta.isReview = true }
    applied = contents.sequence
    durable = contents.sequence
    unarchived = contents.unarchived
    unarchivedBytes = contents.unarchived.reduce(0) { $0 + $1.cost }
    checkpointed = contents.unarchived.first.map { $0.sequence - 1 } ?? contents.sequence
    lastCheckpoint = now.monotonic
    var boards: [String: BoardState] = [:]
    for board in contents.boards {
      let state = BoardState(
        name: board.name, creator: board.creator, epoch: board.epoch, doc: board.doc,
        sequence: board.sequence, checkpointed: board.checkpointed)
      state.waiting = board.waiting
      if let history = meta.refused[board.name] { state.refused = history }
      boards[board.name] = state
    }
    stageBoard = boards[Self.stageName] ?? .empty(Self.stageName, hubClient)
    boards[Self.stageName] = stageBoard
    isFrozen = Stage(stageBoard.doc).frozen
    self.boards = boards
  }

  /// Nobody has ever written anything here.
  public var isBlank: Bool { applied == 0 }
  public var isEmpty: Bool { sessions.isEmpty }
  /// Somebody has written here, or is here and performs nothing.
  private var isInUse: Bool {
    !isBlank || sessions.values.contains { !$0.visitor.replays }
  }
  /// Recorded sessions are performed here, and nobody else writes (`Room+Review.swift`).
  public var isReview: Bool { meta.isReview }
  /// Time of the newest record that the history does not have yet, in microseconds since 1970.
  public var lastRecordTime: Int64? { unarchived.last?.time }
  /// Whether nobody may write but facilitators: what the stage says, read once a change.
  public internal(set) var isFrozen: Bool

  // MARK: coming and going

  /// Who a session is, and which boards it follows; `nil` once it has left.
  public func whereabouts(of id: SessionID) -> (subject: String, boards: [String])? {
    sessions[id].map { ($0.visitor.subject, $0.memberships.map(\.board.name)) }
  }

  /// May this visitor come in, and to this board? Asked before the upgrade is answered.
  ///
  /// - Parameter isForWork: Somebody made the room by a title, and not for reviews.
  public func admit(_ visitor: Visitor, board: String?, isForWork: Bool = false) -> Refusal? {
    if meta.isRemoved(visitor.subject) { return .removed }
    if visitor.replays, !isReview, isForWork || isInUse { return .notReview }
    if sessions.count >= limits.members {
      return Refusal(.memberLimit, "the room is full: \(limits.members) connections")
    }
    return board.flatMap { admit(toBoard: $0, visitor) }
  }

  private func admit(toBoard board: String, _ visitor: Visitor) -> Refusal? {
    if boards[board] != nil { return nil }
    guard Slug(board) != nil else {
      return Refusal(.badName, "a board's id is 1 to 64 of a-z, 0-9, '-', '_'")
    }
    // Everybody's board has always place, also for who looks before anybody has written there.
    if board == Self.defaultBoard { return nil }
    if !visitor.role.writes {
      return Refusal(.notHere, "there is no board '\(board)' in this room yet")
    }
    // Boards stay, so nobody alone takes them all.
    let isTrusted = visitor.role.moderates || visitor.replays
    let most = limits.boards + (isTrusted ? RoomLimits.boardsKept : 0)
    if boards.count > most {
      return Refusal(.boardLimit, "the room has \(boards.count - 1) boards already")
    }
    let own = boards.values.count { $0.creator == visitor.subject }
    if !isTrusted, own >= (limits.boards + 1) / 2 {
      return Refusal(.boardLimit, "\(own) boards of this room are yours already")
    }
    return nil
  }

  /// A stock client joins one board: the hub says first what it has, then who is there.
  public func join(
    _ id: SessionID, _ visitor: Visitor, board: String, _ effects: inout [Effect]
  ) {
    let session = Session(id: id, visitor: visitor, dialect: .stock)
    sessions[id] = session
    follow(board, session, &effects)
  }

  /// A `jamboree.v1` client joins the room: hello first; it opens boards by itself.
  public func join(_ id: SessionID, _ visitor: Visitor, _ effects: inout [Effect]) {
    sessions[id] = Session(id: id, visitor: visitor, dialect: .jamboree)
    effects.append(.control(hello(for: visitor), to: id))
  }

  /// Adds the session to the board's audience and sends step 1 and presence.
  private func follow(_ name: String, _ session: Session, _ effects: inout [Effect]) {
    let board = boards[name] ?? .empty(name, hubClient, by: session.visitor.subject)
    if boards[name] == nil, let refused = meta.refused[name] { board.refused = refused }
    boards[name] = board
    session.follow(board)
    let vector = board.doc.encodedStateVector()
    effects.append(.send(.syncStep1(stateVector: vector), board: name, to: session.id))
    if let presence = board.presence.everything() {
      effects.append(.send(.awareness(presence), board: name, to: session.id))
    }
  }

  /// A connection ended, whatever the reason.
  public func leave(_ id: SessionID) {
    guard let session = sessions.removeValue(forKey: id) else { return }
    for membership in session.memberships { leave(membership, session) }
  }

  private func leave(_ membership: Membership, _ session: Session) {
    dropClaims(of: membership)
    session.leave(membership)
    // A board that nobody wrote to and nobody follows was only a name in somebody's link.
    let board = membership.board
    if board.sequence == 0, board.followers == 0, board !== stageBoard {
      boards[board.name] = nil
    }
  }

  // MARK: messages

  /// One message of a session for one board. `board` is nil for stock clients: they have one.
  public func receive(
    _ message: ClientMessage, board name: String?, from id: SessionID, now: Moment,
    _ effects: inout [Effect]
  ) {
    guard let session = sessions[id] else { return }
    if case .open = message {
      open(name ?? "", session, &effects)
      return
    }
    guard let membership = session.membership(name) else {
      let refusal = Refusal(.notHere, "open the board before you send to it")
      effects.append(.control(ControlMessage.error(refusal, board: name), to: id))
      return
    }
    switch message {
    case .syncStep1(let vector): answer(vector, membership, session, now: now, &effects)
    case .syncStep2(let bytes): take(bytes, as: .step2, membership, session, now: now, &effects)
    case .update(let bytes): take(bytes, as: .live, membership, session, now: now, &effects)
    case .awareness(let entries):
      takePresence(entries, membership, session, now: now, &effects)
    case .queryAwareness:
      if let presence = membership.board.presence.everything() {
        effects.append(.send(.awareness(presence), board: membership.board.name, to: id))
      }
    case .auth, .open: break
    }
  }

  private func open(_ name: String, _ session: Session, _ effects: inout [Effect]) {
    if let refusal = admit(toBoard: name, session.visitor) {
      effects.append(.control(ControlMessage.error(refusal, board: name), to: session.id))
      let told = [
        "board": name, "sub": session.visitor.subject, "code": refusal.code.rawValue,
        "reason": refusal.reason,
      ]
      effects.append(.log("refused a board", told))
      return
    }
    if let open = session.membership(name) { leave(open, session) }
    let epoch = boards[name]?.epoch ?? 1
    effects.append(.send(.opened(epoch: epoch), board: name, to: session.id))
    follow(name, session, &effects)
  }

  private func answer(
    _ vector: [UInt8], _ membership: Membership, _ session: Session, now: Moment,
    _ effects: inout [Effect]
  ) {
    let decoded: StateVector
    do { decoded = try StateVector(decoding: vector.span) } catch {
      closeForMalformed("state vector: \(error)", session, &effects)
      return
    }
    for message in membership.board.answer(to: decoded, now: now.monotonic) {
      effects.append(.send(message, board: membership.board.name, to: session.id))
    }
  }

  /// Whether others get the same array, so that one frame serves all of them.
  public func shares(_ message: ServerMessage, on board: String) -> Bool {
    switch message {
    case .syncStep2(let update): boards[board]?.isBase(update) ?? false
    case .awareness(let presence): boards[board]?.presence.isWhole(presence) ?? false
    default: false
    }
  }

  func closeForMalformed(_ what: String, _ session: Session, _ effects: inout [Effect]) {
    effects.append(.close(session.id, code: 4400, reason: "malformed \(what)"))
  }
}

extension JournalRecord {
  /// Roughly what it takes in memory and in the history, in bytes.
  var cost: Int { payload.count + 64 }
}
