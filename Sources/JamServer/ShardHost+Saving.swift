internal import CRDT
internal import Reactor
internal import Rooms
internal import Storage

/// The log, what it reports, and checkpoints.
extension ShardHost {
  var refusesWrites: Bool {
    if case .failed = journal.status { return true }
    return isBacklogFull
  }

  func watchJournal() {
    let shard = context.shard
    journal.attach { event in
      shard.async { context in (context.handler as? ShardHost)?.hear(event) }
    }
  }

  func writeJournal() { journal.flush() }

  /// Puts a record into this turn's write. A room's change is in memory already, so where the log
  /// takes no more the next checkpoint is what saves it.
  func append(_ record: JournalRecord, of live: LiveRoom) {
    live.changed = record.time / 1_000_000
    do throws(StorageError) {
      let position = try journal.append(record)
      live.unsynced.append((position, record.sequence))
      unsynced.insert(live.id)
    } catch {
      live.gap.refused(record.sequence)
      if journal.status == .saving {
        // This record alone was too much for the log.
        checkpoint(live)
      } else if !isBacklogFull {
        isBacklogFull = true
        logger.error("the log takes no more", metadata: .fields(["reason": "\(error)"]))
        tellSaving()
      }
    }
  }

  private func hear(_ event: JournalEvent) {
    switch event {
    case .durable(let position): becameDurable(position)
    case .state(let state):
      switch state {
      case .saving:
        savingTrouble = nil
        isBacklogFull = false
        logger.notice("saving again")
        for live in rooms.values where live.gap.isOpen { checkpoint(live) }
      case .notSaved(let reason), .failed(let reason):
        savingTrouble = reason
        logger.error("not saving", metadata: .fields(["reason": reason]))
      }
      tellSaving()
      if case .failed = state { rescue() }
    case .checkpointWanted(let ids):
      for id in ids {
        if let live = rooms[id] {
          if !live.isCheckpointing, live.room?.needsCheckpoint == true { checkpoint(live) }
        } else {
          _ = load(id)
        }
      }
    }
  }

  private func becameDurable(_ position: UInt64) {
    for id in unsynced {
      guard let live = rooms[id] else {
        unsynced.remove(id)
        continue
      }
      var sequence: UInt64?
      while let first = live.unsynced.first, first.position <= position {
        sequence = first.sequence
        live.unsynced.removeFirst()
      }
      if live.unsynced.isEmpty { unsynced.remove(id) }
      guard let sequence else { continue }
      live.gap.synced(through: sequence)
      live.room?.becameDurable(through: live.gap.saved, &effects)
      perform(live)
    }
  }

  private func tellSaving() { for live in rooms.values { tellSaving(live) } }

  func tellSaving(_ live: LiveRoom) {
    let trouble = roomTroubles[live.id]
    live.room?.savingChanged(
      trouble: savingTrouble ?? trouble, refusesWrites: refusesWrites || trouble != nil, &effects)
    perform(live)
  }

  /// After a failed fsync nothing that was written since the last good one is certain: every dirty
  /// room goes from memory into new files, and only then into a new log.
  func rescue() {
    for live in rooms.values where context.nowNS >= live.retryAt {
      if live.room?.needsCheckpoint == true { checkpoint(live) }
    }
    resumeIfCovered()
  }

  /// In a timer's token: try again to go on after a failed fsync.
  static let rescueToken = UInt64.max

  private func resumeIfCovered() {
    guard case .failed = journal.status else { return }
    for live in rooms.values where live.room?.needsCheckpoint == true { return }
    let logger = logger
    let shard = context.shard
    journal.resume { result in
      guard case .failure(let error) = result else { return }
      logger.error("cannot resume saving", metadata: .fields(["reason": "\(error)"]))
      shard.async { context in
        context.schedule(afterMS: 5_000, token: Self.rescueToken)
      }
    }
  }

  // MARK: checkpoints

  /// After a failed checkpoint the next is tried this much later.
  private static let retryNanoseconds: UInt64 = 5_000_000_000

  func checkpointIfDue(_ live: LiveRoom) {
    guard !live.isCheckpointing, context.nowNS >= live.retryAt, let room = live.room,
      room.isCheckpointDue(now: now) || fillsGap(live) || (live.isFailing && room.needsCheckpoint)
    else { return }
    checkpoint(live)
  }

