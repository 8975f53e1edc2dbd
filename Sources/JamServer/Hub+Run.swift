internal import Dispatch
internal import Glibc
public import Logging
internal import Storage

extension Hub {
  /// Runs a hub until SIGINT, SIGTERM or SIGHUP (its terminal was closed), then ends it cleanly.
  /// Where SIGHUP is ignored already, as `nohup` does, it stays so.
  ///
  /// - Parameter announce: Called once the hub accepts connections.
  /// - Returns: whether everything was saved; if not, the log still has it.
  /// - Throws: `HubError` where it cannot start.
  public static func run(
    _ config: HubConfig, logger: Logger, announce: (Hub) throws(HubError) -> Void
  ) throws(HubError) -> Bool {
    // Before anything listens: a client that goes away must not take the hub along.
    _ = signal(SIGPIPE, SIG_IGN)
    raiseDescriptorLimit()
    let ended = DispatchSemaphore(value: 0)
    let registered = DispatchSemaphore(value: 0)
    let sources = endingSignals().map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { @Sendable in ended.signal() }
      source.setRegistrationHandler { @Sendable in registered.signal() }
      source.activate()
      return source
    }
    defer { for source in sources { source.cancel() } }
    // Until then a signal just ends the process; afterwards none is lost.
    for _ in sources { registered.wait() }

    let hub = try Hub(config, logger: logger)
    do throws(HubError) {
      if let file = config.portFile { try writePort(hub.port, to: file) }
      let scheme = config.isSecure ? "https" : "http"
      logger.notice(
        "listening on \(scheme)://\(HubConfig.urlHost(config.bindAddress)):\(hub.port)")
      try announce(hub)
    } catch {
      // It is up: without an orderly end the next start would speak of a crash.
      _ = hub.stop()
      throw error
    }
    ended.wait()
    logger.notice("stopping: saving every room")
    let isSaved = hub.stop()
    logger.notice("\(isSaved ? "everything is saved" : "some rooms are only in the log")")
    return isSaved
  }

  /// The signals that end the hub. None is set to be ignored: on Linux a dispatch source puts its
  /// own handler in place, and what comes before it would be lost.
  private static func endingSignals() -> [Int32] {
    let old = signal(SIGHUP, SIG_IGN)
    let ignored = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
    if unsafe unsafeBitCast(old, to: Int.self) == ignored { return [SIGINT, SIGTERM] }
    _ = signal(SIGHUP, SIG_DFL)
    return [SIGINT, SIGTERM, SIGHUP]
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
    guard fd >= 0 else { throw portFileError(path, errno) }
    let text = Array("\(port)\n".utf8)
    let written = unsafe text.withUnsafeBytes { unsafe write(fd, $0.baseAddress, $0.count) }
    let code = written < 0 ? errno : ENOSPC
    close(fd)
    guard written == text.count else {
      _ = unsafe unlink(temporary)
      throw portFileError(path, code)
    }
    guard unsafe rename(temporary, path) == 0 else {
      let code = errno
      _ = unsafe unlink(temporary)
      throw portFileError(path, code)
    }
  }

  private static func portFileError(_ path: String, _ code: Int32) -> HubError {
    HubError("cannot write the port file \(path): \(unsafe String(cString: strerror(code)))")
  }
}
