internal import CSystem

/// One TCP connection, confined to its shard's queue.
///
/// It is small on purpose: with nothing in flight it owns no buffer, no timer and no closure.
/// After `closed` (or a move) it is inert: sends are ignored.
public final class Connection {
  /// Names the connection on this shard; a stale id finds nothing.
  public let id: ConnectionID
  /// Whatever the handler keeps for this connection. Let go after `closed`.
  public var owner: AnyObject?
  /// How long the incomplete frame at the front will be, so that its buffer grows once and the
  /// kernel fills it directly. Unit: bytes, from the first one not consumed. Check it against a
  /// limit before setting it. 0: not known. Forgotten whenever `received` is called.
  public var wantedBytes = 0

  /// Bytes that the kernel has taken so far; under TLS, that were encrypted for it (at most 64 KiB
  /// of them wait behind a socket that is full).
  public internal(set) var sentBytes: UInt64 = 0

  let fd: Int32
  let context: ShardContext
  let peer: csys_peer
  var flags: Flags = []
  var outbound = OutboundQueue()
  var inbound = InboundBuffer()
  /// Nil for a connection in the clear.
  var tls: TLSSession?

  struct Flags: OptionSet {
    let rawValue: UInt16
    /// On the list of those to flush at the end of the turn.
    static let dirty = Flags(rawValue: 1)
    /// The kernel took less than was offered: EPOLLOUT is armed.
    static let stuck = Flags(rawValue: 2)
    /// Closing after what is queued: no sends, what arrives is discarded.
    static let closing = Flags(rawValue: 4)
    static let finSent = Flags(rawValue: 8)
    static let finReceived = Flags(rawValue: 16)
    /// Waits to be closed at the end of the callback.
    static let doomed = Flags(rawValue: 32)
    static let moving = Flags(rawValue: 64)
    static let readsPaused = Flags(rawValue: 128)
  }

  init(id: ConnectionID, fd: Int32, peer: csys_peer, context: ShardContext) {
    self.id = id
    self.fd = fd
    self.peer = peer
    self.context = context
  }

  /// False once it is closing, closed or on its way to another shard.
  public var isOpen: Bool { flags.isDisjoint(with: [.closing, .doomed, .moving]) }

  /// Bytes that wait here because the peer reads slower than we send (or for the end of the turn).
  public var queuedBytes: Int { outbound.byteCount + (tls?.unsentBytes ?? 0) }
  /// Of these, what `dropQueued` may forget.
  public var droppableBytes: Int { outbound.droppableBytes }

  /// The kernel took less than was queued: the peer reads slower than we send.
  public var isStuck: Bool { flags.contains(.stuck) }

  /// Queues a frame by reference. It leaves at the end of the turn, together with all others.
  ///
  /// - Limits: none here. The handler watches `queuedBytes`.
  ///
  /// - Parameter isDroppable: false for what must arrive even if the queue is dropped.
  public func send(_ frame: [UInt8], isDroppable: Bool = true) {
    guard flags.isDisjoint(with: [.closing, .doomed]) else { return }
    outbound.append(frame, isDroppable: isDroppable)
    context.markDirty(self)
  }

  /// Forgets what is queued, except what must arrive and a frame that is partly written: the
  /// stream stays sound.
  @discardableResult
  public func dropQueued() -> (frames: Int, bytes: Int) { outbound.dropUnstarted() }

  /// Sends what is queued, then FIN, then waits for the peer's FIN (so that the kernel does not
  /// throw away what is on its way), at most until the deadline. Input is discarded meanwhile.
  public func closeAfterFlush(deadlineMS: Int = 5_000) {
    guard flags.isDisjoint(with: [.closing, .doomed]) else { return }
    flags.insert(.closing)
    context.startClosing(self, deadlineMS: deadlineMS)
  }

  /// Closes at the end of the current callback, whatever is queued.
  public func abort() { context.doom(self, .aborted) }

  /// Hands the socket to another shard, with what is queued and what `received` did not consume.
  ///
  /// Takes effect when the current callback returns. There `adopted` is called with a new
  /// `Connection` and `carrying`; here nothing more is. On its own shard the connection stays the
  /// same and only `adopted` is called.
  public func move(to shard: Shard, carrying: (any Sendable)?) {
    guard flags.isDisjoint(with: [.closing, .doomed, .moving]) else { return }
    flags.insert(.moving)
    context.startMove(self, to: shard, carrying: carrying)
  }

  /// Stops reading (the kernel's window then stops the peer) or starts again; what was read before
  /// and not consumed is then offered at the end of the current callback.
  public func pauseReading(_ pause: Bool) {
    guard flags.contains(.readsPaused) != pause, !flags.contains(.doomed) else { return }
    if pause, flags.contains(.closing) { return }
    if pause { flags.insert(.readsPaused) } else { flags.remove(.readsPaused) }
    context.updateInterest(self)
    if !pause, !inbound.isEmpty { context.resumed.append(self) }
  }

  /// The peer speaks TLS to us, or is to.
  public var isSecure: Bool { tls != nil }

  /// The peer's address in numbers, without the port: "192.0.2.7" or "2001:db8::7".
  public var peerAddress: String { peer.addressText }

  var interest: UInt32 {
    let reads = flags.isDisjoint(with: [.finReceived, .readsPaused])
    return (reads ? Poll.readable : 0) | (flags.contains(.stuck) ? Poll.writable : 0)
  }
}

extension csys_peer {
  /// The address in numbers, without the port.
  var addressText: String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
      guard let start = text.baseAddress else { return "" }
      unsafe withUnsafePointer(to: self) { unsafe csys_peer_text($0, start) }
      return unsafe String(cString: start)
    }
  }
}
