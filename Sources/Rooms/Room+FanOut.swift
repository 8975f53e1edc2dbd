internal import CRDT
internal import SyncProtocol

extension Room {
  static let expiryInterval: Int64 = 5_000_000_000

  /// Ends a turn: what waited long enough goes out. The host writes the log first.
  ///
  /// - Complexity: O(boards), plus merging what waits.
  public func endTurn(now: Moment, _ effects: inout [Effect]) {
    let before = fannedOutThrough
    for board in boards.values { endTurn(of: board, after: before, now: now, &effects) }
  }

  private func endTurn(
    of board: BoardState, after: UInt64, now: Moment, _ effects: inout [Effect]
  ) {
    let time = now.monotonic
    if board.hasOutgoing, time >= board.fanOutDue, let bytes = board.takeOutgoing(now: time),
      !board.audience.isEmpty
    {
      effects.append(
        .fanOut(
          .update(bytes), board: board.name, to: board.audience, after: after,
          isPresence: false))
    }
    if board.presence.hasNews, time >= board.presence.lastFrame + Presence.interval {
      let bytes = board.presence.takeNews(now: time)
      guard !board.audience.isEmpty else { return }
      effects.append(
        .fanOut(
          .awareness(bytes), board: board.name, to: board.audience, after: after,
          isPresence: true))
    }
  }

  /// Sends what waits, whatever its window: the hub is about to stop.
  public func flushAll(now: Moment, _ effects: inout [Effect]) {
    endTurn(now: Moment(monotonic: .max / 2, wall: now.wall), &effects)
  }

  /// Every reader that kept up has been sent everything through this sequence number.
  public var fannedOutThrough: UInt64 {
    boards.values.reduce(applied) { min($0, $1.fannedOutThrough) }
  }

  // MARK: time

  /// When the room wants to be woken next, in monotonic nanoseconds; nil if nothing waits.
  public var nextWake: Int64? {
    var wake: Int64?
    func consider(_ time: Int64) { wake = min(wake ?? time, time) }
    for board in boards.values {
      if board.hasOutgoing { consider(board.fanOutDue) }
      if board.presence.hasNews { consider(board.presence.lastFrame + Presence.interval) }
      if !board.presence.isEmpty { consider(lastExpiry + Self.expiryInterval) }
    }
    if asksPending {
      for session in sessions.values {
        for membership in session.memberships {
          if let time = membership.asksAgainAt, time < .max { consider(time) }
        }
      }
    }
    if !unarchived.isEmpty, !isCheckpointing {
      consider(lastCheckpoint + Self.checkpointInterval)
    }
    return wake
  }

  /// What is due by time alone. The host calls it when `nextWake` has come, then ends the turn.
  public func wake(now: Moment, _ effects: inout [Effect]) {
    if now.monotonic - lastExpiry >= Self.expiryInterval {
      lastExpiry = now.monotonic
      for board in boards.values { board.presence.expire(now: now.monotonic) }
    }
    guard asksPending else { return }
    asksPending = false
    for session in sessions.values {
      for membership in session.memberships {
        guard let time = membership.asksAgainAt else { continue }
        if now.monotonic >= time {
          ask(membership, session, now: now, &effects)
        } else {
          asksPending = true
        }
      }
    }
  }

  // MARK: slow readers

  /// A session's queue was dropped: until it drains it gets nothing more of its boards.
  ///
  /// - Parameter sequence: It has everything through here for sure.
  public func readerFellBehind(_ id: SessionID, having sequence: UInt64) {
    for membership in sessions[id]?.memberships ?? [] where membership.behindSince == nil {
      membership.behindSince = sequence
      membership.missedPresence = true
      membership.board.audience.remove(id)
    }
  }

  /// Presence was left out for a reader with a queue.
  public func readerMissedPresence(_ id: SessionID, board: String) {
    sessions[id]?.membership(board)?.missedPresence = true
  }

  /// The session's socket drained: one catch-up a board, then it follows again.
  public func readerDrained(_ id: SessionID, now: Moment, _ effects: inout [Effect]) {
    guard let session = sessions[id] else { return }
    for membership in session.memberships {
      let board = membership.board
      if let sequence = membership.behindSince {
        membership.behindSince = nil
        board.audience.insert(id, session.dialect)
        for message in board.catchUp(after: sequence, now: now.monotonic) {
          effects.append(.send(message, board: board.name, to: id))
        }
      }
      if membership.missedPresence {
        membership.missedPresence = false
        if let presence = board.presence.everything() {
          effects.append(.send(.awareness(presence), board: board.name, to: id))
        }
      }
    }
  }
}
