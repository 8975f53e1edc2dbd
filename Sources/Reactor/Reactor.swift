internal import CSystem
internal import Glibc

/// Sizes and deadlines of the transport.
public struct ReactorOptions: Sendable {
  /// Bytes read at once; one such buffer a shard.
  public var readBufferBytes = 128 << 10
  /// Sent data that nobody acknowledges for this long breaks the connection (TCP_USER_TIMEOUT).
  public var userTimeoutMS = 30_000
  /// Unsent bytes that the kernel keeps for us; what is beyond waits here, where it can still be
  /// dropped or merged (TCP_NOTSENT_LOWAT).
  public var notSentLowWaterBytes = 64 << 10
  /// Connections that the kernel holds for us while we are busy.
  public var backlog = 4_096
  /// Bytes that a handler may leave unconsumed on one connection.
  public var keptBytesMax = 256 << 20
  public init() {}
}

/// A call of the operating system that failed while the reactor was set up.
public struct ReactorError: Error, Equatable, Sendable, CustomStringConvertible {
  public var operation: String
  public var errno: Int32
  /// The operation, the system's words and the number: they say it to people and to a search.
  public var description: String { "\(operation): \(words) (errno \(errno))" }

  /// `strerror_r`, because `strerror` shares one buffer between threads.
  private var words: String {
    var text = [CChar](repeating: 0, count: 128)
    let code: Int32 = unsafe strerror_r(errno, &text, text.count)
    guard code == 0 else { return "unknown error" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Shards, sockets and timers: the one part of the hub that talks to the network.
///
/// ```
/// epoll set -> one thread waits -> queue.sync: a turn on the shard's queue, on the same thread
///   sockets, timer, listeners         accept, read, timers: ShardHandler's callbacks
///                  queue.async ->     blocks from elsewhere
///                                     turnEnded, then one write for each socket sent to
/// ```
/// The queue is what confines the state; the thread only waits. A `DispatchSource` on the epoll set
/// would do the same with three thread switches more for each turn (libdispatch's manager thread
/// reports the event, a worker runs it, the manager arms the source again).
public final class Reactor: Sendable {
  public let shards: [Shard]
  private let options: ReactorOptions

  /// - Parameter makeHandler: called once for each shard, on its queue.
  public init(
    shards count: Int, options: ReactorOptions = ReactorOptions(),
    makeHandler: @Sendable (ShardContext) -> any ShardHandler
  ) throws(ReactorError) {
    precondition((1...ConnectionID.shardMax).contains(count), "1 to 4094 shards")
    self.options = options
    var shards: [Shard] = []
    for index in 0..<count {
      shards.append(try Shard(index: index, options: options))
    }
    self.shards = shards
    for shard in shards { shard.start(makeHandler: makeHandler) }
  }

  /// Accepts connections on every shard. Not to be called on a shard's queue.
  ///
  /// - Parameters:
  ///   - address: numeric, IPv4 or IPv6. "::" is IPv6 only: listen on "0.0.0.0" as well.
  ///   - port: 0 lets the kernel choose.
  ///   - tls: what connections to this port speak; nil: they come in the clear.
  /// - Returns: the port.
  /// - Throws: EADDRINUSE also where another reactor listens there: the shards share a port with
  ///   each other, never with strangers. Two that start in the same instant may not see each other.
  @discardableResult
  public func listen(
    address: String, port: Int, tls: TLSContext? = nil
  ) throws(ReactorError) -> Int {
    guard let wanted = UInt16(exactly: port) else {
      throw ReactorError(operation: "listen on port \(port)", errno: EINVAL)
    }
    if wanted != 0 {
      let free = unsafe csys_check_free(address, wanted)
      guard free == 0 else {
        throw ReactorError(operation: "listen on \(address) port \(port)", errno: -free)
      }
    }
    var tcp = csys_tcp_options(
      user_timeout_ms: UInt32(clamping: options.userTimeoutMS),
      notsent_lowat_bytes: UInt32(clamping: options.notSentLowWaterBytes))
    var bound = wanted
    var listeners: [Int32] = []
    for _ in shards {
      let fd = unsafe csys_listen(address, bound, Int32(clamping: options.backlog), &tcp)
      guard fd >= 0 else {
        for listener in listeners { _ = csys_close(listener) }
        throw ReactorError(operation: "listen on \(address) port \(port)", errno: -fd)
      }
      listeners.append(fd)
      if bound == 0 { bound = UInt16(clamping: csys_bound_port(fd)) }
    }
    for (shard, listener) in zip(shards, listeners) {
      shard.sync { $0.addListener(Listener(fd: listener, tls: tls)) }
    }
    return Int(bound)
  }

  /// Closes the listeners; connections stay. Not to be called on a shard's queue.
  public func stopAccepting() {
    for shard in shards { shard.sync { $0.removeListeners() } }
  }

  /// Closes everything at once, `closed(.shutdown)` for each connection. Not on a shard's queue.
  /// Blocks posted afterwards still run, with nothing to send to.
  public func shutdown() {
    for shard in shards { shard.sync { $0.shutDown() } }
  }
}
