internal import CSystem

/// Accepting and reading.
extension ShardContext {
  private static let acceptsPerTurn = 64

  func addListener(_ listener: Listener) {
    guard !isShutDown else {
      _ = csys_close(listener.fd)
      return
    }
    listeners.append(listener)
    watch(listener: listeners.count - 1)
  }

  private func watch(listener: Int) {
    _ = csys_epoll_add(
      descriptors.epoll, listeners[listener].fd, Poll.readable,
      Self.listenerEvents + UInt64(listener))
  }

  func removeListeners() {
    for listener in listeners { _ = csys_close(listener.fd) }
    listeners = []
  }

  func accept(listener: Int) {
    guard listener < listeners.count else { return }
    for _ in 0..<Self.acceptsPerTurn {
      var peer = csys_peer()
      let fd = unsafe csys_accept(listeners[listener].fd, &peer)
      if fd >= 0 {
        counters.accepted += 1
        guard let connection = adoptDescriptor(fd, peer: peer) else { continue }
        if let tls = listeners[listener].tls {
          connection.tls = tls.session(fd)
          if connection.tls == nil {
            closeUnopened(connection)
            continue
          }
        }
        handler.opened(connection)
        settle()
        continue
      }
      switch -fd {
      case EAGAIN: return
      case EMFILE, ENFILE:
        guard refuseOne(listener: listener) else { return pauseAccepting() }
      case ENOBUFS, ENOMEM: return pauseAccepting()
      default: continue  // that one client's fault (accept(2)): the next may be fine
      }
    }
    // Still no descriptor after a full turn: rest, so that others are served.
    if reserve < 0 { pauseAccepting() }
  }

  /// Gives a socket its slot and its place in the epoll set.
  func adoptDescriptor(_ fd: Int32, peer: csys_peer) -> Connection? {
    guard let slot = freeSlots.popLast() ?? newSlot() else {
      _ = csys_close(fd)
      return nil
    }
    generation &+= 1
    let id = ConnectionID(shard: index, slot: slot, generation: generation)
    guard csys_epoll_add(descriptors.epoll, fd, Poll.readable, id.rawValue) >= 0 else {
      freeSlots.append(slot)
      _ = csys_close(fd)
      return nil
    }
    let connection = Connection(id: id, fd: fd, peer: peer, context: self)
    slots[slot] = connection
    connectionCount += 1
    return connection
  }

  private func newSlot() -> Int? {
    guard slots.count < ConnectionID.slotMax else { return nil }
    slots.append(nil)
    return slots.count - 1
  }

  /// Out of descriptors: spends the reserve to take one waiting client and close it, so that it
  /// learns of it and the listener does not stay ready for ever.
  private func refuseOne(listener: Int) -> Bool {
    guard reserve >= 0 else { return false }
    _ = csys_close(reserve)
    var peer = csys_peer()
    let fd = unsafe csys_accept(listeners[listener].fd, &peer)
    if fd >= 0 {
      counters.refusedNoDescriptor += 1
      _ = csys_close(fd)
    }
    reserve = csys_reserve_descriptor()
    return reserve >= 0
  }

  private func pauseAccepting() {
    guard !listenersPaused else { return }
    listenersPaused = true
    for listener in listeners { _ = csys_epoll_remove(descriptors.epoll, listener.fd) }
    scheduleResumeListeners()
  }

  func resumeAccepting() {
    listenersPaused = false
    if reserve < 0 { reserve = csys_reserve_descriptor() }
    for listener in listeners.indices { watch(listener: listener) }
  }

  func readable(_ connection: Connection, hasFailed: Bool) {
    // Where we do not ask to read, an error or a hang-up brings us here; or what epoll found before
    // an async block paused reading, and will find again.
    if !connection.flags.isDisjoint(with: [.finReceived, .readsPaused]) {
      if hasFailed { doom(connection, .failed(errno: ECONNRESET)) }
      return
    }
    if connection.flags.contains(.closing) { return discard(connection) }
    if let tls = connection.tls { return readSecure(connection, tls) }
    readOnce(connection)
  }

  /// As much as one call gives: what the kernel has, or one record.
  func readOnce(_ connection: Connection) {
    let kept = connection.inbound.count
    var sharedMax = unsafe readBuffer.count / 2
    // Room for a whole record is a must, and a frame that takes several has its own buffer.
    if connection.tls != nil { sharedMax -= TLSSession.recordBytes }
    if max(kept + 1, connection.wantedBytes) <= sharedMax {
      readShared(connection, kept: kept)
    } else {
      readDirect(connection, kept: kept)
    }
  }

