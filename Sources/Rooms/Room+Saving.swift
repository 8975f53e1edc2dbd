public import CRDT
public import Storage
internal import SyncProtocol

/// What a checkpoint writes: copies, so that it is encoded beside the live path.
public struct RoomCheckpoint: Sendable {
  public struct Board: Sendable {
    public var name: String
    public var epoch: UInt64
    public var sequence: UInt64
    /// A copy of the document; copying shares its arrays until the room changes them.
    public var doc: Doc
    /// What waits for lost content: it belongs to the snapshot, and shows once that is back.
    public var waiting: Update?

    /// The snapshot's update, v1.
    public func encoded() -> [UInt8] {
      let shown = doc.integratedStateAsUpdate()
      guard let waiting, let decoded = try? Update(v1: shown) else { return shown }
      return Update.merging([decoded, waiting]).encodedV1()
    }
  }
  public var room: RoomID
  /// For the history, in order.
  public var records: [JournalRecord]
  /// Boards that changed since their snapshot; the stage among them under `Room.stageName`.
  public var boards: [Board]
  /// The room's file.
  public var meta: [UInt8]
  /// Everything through here is covered.
  public var sequence: UInt64
}

extension Room {
  /// Nanoseconds after which changes are archived even if they are few.
  static let checkpointInterval: Int64 = 30_000_000_000
  /// Bytes of records after which they are archived at once; more for big boards, whose snapshots
  /// cost as much as they are long.
  static let checkpointBytes = 1 << 20
  static let checkpointBytesMax = 16 << 20

  // MARK: durability

  /// Everything through `sequence` is on disk.
  public func becameDurable(through sequence: UInt64, _ effects: inout [Effect]) {
    guard sequence > durable else { return }
    durable = sequence
    for session in sessions.values where session.dialect == .jamboree {
      for membership in session.memberships { announceSaved(membership, session, &effects) }
    }
  }

  func announceSaved(
    _ membership: Membership, _ session: Session, _ effects: inout [Effect]
  ) {
    guard let count = membership.ledger.advance(durable: durable) else { return }
    let board = membership.board
    effects.append(
      .send(.saved(epoch: board.epoch, count: count), board: board.name, to: session.id))
  }

  /// The log can not be written (`reason`), or can be again (nil). Our clients are told.
  public func savingChanged(
    trouble reason: String?, refusesWrites: Bool, _ effects: inout [Effect]
  ) {
    self.refusesWrites = refusesWrites
    isSaving = reason == nil && !refusesWrites
    let listeners = sessions.values.filter(\.hearsControl).map(\.id)
    guard !listeners.isEmpty else { return }
    effects.append(.announce(ControlMessage.saving(trouble: reason), to: listeners))
  }

  // MARK: checkpoints

  /// Bytes of records that wait in memory for the next checkpoint or for the one under way.
  public var unarchivedByteCount: Int { unarchivedBytes }

  /// Roughly the bytes of all documents when they are encoded.
  var encodedByteCount: Int { boards.values.reduce(0) { $0 + $1.doc.approximateByteCount } }

  /// Roughly the memory that all documents take, in bytes.
  public var memoryByteCount: Int { boards.values.reduce(0) { $0 + $1.doc.memoryByteCount } }

  /// Whether anything is not yet in snapshots and history.
  public var needsCheckpoint: Bool { applied > checkpointed }

  /// Whether that should be written now although people are still here.
  public func isCheckpointDue(now: Moment) -> Bool {
    guard needsCheckpoint, !isCheckpointing else { return false }
    if now.monotonic - lastCheckpoint >= Self.checkpointInterval { return true }
    guard unarchivedBytes >= Self.checkpointBytes else { return false }
    return unarchivedBytes >= min(encodedByteCount, Self.checkpointBytesMax)
  }

  /// What to write now. The host reports with `checkpointed(through:)` or `checkpointFailed()`.
  public func makeCheckpoint(now: Moment) -> RoomCheckpoint {
    lastCheckpoint = now.monotonic
    isCheckpointing = true
    let changed = boards.values.filter { $0.sequence > $0.checkpointed }
    meta.boards = boards.values.filter { $0.sequence > 0 && $0 !== stageBoard }.map(\.name)
    meta.hasStage = stageBoard.sequence > 0
    meta.creators = boards.compactMapValues { $0.sequence > 0 ? $0.creator : nil }
    return RoomCheckpoint(
      room: id, records: unarchived,
      boards: changed.map {
        .init(
          name: $0.name, epoch: $0.epoch, sequence: $0.sequence, doc: $0.doc, waiting: $0.waiting)
      },
      meta: meta.encoded(), sequence: applied)
  }

  /// The checkpoint could not be written; all of it is still to be saved.
  public func checkpointFailed() { isCheckpointing = false }

  /// The checkpoint is on disk.
  public func checkpointed(through sequence: UInt64) {
    isCheckpointing = false
    checkpointed = max(checkpointed, sequence)
    unarchived.removeAll { $0.sequence <= sequence }
    unarchivedBytes = unarchived.reduce(0) { $0 + $1.cost }
    for board in boards.values {
      board.checkpointed = max(board.checkpointed, min(board.sequence, sequence))
    }
  }
}
