internal import CSystem

/// A turn, from the events to the writes.
extension ShardContext {
  /// Rounds of `turnEnded` and flush in one turn, for handlers that send in `closed`.
  private static let roundsPerTurn = 8
  /// What has taken so long is ended and its frames leave before more is begun: nobody waits for
  /// their answer behind all that others have asked for.
  private static let longTurnNS: UInt64 = 20_000_000

  /// One batch of what epoll reported, on the queue. An event may be stale by now: an async block
  /// may have closed its connection meanwhile, and then its id finds nothing.
  func handle(_ events: UnsafeBufferPointer<csys_event>) {
    guard !isShutDown else { return }
    nowNS = csys_now_ns()
    for index in events.indices {
      unsafe handle(events[index])
      if !doomed.isEmpty || !moves.isEmpty { settle() }
      if isLong(since: nowNS), index + 1 < events.count {
        endTurn()
        nowNS = csys_now_ns()
      }
    }
    endTurn()
  }

  private func isLong(since start: UInt64) -> Bool { csys_now_ns() - start > Self.longTurnNS }

  /// An async block is a turn of its own.
  func runBlock(_ body: (ShardContext) -> Void) {
    nowNS = csys_now_ns()
    body(self)
    endTurn()
  }

  private func handle(_ event: csys_event) {
    if event.id == Self.timerEvent {
      csys_timer_clear(descriptors.timer)
      // Part of this turn may have set it anew since, and that is cleared as well.
      armedNS = .max
      return
    }
    if event.id >= Self.listenerEvents {
      return accept(listener: Int(event.id - Self.listenerEvents))
    }
    guard let connection = connection(ConnectionID(rawValue: event.id)),
      !connection.flags.contains(.doomed)
    else { return }
    if event.events & Poll.writable != 0 { writable(connection) }
    // Anything else, errors and hang-ups too, shows itself in what reading returns.
    if event.events & ~Poll.writable != 0, !connection.flags.contains(.doomed) {
      readable(connection, hasFailed: event.events & Poll.failed != 0)
    }
  }

  func endTurn() {
    counters.turns += 1
    handshakesLeft = Self.handshakesPerTurn
    fireTimers()
    settle()
    for _ in 0..<Self.roundsPerTurn {
      guard !isShutDown else { break }
      handler.turnEnded()
      settle()
      if dirty.isEmpty { break }
      flushDirty()
      if doomed.isEmpty, dirty.isEmpty { break }
      settle()
    }
    armTimer()
  }

  /// Those that a long turn leaves are due in the next one.
  private func fireTimers() {
    if wheel.count > 0 { wheel.advance(toNS: nowNS, into: &due) }
    guard !due.isEmpty else { return }
    let start = csys_now_ns()
    let fired = due
    due.removeAll(keepingCapacity: true)
    for (index, timer) in fired.enumerated() {
      if isLong(since: start) {
        due.append(contentsOf: fired[index...])
        return
      }
      if timer.isInternal {
        timerFired(internal: timer.token)
      } else if !isShutDown {
        handler.timerFired(timer.token)
      }
      settle()
    }
  }

  private static let resumeListeners = UInt64.max

  private func timerFired(internal token: UInt64) {
    if token == Self.resumeListeners { return resumeAccepting() }
    guard let connection = connection(ConnectionID(rawValue: token)),
      connection.flags.contains(.closing)
    else { return }
    doom(connection, .deadline)
  }

  func scheduleResumeListeners() {
    _ = wheel.schedule(nowNS: nowNS, afterMS: 100, token: Self.resumeListeners, isInternal: true)
  }

  private func armTimer() {
    guard !isShutDown else { return }
    let isBehind = !due.isEmpty || !resumed.isEmpty
    let next = isBehind ? nowNS : wheel.nextDeadlineNS ?? .max
    // An alarm that comes too early finds nothing due and is set anew: cheaper than moving it
    // with every timer that is cancelled.
    guard next < armedNS || armedNS <= nowNS else { return }
    armedNS = next
    guard next != .max else { return }
    _ = csys_timer_arm(descriptors.timer, next)
  }

  /// Carries out what the last callback asked for: closes and moves, and, unless the turn is long,
  /// offers what was kept of those who are read from again.
  func settle() {
    while !doomed.isEmpty || !moves.isEmpty || !resumed.isEmpty {
      let closing = doomed
      doomed.removeAll(keepingCapacity: true)
      for (connection, cause) in closing { close(connection, cause) }
      let moving = moves
      moves.removeAll(keepingCapacity: true)
      for move in moving where !move.connection.flags.contains(.doomed) { carryOut(move) }
      let hasTime = offerToResumed()
      if !hasTime, doomed.isEmpty, moves.isEmpty { return }
    }
  }

  /// False where some are left for the next turn.
  private func offerToResumed() -> Bool {
    if resumed.isEmpty { return true }
    let start = csys_now_ns()
    let reading = resumed
    resumed.removeAll(keepingCapacity: true)
    for (index, connection) in reading.enumerated() {
      if isLong(since: start) {
        resumed.append(contentsOf: reading[index...])
        return false
      }
      if connection.flags.isDisjoint(with: [.closing, .doomed, .moving, .readsPaused]) {
        offerKept(connection)
      }
    }
    return true
  }

  func doom(_ connection: Connection, _ cause: CloseCause) {
    guard !connection.flags.contains(.doomed) else { return }
    connection.flags.insert(.doomed)
    doomed.append((connection, cause))
  }

  private func close(_ connection: Connection, _ cause: CloseCause) {
    release(connection)
    // The epoll set forgets a descriptor that is closed, as nobody else holds it.
    _ = csys_close(connection.fd)
    connection.outbound.removeAll()
    connection.inbound.clear()
    handler.closed(connection, cause)
    connection.owner = nil
    connection.tls = nil
  }

  /// For want of memory: the handler has not heard of it.
  func closeUnopened(_ connection: Connection) {
    release(connection)
    connection.flags.insert(.doomed)
    _ = csys_close(connection.fd)
  }

  /// Takes a connection out of its slot.
  func release(_ connection: Connection) {
    slots[connection.id.slot] = nil
    freeSlots.append(connection.id.slot)
    connectionCount -= 1
  }

  func startClosing(_ connection: Connection, deadlineMS: Int) {
    // Not while `received` still looks at these bytes: `offer` lets go of them then.
    if !isOffering { connection.inbound.clear() }
    _ = wheel.schedule(
      nowNS: nowNS, afterMS: deadlineMS, token: connection.id.rawValue, isInternal: true)
    if connection.flags.contains(.readsPaused) { connection.pauseReading(false) }
    markDirty(connection)
  }

  func updateInterest(_ connection: Connection) {
    _ = csys_epoll_modify(
      descriptors.epoll, connection.fd, connection.interest, connection.id.rawValue)
  }
}
