internal import CRDT
internal import SyncProtocol

extension Room {
  /// Ends a turn: what waited long enough goes out. The host writes the log first.
  ///
  /// - Complexity: O(boards), plus merging what waits.
  public mutating func endTurn(now: Moment, _ effects: inout [Effect]) {
    let before = fannedOutThrough
    for name in Array(boards.keys) { endTurn(of: name, after: before, now: now, &effects) }
  }

  /// Sends what waits, whatever its window: the hub is about to stop.
  public mutating func flushAll(now: Moment, _ effects: inout [Effect]) {
    endTurn(now: Moment(monotonic: .max / 2, wall: now.wall), &effects)
  }

  /// Every reader that kept up has been sent everything through this sequence number.
  public var fannedOutThrough: UInt64 {
    boards.values.reduce(applied) { min($0, $1.fannedOutThrough) }
  }

  private mutating func endTurn(
    of name: String, after: UInt64, now: Moment, _ effects: inout [Effect]
  ) {
    guard let state = boards[name] else { return }
    if state.hasOutgoing, now.monotonic >= state.fanOutDue,
      let bytes = boards[name]?.takeOutgoing(now: now.monotonic), !state.audience.isEmpty
    {
      effects.append(
        .fanOut(.update(bytes), board: name, to: state.audience, after: after, isPresence: false))
    }
    if state.presence.hasNews, now.monotonic >= state.presence.lastFrame + Presence.interval,
      let bytes = boards[name]?.presence.takeNews(now: now.monotonic), !state.audience.isEmpty
    {
      effects.append(
        .fanOut(.awareness(bytes), board: name, to: state.audience, after: after, isPresence: true))
    }
  }

  /// When the room wants to be woken next, in monotonic nanoseconds; nil if nothing waits.
  public var nextWake: Int64? {
    var wake: Int64?
    func consider(_ time: Int64) { wake = min(wake ?? time, time) }
    for state in boards.values {
      if state.hasOutgoing { consider(state.fanOutDue) }
      if state.presence.hasNews { consider(state.presence.lastFrame + Presence.interval) }
      if !state.presence.isEmpty { consider(lastExpiry + Self.expiryInterval) }
    }
    for session in sessionsToAsk { consider(session) }
    if !unarchived.isEmpty { consider(lastCheckpoint + Self.checkpointInterval) }
    return wake
  }

  static let expiryInterval: Int64 = 5_000_000_000

  /// What is due by time alone. The host calls it when `nextWake` has come, then ends the turn.
  public mutating func wake(now: Moment, _ effects: inout [Effect]) {
    if now.monotonic - lastExpiry >= Self.expiryInterval {
      lastExpiry = now.monotonic
      for name in Array(boards.keys) { boards[name]?.presence.expire(now: now.monotonic) }
    }
    askAgain(now: now, &effects)
  }

  /// How long the fan-out of a board took: under load the window grows with it.
  public mutating func noteFanOut(board: String, cost: Int64) {
    boards[board]?.noteFanOut(cost: cost)
  }

  // MARK: asking again

  private var sessionsToAsk: [Int64] {
    guard asksPending else { return [] }
    return sessions.values.flatMap { session in
      session.memberships.values.filter(\.asksAgain).map { $0.askedAt + Self.askInterval }
    }
  }

  private mutating func askAgain(now: Moment, _ effects: inout [Effect]) {
    guard asksPending else { return }
    var remaining = false
    for id in Array(sessions.keys) {
      for (board, membership) in sessions[id]?.memberships ?? [:] where membership.asksAgain {
        guard now.monotonic - membership.askedAt >= Self.askInterval, let state = boards[board]
        else {
          remaining = true
          continue
        }
        sessions[id]?.memberships[board]?.asksAgain = false
        sessions[id]?.memberships[board]?.askedAt = now.monotonic
        let vector = state.doc.stateVector.encoded()
        effects.append(.send(.syncStep1(stateVector: vector), board: board, to: id))
      }
    }
    asksPending = remaining
  }

  // MARK: slow readers

  /// A session's queue was dropped: until it drains it gets nothing more of its boards.
  ///
  /// - Parameter sequence: It has everything through here for sure; 0 if a sync answer was dropped.
  public mutating func readerFellBehind(_ id: SessionID, having sequence: UInt64) {
    for board in (sessions[id]?.memberships ?? [:]).keys {
      guard sessions[id]?.memberships[board]?.behindSince == nil else { continue }
      sessions[id]?.memberships[board]?.behindSince = sequence
      sessions[id]?.memberships[board]?.missedPresence = true
      boards[board]?.audience.remove(id)
    }
  }

  /// Presence was left out for a reader with a queue.
  public mutating func readerMissedPresence(_ id: SessionID, board: String) {
    sessions[id]?.memberships[board]?.missedPresence = true
  }

  /// The session's socket drained: one catch-up a board, then it follows again.
  public mutating func readerDrained(_ id: SessionID, now: Moment, _ effects: inout [Effect]) {
    guard let session = sessions[id] else { return }
    for (board, membership) in session.memberships {
      if let sequence = membership.behindSince {
        sessions[id]?.memberships[board]?.behindSince = nil
        boards[board]?.audience.insert(id, session.dialect)
        if let bytes = boards[board]?.catchUp(after: sequence, now: now.monotonic) {
          effects.append(.send(.update(bytes), board: board, to: id))
        }
      }
      if membership.missedPresence {
        sessions[id]?.memberships[board]?.missedPresence = false
        if let presence = boards[board]?.presence.everything() {
          effects.append(.send(.awareness(presence), board: board, to: id))
        }
      }
    }
    announceSaved(to: id, &effects)
  }
}