  /// The ordinary way: into the shard's buffer, behind what an incomplete frame left.
  private func readShared(_ connection: Connection, kept: Int) {
    guard let start = unsafe readBuffer.baseAddress else { return }
    let capacity = unsafe readBuffer.count - kept
    let count = unsafe receive(connection, start + kept, capacity)
    guard count > 0 else { return readFailed(connection, count) }
    counters.bytesIn += count
    if kept > 0, let source = unsafe connection.inbound.base {
      unsafe start.copyMemory(from: source, byteCount: kept)
    }
    let total = kept + count
    let consumed = unsafe offer(start, total, to: connection)
    guard !connection.flags.contains(.doomed) else { return }
    let rest = unsafe UnsafeRawBufferPointer(start: start + consumed, count: total - consumed)
    let wanted = min(connection.wantedBytes, options.keptBytesMax)
    if unsafe !rest.isEmpty || !connection.inbound.isEmpty {
      unsafe connection.inbound.store(rest, capacityAtLeast: rest.isEmpty ? 0 : wanted)
    }
  }

  /// A large frame: the kernel fills the connection's own buffer, up to the end of the frame.
  private func readDirect(_ connection: Connection, kept: Int) {
    guard kept < options.keptBytesMax else { return doom(connection, .overflow) }
    let wanted = connection.wantedBytes > kept ? connection.wantedBytes : kept * 2
    var room = min(wanted, options.keptBytesMax)
    if connection.tls != nil { room = max(room, kept) + TLSSession.recordBytes }
    connection.inbound.reserve(room)
    let free = unsafe connection.inbound.free
    guard let start = free.baseAddress else { return }
    let count = unsafe receive(connection, start, free.count)
    guard count > 0 else { return readFailed(connection, count) }
    counters.bytesIn += count
    connection.inbound.didFill(count)
    offerKept(connection)
  }

  /// A count, 0 at the end, or `-errno`.
  private func receive(
    _ connection: Connection, _ start: UnsafeMutableRawPointer, _ capacity: Int
  ) -> Int {
    guard let tls = connection.tls else {
      return unsafe csys_recv(connection.fd, start, capacity)
    }
    let room = unsafe UnsafeMutableRawBufferPointer(start: start, count: capacity)
    return unsafe tls.read(room, cipherArea)
  }

  /// Offers the bytes that the connection itself holds.
  func offerKept(_ connection: Connection) {
    guard let base = unsafe connection.inbound.base, !connection.inbound.isEmpty else { return }
    let consumed = unsafe offer(base, connection.inbound.count, to: connection)
    guard !connection.flags.contains(.doomed) else { return }
    connection.inbound.removeFirst(min(consumed, connection.inbound.count))
    if connection.flags.contains(.closing) { connection.inbound.clear() }
  }

  private func offer(
    _ start: UnsafeMutableRawPointer, _ count: Int, to connection: Connection
  ) -> Int {
    connection.wantedBytes = 0
    // In bounds: `count` bytes from `start` were written by the kernel or copied there, and the
    // buffer outlives the call, as closing and moving wait until the callback has returned.
    var span = unsafe MutableSpan<UInt8>(
      _unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: count)
    isOffering = true
    let consumed = handler.received(&span, on: connection)
    isOffering = false
    precondition((0...count).contains(consumed), "consumed more than was offered")
    return connection.flags.contains(.closing) ? count : consumed
  }

  private func readFailed(_ connection: Connection, _ result: Int) {
    if result == 0 {
      connection.flags.insert(.finReceived)
      updateInterest(connection)
      connection.inbound.clear()
      return handler.ended(connection)
    }
    let code = Int32(-result)
    if code == EAGAIN || code == EINTR { return }
    doom(connection, .failed(errno: code))
  }

  /// After `closeAfterFlush`: what still comes is thrown away until the peer closes too.
  private func discard(_ connection: Connection) {
    guard let start = unsafe readBuffer.baseAddress else { return }
    let count = unsafe csys_recv(connection.fd, start, readBuffer.count)
    if count > 0 || count == -Int(EAGAIN) || count == -Int(EINTR) { return }
    if count < 0 { return doom(connection, .failed(errno: Int32(-count))) }
    connection.flags.insert(.finReceived)
    updateInterest(connection)
    markDirty(connection)
  }
}