  /// Whether only a checkpoint makes durable what the log refused, and may succeed now. One that
  /// was under way when the disk took records again had none of it.
  private func fillsGap(_ live: LiveRoom) -> Bool {
    live.gap.isOpen && journal.status == .saving && live.room?.needsCheckpoint == true
  }

  /// Writes what changed since the last one, beside the live path; one at a time for each room.
  func checkpoint(_ live: LiveRoom) {
    guard !live.isCheckpointing, let made = live.room?.makeCheckpoint(now: now) else { return }
    // What goes into the history is in the log first.
    writeJournal()
    backlog.began(now: context.nowNS)
    let shard = context.shard
    let id = live.id
    hub.store.checkpoint(Checkpoint(made)) { [hub] result in
      hub.noteIfDataIsElsewhere()
      shard.async { context in
        (context.handler as? ShardHost)?.checkpointed(id, through: made.sequence, result)
      }
    }
  }

  private func checkpointed(
    _ id: RoomID, through sequence: UInt64, _ result: Result<Void, StorageError>
  ) {
    backlog.ended(succeeded: (try? result.get()) != nil, now: context.nowNS)
    // Whether others may be edited again may hang on this one.
    for id in roomTroubles.keys { rooms[id].map(touch) }
    guard let live = rooms[id] else { return }
    touch(live)
    switch result {
    case .success:
      live.retryAt = 0
      live.gap.covered(through: sequence)
      live.room?.checkpointed(through: sequence)
      // Snapshots and history are synced, so this much is on disk whatever the log says; and where
      // they fill a gap, what the log has behind it counts as well.
      live.room?.becameDurable(through: max(sequence, live.gap.saved), &effects)
      perform(live)
      if case .failed = journal.status { rescue() }
    case .failure(let error):
      live.room?.checkpointFailed()
      live.retryAt = context.nowNS + Self.retryNanoseconds
      live.failure = "\(error)"
      logger.error(
        "cannot save a room", metadata: .fields(["room": "\(id)", "reason": "\(error)"]))
    }
    if live.room?.isEmpty == true { closeIfIdle(live) }
    finishStopIfDone()
  }

  // MARK: stopping

  /// Says good-bye, saves every room and calls `done` with what is settled in this shard's rooms.
  func stop(_ done: @escaping @Sendable ([RoomID: SettledClients]) -> Void) {
    isStopping = true
    stopped = done
    writeJournal()
    for live in rooms.values {
      live.room?.flushAll(now: now, &effects)
      perform(live)
    }
    context.forEachConnection { connection in
      guard let peer = connection.owner as? Peer else { return }
      if peer.phase == .open {
        close(connection, peer, code: 1012, reason: "the hub restarts")
      } else {
        connection.closeAfterFlush(deadlineMS: 500)
      }
    }
    for live in Array(rooms.values) {
      if live.room?.needsCheckpoint == true {
        checkpoint(live)
      } else if live.room != nil {
        discard(live)
      }
    }
    finishStopIfDone()
  }

  func finishStopIfDone() {
    guard isStopping, let done = stopped else { return }
    let isBusy = rooms.values.contains { $0.isCheckpointing || $0.room?.needsCheckpoint == true }
    guard !isBusy else { return }
    stopped = nil
    for live in rooms.values {
      if let room = live.room, !room.settled.isEmpty { settled[live.id] = room.settled }
    }
    done(settled.filter { homeShard(of: $0.key, among: shards.count) == context.index })
  }
}

extension Checkpoint {
  /// The same in Storage's terms: documents become bytes only when they are written.
  init(_ made: RoomCheckpoint) {
    var stage: Snapshot?
    var boards: [String: Snapshot] = [:]
    for board in made.boards {
      let snapshot = Snapshot(epoch: board.epoch, sequence: board.sequence) { board.encoded() }
      if board.name == Room.stageName { stage = snapshot } else { boards[board.name] = snapshot }
    }
    self.init(
      room: made.room, records: made.records, boards: boards, stage: stage, meta: made.meta,
      throughSequence: made.sequence)
  }
}
