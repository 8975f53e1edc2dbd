import Dispatch
import Synchronization

/// Writing and syncing. Everything with `&state` runs under the lock; nothing under the lock
/// waits for a sync.
extension Journal {
  func write(_ state: inout State) {
    do { try state.segment.file.write(state.buffer, at: state.segment.offset) } catch {
      // What reached the file belongs to no acknowledged record; the next try overwrites it.
      try? state.segment.file.truncate(to: state.segment.offset)
      if state.status == .saving { retryLater() }
      report(.notSaved(reason: "\(error)"), &state)
      return
    }
    if state.unsyncedBytes == 0 { state.firstUnsynced = monotonicNow() }
    state.segment.offset += state.buffer.count
    state.unsyncedBytes += state.buffer.count
    state.written = state.appended
    if state.buffer.capacity <= 1 << 20 {
      state.buffer.removeAll(keepingCapacity: true)
    } else {
      state.buffer = []
    }
    report(.saving, &state)
    // Only here: records in the buffer carry the salt of the segment that they go to.
    if state.segment.offset >= options.segmentBytes, let next = state.next.take() {
      state.unsyncedFiles.append(state.segment.file)
      seal(&state, continuingIn: next)
    }
    commitIfDue(&state)
  }

  /// Starts a commit if one is due and none runs; else sees to it that one will.
  private func commitIfDue(_ state: inout State) {
    guard !state.isSyncing, state.unsyncedBytes > 0, state.acceptsRecords else { return }
    let due = state.firstUnsynced + UInt64(options.gatherMilliseconds) * 1_000_000
    let now = monotonicNow()
    guard state.unsyncedBytes >= options.gatherBytes || now >= due else {
      if !state.isGathering {
        state.isGathering = true
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(due - now))) { [self] in
          self.state.withLock { state in
            state.isGathering = false
            commitIfDue(&state)
          }
        }
      }
      return
    }
    state.isSyncing = true
    state.unsyncedBytes = 0
    let files = state.unsyncedFiles + [state.segment.file]
    let position = state.written
    queue.async { [self] in commit(files, position) }
  }

  /// On the journal's queue: files oldest first, so a segment is durable before its successor. What
  /// is in a file that somebody removed is gone with the process, however well it was synced.
  private func commit(_ files: [File], _ position: UInt64) {
    var failure: StorageError?
    var isRemoved = false
    do throws(StorageError) {
      for file in files { try file.sync() }
      isRemoved = try files.last?.hasName() == false
    } catch { failure = error }
    let prepares = state.withLock { state in
      state.isSyncing = false
      // One that was sealed meanwhile may have gone because checkpoints cover it.
      if isRemoved, failure == nil, files.last === state.segment.file {
        failure = .removed(path: state.segment.file.path)
      }
      if let failure {
        report(.failed(reason: "\(failure)"), &state)
        return false
      }
      guard state.acceptsRecords else { return false }
      state.durable = position
      state.unsyncedFiles.removeFirst(files.count - 1)
      emit(.durable(position: position), state)
      commitIfDue(&state)
      return state.next == nil && !state.isClosed
        && state.segment.offset >= options.segmentBytes / 2
    }
    if prepares { prepareNext() }
  }

  /// Makes the next segment ahead of time, so that no turn waits for it. If that fails the
  /// segment in use just gets longer.
  private func prepareNext() {
    let name = SegmentName(shard: shard, number: numbers.take())
    guard let segment = try? LogSegment.create(name, in: wal) else { return }
    let isSpare = state.withLock { state in
      if state.isClosed || state.next != nil { return true }
      state.next = segment
      return false
    }
    if isSpare { try? wal.unlink(name.description) }
  }

  private func seal(_ state: inout State, continuingIn next: LogSegment) {
    let old = SegmentLedger.Sealed(
      name: state.segment.name, bytes: state.segment.offset, rooms: state.segment.rooms())
    state.segment = next
    let wanted = ledger.seal(old)
    if !wanted.isEmpty { emit(.checkpointWanted(wanted), state) }
  }

  private func retryLater() {
    queue.asyncAfter(deadline: .now() + .milliseconds(options.retryMilliseconds)) { [self] in
      state.withLock { state in
        guard case .notSaved = state.status, !state.isClosed else { return }
        write(&state)
        if case .notSaved = state.status { retryLater() }
      }
    }
  }

  /// What no sync has confirmed when one has failed.
  private struct Unsynced {
    var active: [RoomID: UInt64]
    var sealed: Set<SegmentName>
  }

  /// Goes on after a failed fsync: to be called when every dirty room was checkpointed.
  ///
  /// The failed file is never synced again. A new segment is made; when it is durable everything
  /// appended so far counts as durable (it is in the checkpoints) and `.state(.saving)` follows.
  ///
  /// - Throws, to `completion`: `notCovered` with the rooms that still need a checkpoint, `io` if
  ///   the new segment cannot be made, `closed`. The journal then stays as it is.
  public func resume(
    completion: @escaping @Sendable (Result<Void, StorageError>) -> Void
  ) {
    queue.async { [self] in
      completion(Result { () throws(StorageError) in try resumeNow() })
    }
  }

  private func resumeNow() throws(StorageError) {
    let unsynced = try state.withLock { state throws(StorageError) -> Unsynced? in
      if state.isClosed { throw .closed }
      guard case .failed = state.status else { return nil }
      return Unsynced(
        active: state.segment.rooms(), sealed: Set(state.unsyncedFiles.compactMap(\.segmentName)))
    }
    guard let unsynced else { return }
    // Older segments are durable: a room in them that nobody can open is no reason to stop.
    let rooms = ledger.uncovered(in: unsynced.sealed, active: unsynced.active)
    guard rooms.isEmpty else { throw .notCovered(rooms: rooms) }
    let name = SegmentName(shard: shard, number: numbers.take())
    let segment = try LogSegment.create(name, in: wal)
    state.withLock { state in
      // `append` refuses while failed, so nothing came after the check above.
      seal(&state, continuingIn: segment)
      if let spare = state.next.take() { try? wal.unlink(spare.name.description) }
      state.buffer = []
      state.unsyncedFiles = []
      state.unsyncedBytes = 0
      state.written = state.appended
      state.durable = state.appended
      state.status = .saving
      emit(.state(.saving), state)
      emit(.durable(position: state.durable), state)
    }
    removeSegments()
  }

  /// Writes and syncs what is left and stops. Throws if not everything is on disk.
  func close() throws(StorageError) -> SegmentLedger.Sealed {
    try queue.sync { Result { () throws(StorageError) in try closeNow() } }.get()
  }

  private func closeNow() throws(StorageError) -> SegmentLedger.Sealed {
    try state.withLock { state throws(StorageError) in
      guard !state.isClosed else { throw .closed }
      state.isClosed = true
      if case .failed(let reason) = state.status { throw .failed(reason: reason) }
      try state.segment.file.write(state.buffer, at: state.segment.offset)
      state.segment.offset += state.buffer.count
      state.buffer = []
      state.unsyncedBytes = 0
      for file in state.unsyncedFiles { try file.sync() }
      try state.segment.file.sync()
      guard try state.segment.file.hasName() else {
        throw .removed(path: state.segment.file.path)
      }
      state.written = state.appended
      state.durable = state.appended
      if let spare = state.next.take() { try? wal.unlink(spare.name.description) }
      emit(.durable(position: state.durable), state)
      state.deliver = nil  // it may well hold the store's owner
      return SegmentLedger.Sealed(
        name: state.segment.name, bytes: state.segment.offset, rooms: state.segment.rooms())
    }
  }

  /// Notes how it goes, and tells if that is news.
  func report(_ status: JournalState, _ state: inout State) {
    // A failed sync stays the news until `resume`, whatever the disk says meanwhile; the text of
    // a full disk may change from try to try without being news.
    guard status != state.status, state.acceptsRecords else { return }
    if case .notSaved = status, case .notSaved = state.status { return }
    state.status = status
    emit(.state(status), state)
  }

  private func emit(_ event: JournalEvent, _ state: borrowing State) {
    guard let deliver = state.deliver else { return }
    queue.async { deliver(event) }
  }
}

extension File {
  fileprivate var segmentName: SegmentName? {
    path.split(separator: "/").last.flatMap { SegmentName(String($0)) }
  }
}

extension Journal.State {
  /// A record goes into an empty buffer whatever its size: it has its own limit.
  func hasRoom(for record: JournalRecord, _ limit: Int) -> Bool {
    buffer.isEmpty || buffer.count + record.logByteCount <= limit
  }

  var acceptsRecords: Bool { if case .failed = status { false } else { true } }
}
