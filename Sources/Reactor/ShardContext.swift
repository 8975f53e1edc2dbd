internal import CSystem

/// What epoll is asked for.
enum Poll {
  static let readable = UInt32(csys_readable)
  static let writable = UInt32(csys_writable)
  /// Reported whether asked for or not.
  static let failed = UInt32(csys_failed)
}

/// The two descriptors of a shard.
struct ShardDescriptors: Sendable {
  let epoll: Int32
  let timer: Int32

  init() throws(ReactorError) {
    epoll = csys_epoll_create()
    guard epoll >= 0 else { throw ReactorError(operation: "epoll_create1", errno: -epoll) }
    timer = csys_timer_create()
    guard timer >= 0 else {
      _ = csys_close(epoll)
      throw ReactorError(operation: "timerfd_create", errno: -timer)
    }
    let added = csys_epoll_add(epoll, timer, Poll.readable, ShardContext.timerEvent)
    guard added >= 0 else {
      _ = csys_close(epoll)
      _ = csys_close(timer)
      throw ReactorError(operation: "epoll_ctl", errno: -added)
    }
  }
}

/// A socket that accepts, and what those who come speak.
struct Listener: Sendable {
  let fd: Int32
  let tls: TLSContext?
}

/// What a shard's handler works with. Exists only on the shard's queue.
///
/// The order of a turn: a batch of events (or one async block), timers that are due, connections
/// to close or to move, `turnEnded`, one write for each connection that was sent to.
///
/// Safe to use: its raw buffers are made and freed with it and never leave the module.
@safe public final class ShardContext {
  public let index: Int
  /// CLOCK_MONOTONIC in nanoseconds, as of the beginning of the turn.
  public internal(set) var nowNS: UInt64
  public internal(set) var counters = ShardCounters()
  /// Open connections, closing ones included.
  public internal(set) var connectionCount = 0

  /// The handler that `makeHandler` gave for this shard.
  public var handler: any ShardHandler {
    guard let attached else { preconditionFailure("the shard has started") }
    return attached.handler
  }
  /// The shard itself, to post to it or to compare with.
  public var shard: Shard {
    guard let attached else { preconditionFailure("the shard has started") }
    return attached.shard
  }

  struct Attached {
    let handler: any ShardHandler
    let shard: Shard
  }
  struct Move {
    let connection: Connection
    let target: Shard
    let carrying: (any Sendable)?
  }

  static let timerEvent = UInt64.max
  static let listenerEvents = UInt64.max - 1_024

  let options: ReactorOptions
  let descriptors: ShardDescriptors
  var attached: Attached?
  var isShutDown = false

  var slots: [Connection?] = []
  var freeSlots: [Int] = []
  var generation: UInt64 = 0

  var listeners: [Listener] = []
  var listenersPaused = false
  var reserve: Int32 = -1

  var dirty: [Connection] = []
  var flushing: [Connection] = []
  var doomed: [(connection: Connection, cause: CloseCause)] = []
  /// A handler looks at bytes that a connection keeps.
  var isOffering = false
  /// Reading again, with bytes that were kept meanwhile.
  var resumed: [Connection] = []
  var moves: [Move] = []

  var wheel: TimingWheel
  var armedNS: UInt64 = .max
  var due: [TimingWheel.Due] = []

  let readBuffer: UnsafeMutableRawBufferPointer
  let scratch: UnsafeMutableRawBufferPointer
  static let scratchBytes = 64 << 10
  var cipherStorage: UnsafeMutableRawBufferPointer?
  /// Steps of handshakes that this turn may still take.
  var handshakesLeft = ShardContext.handshakesPerTurn

  init(index: Int, options: ReactorOptions, descriptors: ShardDescriptors) {
    self.index = index
    self.options = options
    self.descriptors = descriptors
    nowNS = csys_now_ns()
    wheel = TimingWheel(nowNS: nowNS)
    unsafe readBuffer = .allocate(byteCount: max(options.readBufferBytes, 4 << 10), alignment: 64)
    unsafe scratch = .allocate(byteCount: Self.scratchBytes, alignment: 64)
    unsafe cipherStorage = nil
  }

  deinit {
    unsafe readBuffer.deallocate()
    unsafe scratch.deallocate()
    unsafe cipherStorage?.deallocate()
  }

  /// The open connection with this id, if it is on this shard and still there.
  public func connection(_ id: ConnectionID) -> Connection? {
    guard id.shard == index, id.slot < slots.count, let found = slots[id.slot], found.id == id
    else { return nil }
    return found
  }

  /// Every connection of the shard, in no order.
  public func forEachConnection(_ body: (Connection) -> Void) {
    for case let connection? in slots { body(connection) }
  }

  /// Calls `timerFired(token)` after `afterMS` milliseconds, never early, at most 2 ms late while
  /// the shard keeps up. No object, and no system call unless it is the next one due.
  @discardableResult
  public func schedule(afterMS: Int, token: UInt64) -> TimingWheel.TimerID {
    wheel.schedule(nowNS: nowNS, afterMS: afterMS, token: token)
  }

  /// Takes a timer back; false where it has fired already.
  @discardableResult
  public func cancel(_ timer: TimingWheel.TimerID) -> Bool { wheel.cancel(timer) }

  func start(shard: Shard, handler: any ShardHandler) {
    attached = Attached(handler: handler, shard: shard)
    reserve = csys_reserve_descriptor()
  }

  func shutDown() {
    guard !isShutDown else { return }
    removeListeners()
    for case let connection? in slots { doom(connection, .shutdown) }
    settle()
    isShutDown = true
    if reserve >= 0 { _ = csys_close(reserve) }
    reserve = -1
    _ = csys_timer_arm(descriptors.timer, 1)  // wakes the poller, which sees it and ends
  }
}

/// What a shard has done since it started.
public struct ShardCounters: Sendable, Equatable {
  public var accepted = 0
  /// Connections closed at the door because the process had no descriptor left.
  public var refusedNoDescriptor = 0
  public var bytesIn = 0
  public var bytesOut = 0
  public var turns = 0
  public var writes = 0
  /// TLS handshakes that came through, and that did not.
  public var handshakes = 0
  public var handshakesFailed = 0
}
