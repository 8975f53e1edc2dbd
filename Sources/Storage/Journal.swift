internal import Dispatch
import Synchronization

/// How a journal is doing.
public enum JournalState: Equatable, Sendable {
  /// Records are written and synced.
  case saving
  /// The disk takes no more. Records wait in memory, and the write is tried again about once a
  /// second; saving resumes by itself.
  case notSaved(reason: String)
  /// An fsync failed, or the log's file was removed. `append` refuses until `resume` succeeds.
  case failed(reason: String)
}

/// What a journal tells its owner.
public enum JournalEvent: Equatable, Sendable {
  /// Everything appended up to this position is on disk.
  case durable(position: UInt64)
  case state(JournalState)
  /// The log gets long: checkpoint these rooms, oldest records first, so that segments can go.
  case checkpointWanted([RoomID])
}

/// The write-ahead log of one shard.
///
/// ```
/// append … append │ flush: one write │ gather ≤ 40 ms or 64 KiB │ fdatasync │ .durable(position)
///                 └ before frames leave                          └ on the journal's own queue
/// ```
///
/// Commits never overlap; what is written meanwhile is in the next one. So under load the group
/// grows with the time that a sync takes, and the position only advances behind a sync that
/// began after those records were written.
///
/// - Isolation: safe from every thread (a lock, uncontended but for an instant a commit); order
///   is that of the calls, so a shard calls it from its own queue.
/// - Limits: `StoreOptions.pendingBytesLimit` of records in memory, or one record if that is more.
/// - Source: Protocol/storage.md §2, §3, §9.
public final class Journal: Sendable {
  public typealias Deliver = @Sendable (JournalEvent) -> Void

  public let shard: Int
  let options: StoreOptions
  let wal: Directory
  let ledger: SegmentLedger
  let numbers: SegmentNumbers
  /// Called after segments were sealed or covered, to remove what nobody needs.
  let removeSegments: @Sendable () -> Void
  /// Everything that waits for the disk: syncs, new segments, retries. Events leave from here, so
  /// they arrive in order.
  let queue: DispatchQueue
  let state: Mutex<State>

  struct State {
    var buffer: [UInt8] = []
    var segment: LogSegment
    var next: LogSegment?
    var unsyncedFiles: [File] = []  // sealed since the last commit began
    var appended: UInt64 = 0
    var written: UInt64 = 0
    var durable: UInt64 = 0
    var unsyncedBytes = 0
    var firstUnsynced: UInt64 = 0  // monotonic nanoseconds
    var isSyncing = false
    var isGathering = false
    var isClosed = false
    var status = JournalState.saving
    var deliver: Deliver?
  }

  init(
    shard: Int, wal: Directory, ledger: SegmentLedger, numbers: SegmentNumbers,
    options: StoreOptions, removeSegments: @escaping @Sendable () -> Void
  ) throws(StorageError) {
    self.shard = shard
    self.options = options
    self.wal = wal
    self.ledger = ledger
    self.numbers = numbers
    self.removeSegments = removeSegments
    queue = DispatchQueue(label: "jamboree.journal.\(shard)")
    let name = SegmentName(shard: shard, number: numbers.take())
    state = Mutex(State(segment: try LogSegment.create(name, in: wal)))
  }

  /// Sets who hears of events. `deliver` runs on the journal's queue and must not block: hop to
  /// the shard in it.
  public func attach(_ deliver: @escaping Deliver) { state.withLock { $0.deliver = deliver } }

  /// How saving goes right now.
  public var status: JournalState { state.withLock { $0.status } }

  /// Position of the newest record appended, and of the newest that is on disk.
  public var positions: (appended: UInt64, durable: UInt64) {
    state.withLock { ($0.appended, $0.durable) }
  }

  /// Buffers a record for the next `flush` and returns its position: 1 for the first of this
  /// journal since the store was opened, then counting.
  ///
  /// Writes first where the record would bring what waits above the memory limit, so a long turn
  /// is no trouble for a disk that works.
  ///
  /// - Throws: `tooLarge`, `backlogFull` (the disk takes none and the memory limit is reached),
  ///   `failed`, `closed`. Nothing was kept then; the record's sequence may be used again. If the
  ///   room goes on without, the log has a gap there: `durable` of later positions says nothing of
  ///   the refused record, only a checkpoint through it makes it durable.
  @discardableResult
  public func append(_ record: JournalRecord) throws(StorageError) -> UInt64 {
    guard record.fitsLimits else {
      throw .tooLarge(
        what: "journal record", bytes: record.payload.count, limit: JournalRecord.payloadLimit)
    }
    return try state.withLock { state throws(StorageError) in
      if state.isClosed { throw .closed }
      if case .failed(let reason) = state.status { throw .failed(reason: reason) }
      // It only gets there while no next segment can be made; a start would refuse a longer one.
      guard state.segment.offset + state.buffer.count < LogSegment.byteLimit else {
        throw .backlogFull(bytes: state.buffer.count)
      }
      if !state.hasRoom(for: record, options.pendingBytesLimit) {
        // The limit is on what the disk does not take, not on what a turn brings.
        if state.status == .saving { write(&state) }
        guard state.hasRoom(for: record, options.pendingBytesLimit) else {
          throw .backlogFull(bytes: state.buffer.count)
        }
      }
      record.encode(to: &state.buffer, seed: state.segment.seed)
      state.segment.note(record.room, record.sequence)
      state.appended += 1
      return state.appended
    }
  }

  /// Writes what was appended, in one call. To be called before the frames of the turn leave.
  ///
  /// Where the disk refuses, the records stay in memory, `.notSaved` is reported and the write is
  /// repeated; frames may leave all the same.
  public func flush() {
    state.withLock { state in
      guard !state.buffer.isEmpty, state.status == .saving, !state.isClosed else { return }
      write(&state)
    }
  }
}

/// Numbers of segments: never used twice, over all shards.
final class SegmentNumbers: Sendable {
  private let next: Atomic<UInt64>
  init(after last: UInt64) { next = Atomic(last + 1) }
  func take() -> UInt64 { next.wrappingAdd(1, ordering: .relaxed).oldValue }
  /// The highest that anybody took, now or before.
  var last: UInt64 { next.load(ordering: .relaxed) - 1 }
}
