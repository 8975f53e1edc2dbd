internal import CSystem

/// What TLS changes about reading and writing. Connections without it come by here only to see that
/// they have none.
extension ShardContext {
  /// A handshake costs a signature, about as much as a hundred messages.
  static let handshakesPerTurn = 16
  /// Encrypted at once: four whole records.
  static let secureChunk = 4 * TLSSession.recordBytes
  private static let recordsPerTurn = 16
  /// Who sends longer records than this probably sends more of them.
  private static let longRecord = 1_024

  /// Where OpenSSL writes what then goes to the socket; made for the first TLS connection.
  var cipherArea: UnsafeMutableRawBufferPointer {
    if let area = unsafe cipherStorage { return unsafe area }
    let area = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.secureChunk + (16 << 10), alignment: 64)
    unsafe cipherStorage = area
    return unsafe area
  }

  /// Reads record by record, and offers each, for as long as the handler goes on reading. So at no
  /// time is there anything inside OpenSSL that nobody will ask for: not while reading is paused,
  /// not on the way to another shard.
  func readSecure(_ connection: Connection, _ tls: TLSSession) {
    guard tls.isEstablished || shakeHands(connection, tls) else { return }
    let stops: Connection.Flags = [.closing, .doomed, .moving, .readsPaused, .finReceived]
    for _ in 0..<Self.recordsPerTurn {
      let before = counters.bytesIn
      readOnce(connection)
      if counters.bytesIn - before < Self.longRecord { break }
      guard connection.flags.isDisjoint(with: stops) else { break }
    }
    noteUnsent(connection, tls)
  }

  /// A step of the handshake; true once it is through.
  private func shakeHands(_ connection: Connection, _ tls: TLSSession) -> Bool {
    // The others' turn is the next one: epoll tells of them again.
    guard handshakesLeft > 0 else { return false }
    handshakesLeft -= 1
    switch unsafe tls.handshake(cipherArea) {
    case .done:
      counters.handshakes += 1
      if !connection.outbound.isEmpty { markDirty(connection) }
      return true
    case .again: noteUnsent(connection, tls)
    case .plain:
      counters.handshakesFailed += 1
      connection.tls = nil
      connection.outbound.removeAll()
      connection.send(tls.plainAnswer)
      connection.closeAfterFlush(deadlineMS: 2_000)
    case .failed:
      counters.handshakesFailed += 1
      doom(connection, .failed(errno: EPROTO))
    }
    return false
  }

  /// Reading makes OpenSSL write, too; what the kernel did not take waits for EPOLLOUT.
  private func noteUnsent(_ connection: Connection, _ tls: TLSSession) {
    guard tls.unsentBytes > 0, !connection.flags.contains(.doomed) else { return }
    setStuck(connection, true)
  }

  /// What waits, in records; all that fits into one area leaves with one system call.
  func flushSecure(_ connection: Connection, _ tls: TLSSession) {
    if tls.unsentBytes > 0 {
      let left = tls.sendUnsent()
      if left < 0 { return doom(connection, .failed(errno: Int32(-left))) }
      if left > 0 { return setStuck(connection, true) }
    }
    guard tls.isEstablished else {
      // Until then nothing can be said, and who closes has nothing to wait for.
      guard connection.flags.contains(.closing) else { return setStuck(connection, false) }
      connection.outbound.removeAll()
      return finish(connection)
    }
    var written = 0
    while !connection.outbound.isEmpty {
      let (count, isSound) = unsafe connection.outbound.withNext(
        Self.secureChunk, scratch: scratch
      ) { unsafe tls.write($0, cipherArea) }
      counters.writes += 1
      guard isSound else { return doom(connection, .failed(errno: EPROTO)) }
      counters.bytesOut += count
      connection.sentBytes &+= UInt64(count)
      connection.outbound.advance(count)
      written += count
      let isBehind = !connection.outbound.isEmpty && written >= Self.bytesPerTurn
      if tls.unsentBytes > 0 || isBehind { return setStuck(connection, true) }
    }
    guard connection.flags.contains(.closing) else { return }
    unsafe tls.closeNotify(cipherArea)
    if tls.unsentBytes > 0 { return setStuck(connection, true) }
    finish(connection)
  }
}
