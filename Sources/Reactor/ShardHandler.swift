/// What a shard tells the program. All calls come on the shard's queue, never nested in each other.
public protocol ShardHandler: AnyObject {
  /// A client connected. Nothing has been read yet.
  func opened(_ connection: Connection)

  /// Bytes arrived. Parse (and unmask) them in place, and return how many were consumed.
  ///
  /// What is left is kept, as it was changed here, and offered again in front of what comes next.
  /// Set `connection.wantedBytes` where the length of the whole frame is known.
  func received(_ bytes: inout MutableSpan<UInt8>, on connection: Connection) -> Int

  /// A connection moved here from another shard, or asked to move to its own.
  /// Unread bytes follow in `received`.
  func adopted(_ connection: Connection, carrying: (any Sendable)?)

  /// A connection on its way here could not be taken in (no slot, no kernel memory) and is closed.
  func lost(peerAddress: String, carrying: (any Sendable)?)

  /// The outbound queue has become empty after it had been stuck.
  func drained(_ connection: Connection)

  /// The peer will send nothing more (FIN). The default flushes and closes.
  func ended(_ connection: Connection)

  /// The connection is gone. Exactly once for each that was opened or adopted and did not move on.
  func closed(_ connection: Connection, _ cause: CloseCause)

  /// After every batch of events, timers or async blocks. What it sends leaves right after it.
  func turnEnded()

  /// A timer of `ShardContext.schedule` is due.
  func timerFired(_ token: UInt64)
}

extension ShardHandler {
  public func adopted(_ connection: Connection, carrying: (any Sendable)?) {}
  public func lost(peerAddress: String, carrying: (any Sendable)?) {}
  public func drained(_ connection: Connection) {}
  public func ended(_ connection: Connection) { connection.closeAfterFlush(deadlineMS: 2_000) }
  public func turnEnded() {}
  public func timerFired(_ token: UInt64) {}
}

/// Why a connection is gone.
public enum CloseCause: Equatable, Sendable {
  /// Everything queued was sent and the peer has closed too.
  case finished
  /// The peer broke it off, or the network did: an `errno` such as ECONNRESET or ETIMEDOUT.
  case failed(errno: Int32)
  /// `abort` was called.
  case aborted
  /// The peer neither took the rest nor closed before the deadline of `closeAfterFlush`.
  case deadline
  /// The handler consumed nothing until `ReactorOptions.keptBytesMax` bytes had piled up.
  case overflow
  /// The reactor shut down.
  case shutdown
}
