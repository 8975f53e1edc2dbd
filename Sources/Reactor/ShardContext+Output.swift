internal import CSystem

/// Writing and moving.
extension ShardContext {
  /// Bytes written to one connection in one turn; the rest waits for the next (EPOLLOUT).
  static let bytesPerTurn = 1 << 20

  func markDirty(_ connection: Connection) {
    guard connection.flags.isDisjoint(with: [.dirty, .doomed]) else { return }
    connection.flags.insert(.dirty)
    dirty.append(connection)
  }

  func flushDirty() {
    // Two lists that take turns: both keep their storage, and neither is copied.
    swap(&dirty, &flushing)
    for index in flushing.indices {
      let connection = flushing[index]
      connection.flags.remove(.dirty)
      guard connection.flags.isDisjoint(with: [.doomed, .stuck, .moving]) else { continue }
      flush(connection)
    }
    flushing.removeAll(keepingCapacity: true)
  }

  private func flush(_ connection: Connection) {
    if let tls = connection.tls { return flushSecure(connection, tls) }
    var written = 0
    while !connection.outbound.isEmpty {
      let (offered, taken) = unsafe connection.outbound.write(to: connection.fd, scratch: scratch)
      counters.writes += 1
      if taken < 0 {
        if taken == -Int(EINTR) { continue }
        if taken == -Int(EAGAIN) { return setStuck(connection, true) }
        return doom(connection, .failed(errno: Int32(-taken)))
      }
      counters.bytesOut += taken
      connection.sentBytes &+= UInt64(taken)
      connection.outbound.advance(taken)
      written += taken
      if taken < offered || written >= Self.bytesPerTurn, !connection.outbound.isEmpty {
        return setStuck(connection, true)
      }
    }
    if connection.flags.contains(.closing) { finish(connection) }
  }

  func writable(_ connection: Connection) {
    flush(connection)
    guard connection.queuedBytes == 0, !connection.flags.contains(.doomed) else { return }
    setStuck(connection, false)
    if connection.isOpen { handler.drained(connection) }
  }

  func setStuck(_ connection: Connection, _ stuck: Bool) {
    guard connection.flags.contains(.stuck) != stuck else { return }
    if stuck { connection.flags.insert(.stuck) } else { connection.flags.remove(.stuck) }
    updateInterest(connection)
  }

  /// Everything is out: FIN, and the end where the peer's FIN is here already.
  func finish(_ connection: Connection) {
    if !connection.flags.contains(.finSent) {
      connection.flags.insert(.finSent)
      _ = csys_shutdown_write(connection.fd)
    }
    if connection.flags.contains(.finReceived) { doom(connection, .finished) }
  }

  /// A socket on its way to another shard.
  struct Parcel: Sendable {
    let fd: Int32
    let peer: csys_peer
    let unread: [UInt8]
    let unsent: [[UInt8]]
    let readsPaused: Bool
    let carrying: (any Sendable)?
    /// Sound: the shard that sends the parcel has let go of the session before.
    nonisolated(unsafe) let tls: TLSSession?
  }

  func startMove(_ connection: Connection, to target: Shard, carrying: (any Sendable)?) {
    moves.append(Move(connection: connection, target: target, carrying: carrying))
  }

  func carryOut(_ move: Move) {
    let connection = move.connection
    if move.target === shard {
      connection.flags.remove(.moving)
      if !connection.outbound.isEmpty { markDirty(connection) }
      handler.adopted(connection, carrying: move.carrying)
      guard connection.isOpen else { return }
      return offerKept(connection)
    }
    _ = csys_epoll_remove(descriptors.epoll, connection.fd)
    release(connection)
    connection.flags.insert(.doomed)
    let parcel = Parcel(
      fd: connection.fd, peer: connection.peer,
      unread: unsafe connection.inbound.base.map { base in
        unsafe Array(UnsafeRawBufferPointer(start: base, count: connection.inbound.count))
      } ?? [],
      unsent: connection.outbound.unsent(),
      readsPaused: connection.flags.contains(.readsPaused), carrying: move.carrying,
      tls: connection.tls)
    connection.tls = nil
    connection.outbound.removeAll()
    connection.inbound.clear()
    connection.owner = nil
    move.target.async { $0.adopt(parcel) }
  }

  private func adopt(_ parcel: Parcel) {
    guard !isShutDown else {
      _ = csys_close(parcel.fd)
      return
    }
    guard let connection = adoptDescriptor(parcel.fd, peer: parcel.peer) else {
      handler.lost(peerAddress: parcel.peer.addressText, carrying: parcel.carrying)
      return
    }
    unsafe connection.tls = parcel.tls
    if connection.queuedBytes > 0 { setStuck(connection, true) }
    for frame in parcel.unsent { connection.outbound.append(frame, isDroppable: false) }
    if !parcel.unsent.isEmpty { markDirty(connection) }
    if parcel.readsPaused { connection.pauseReading(true) }
    unsafe parcel.unread.withUnsafeBytes { unsafe connection.inbound.store($0) }
    handler.adopted(connection, carrying: parcel.carrying)
    guard connection.isOpen else { return }
    offerKept(connection)
  }
}
