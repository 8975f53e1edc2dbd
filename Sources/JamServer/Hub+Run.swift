internal import Dispatch
internal import Glibc
public import Logging
internal import Storage

extension Hub {
  /// Runs a hub until SIGINT or SIGTERM, then ends it cleanly.
  ///
  /// - Parameter announce: Called once the hub accepts connections, with its port.
  /// - Returns: whether everything was saved; if not, the log still has it.
  /// - Throws: `HubError` where it cannot start.
  public static func run(
    _ config: HubConfig, logger: Logger, announce: (Int) throws(HubError) -> Void
  ) throws(HubError) -> Bool {
    // Before anything listens: a client that goes away must not take the hub along.
    _ = signal(SIGPIPE, SIG_IGN)
    raiseDescriptorLimit()
    let ended = DispatchSemaphore(value: 0)
    let sources = [SIGINT, SIGTERM].map { number in
      _ = signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { @Sendable in ended.signal() }
      source.activate()
      return source
    }
    defer { for source in sources { source.cancel() } }

    let hub = try Hub(config, logger: logger)
    if let file = config.portFile { try writePort(hub.port, to: file) }
    logger.notice("listening on http://\(config.bindAddress):\(hub.port)")
    try announce(hub.port)
    ended.wait()
    logger.notice("stopping: saving every room")
    let isSaved = hub.stop()
    logger.notice("\(isSaved ? "everything is saved" : "some rooms are only in the log")")
    return isSaved
  }

  /// Thousands of sockets need more descriptors than a login shell allows by default.
  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Whole at once: whoever waits for the file never reads half a number.
  private static func writePort(_ port: Int, to path: String) throws(HubError) {
    let temporary = path + ".tmp"
    let fd = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard fd >= 0 else { throw HubError("cannot write the port file \(path): errno \(errno)") }
    let text = Array("\(port)\n".utf8)
    let written = unsafe text.withUnsafeBytes { unsafe write(fd, $0.baseAddress, $0.count) }
    close(fd)
    guard written == text.count, unsafe rename(temporary, path) == 0 else {
      throw HubError("cannot write the port file \(path): errno \(errno)")
    }
  }
}
