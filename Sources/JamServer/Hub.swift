internal import CRDT
internal import Dispatch
internal import Glibc
public import Logging
internal import Reactor
public import Rooms
public import Storage
internal import Synchronization

/// The hub: one data folder, one port, as many shards as cores.
public final class Hub: Sendable {
  public let port: Int
  private let reactor: Reactor
  private let parts: HubParts
  private let store: Store
  private let logger: Logger

  /// Opens the data folder and listens.
  ///
  /// - Throws: `HubError` with one sentence that says what cannot be had and why.
  public init(_ config: HubConfig, logger: Logger) throws(HubError) {
    let count = config.shards > 0 ? config.shards : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let store: Store
    let parts: HubParts
    let identity: TLSIdentity?
    do throws(StorageError) {
      var options = StoreOptions()
      options.gatherMilliseconds = config.saving.gatherMilliseconds
      options.gatherBytes = config.saving.gatherBytes
      options.documents = { (try? RoomContents.documents(inMeta: $0)) ?? [] }
      store = try Store.open(config.dataDirectory, shards: count, options: options)
    } catch { throw HubError("cannot open the data folder: \(error)") }
    do throws(HubError) {
      let key = try Hub.key(of: config, hadRooms: store.recovery.hasRooms, logger)
      identity = try TLSFiles.identity(config, logger)
      parts = try HubParts(config, store, key: key, authority: identity?.authority, logger)
    } catch {
      Hub.leave(store)
      throw error
    }
    do throws(ReactorError) {
      reactor = try Reactor(shards: count) { context in
        ShardHost(context: context, hub: parts, journal: store.journal(forShard: context.index))
      }
      let shards = reactor.shards
      for shard in shards {
        shard.sync { ($0.handler as? ShardHost)?.start(shards) }
      }
      port = try reactor.listen(
        address: config.bindAddress, port: config.port, tls: identity?.context)
    } catch {
      Hub.leave(store)
      throw HubError(Hub.description(of: error))
    }
    self.parts = parts
    self.store = store
    self.logger = logger
    report(store.recovery)
    settleTail()
  }

  /// The key, made if there is none. That is how a new hub begins; it locks all people out of an
  /// old one, so there it is said.
  private static func key(
    of config: HubConfig, hadRooms: Bool, _ logger: Logger
  ) throws(HubError) -> [UInt8] {
    do {
      let known = try SigningKey.find(dataDirectory: config.dataDirectory)
      let key = try SigningKey.load(dataDirectory: config.dataDirectory)
      if known == nil, hadRooms {
        logger.warning(
          "the signing key was missing: a new one is made, and tokens made so far open nothing",
          metadata: .fields(["file": "\(config.dataDirectory)/keys/\(SigningKeyFile.name)"]))
      }
      return key
    } catch { throw HubError("cannot load the signing key: \(error)") }
  }

  /// The error names the address and the port, or what else the kernel would not give.
  private static func description(of error: ReactorError) -> String {
    guard error.operation.hasPrefix("listen") else { return "cannot start: \(error)" }
    let hint =
      switch error.errno {
      case EADDRINUSE: "; another program has this port (--port 0 takes any free one)"
      case EADDRNOTAVAIL: "; this machine does not have the address (0.0.0.0 means all it has)"
      default: ""
      }
    return "cannot \(error)\(hint)"
  }

  /// What was found on disk, a line for each thing that somebody may have to look after.
  private func report(_ recovery: RecoveryReport) {
    if recovery.wasUnclean {
      logger.warning(
        "the last run did not end cleanly; the log has what it saved",
        metadata: .fields([
          "segments": "\(recovery.segments)", "records": "\(recovery.records)",
          "rooms": "\(recovery.rooms)",
        ]))
    }
    for torn in recovery.torn {
      logger.notice(
        "cut off the end of a log segment: a write that was never acknowledged",
        metadata: .fields([
          "file": torn.file, "from": "\(torn.offset)", "bytes": "\(torn.bytes)",
        ]))
    }
    for damage in recovery.damage { logger.error("damaged", metadata: .fields(damage)) }
    if !recovery.unexpected.isEmpty {
      logger.notice(
        "left alone what is not the hub's",
        metadata: .fields([
          "count": "\(recovery.unexpected.count)", "first": recovery.unexpected[0],
        ]))
    }
  }

  /// The hub does not start, and nothing was written: the folder is left as it was found, clean or
  /// not.
  private static func leave(_ store: Store) {
    if !store.recovery.wasUnclean { try? store.close() }
  }

  /// Rooms whose last records are only in the log are opened once, so that they get their
  /// snapshots and the log can shrink.
  private func settleTail() {
    for id in store.roomsWithTail() {
      reactor.shards[homeShard(of: id, among: reactor.shards.count)].async { context in
        guard let host = context.handler as? ShardHost, host.rooms[id] == nil else { return }
        _ = host.load(id)
      }
    }
  }

  /// The link into a jam for a role, without scheme and host.
  public func link(_ role: Role, of jam: Slug) -> String { parts.api.link(role, of: jam) }

  /// Whether the hub has the web client that links lead to.
  public var hasWebClient: Bool { parts.web != nil }

  /// The certificate authority that the hub made for itself; nil with none, or with the operator's.
  public var authority: LocalAuthority? { parts.authority }

  /// Ends everything in order: no new connections, everybody told, every room saved.
  ///
  /// - Returns: false if some room could not be saved within `seconds`; the log still has it.
  public func stop(within seconds: Int = 8) -> Bool {
    reactor.stopAccepting()
    let group = DispatchGroup()
    let settled = SettledAtTheEnd()
    for shard in reactor.shards {
      group.enter()
      shard.async { context in
        guard let host = context.handler as? ShardHost else {
          group.leave()
          return
        }
        host.stop { ended in
          settled.rooms.withLock { $0.merge(ended) { $1 } }
          group.leave()
        }
      }
    }
    let isSaved = group.wait(timeout: .now() + .seconds(seconds)) == .success
    if !store.isInPlace { logger.tellDataIsElsewhere(than: store.path) }
    parts.api.catalogue.finish()
    // Close frames are on their way; give slow sockets a moment.
    usleep(100_000)
    reactor.shutdown()
    let note = SettledClients.encode(settled.rooms.withLock { $0 })
    do throws(StorageError) { try store.close(note: note) } catch {
      logger.error(
        "the data folder was not closed cleanly", metadata: .fields(["reason": "\(error)"]))
      return false
    }
    return isSaved
  }
}

/// What the shards report while they stop, each on its own queue.
private final class SettledAtTheEnd: Sendable {
  let rooms = Mutex<[RoomID: SettledClients]>([:])
}

extension Logger {
  func tellDataIsElsewhere(than path: String) {
    error(
      "the data folder was moved, replaced or removed; what is saved does not go to its path",
      metadata: .fields(["path": path]))
  }
}

/// Why the hub cannot start.
public struct HubError: Error, Sendable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

func wallClockMicroseconds() -> Int64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
}

func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// At most so many lines a second about things that clients cause.
struct LogBudget {
  private var second: UInt64 = 0
  private var used = 0

  mutating func take(now: UInt64) -> Bool {
    let current = now / 1_000_000_000
    if current != second {
      second = current
      used = 0
    }
    used += 1
    return used <= 20
  }
}
