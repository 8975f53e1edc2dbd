import Dispatch
import Glibc
import Synchronization

/// A data directory, opened by one process.
///
/// ```
/// Journal (one a shard) ── records ──> wal/           saved: in the log and synced
/// Store.checkpoint      ── room ─────> rooms/…        then the log may forget
/// Store.loadRoom        <─ rooms/… + what the log has and the room's files lack
/// ```
///
/// Opening reads only the log. A room costs nothing until it is loaded, unless the log has
/// records of it.
///
/// The owner's side of the bargain: number the records of a room without gaps from
/// `StoredRoom.lastSequence + 1`; drop a room from memory only after a checkpoint through its last
/// record succeeded, otherwise a later `loadRoom` misses what only the running log has.
///
/// - Isolation: safe from every thread. Completions run on queues of the store.
/// - Source: Protocol/storage.md.
public final class Store: Sendable {
  public let path: String
  /// What was found at `open`.
  public let recovery: RecoveryReport

  /// How long after an unclean end people are expected back who have what it lost: a week, in
  /// microseconds.
  static let uncertainMicroseconds: Int64 = 7 * 86_400_000_000
  /// Until when that is, in microseconds since 1970.
  private let uncertainUntil: Int64

  let root: Directory
  let rooms: Directory
  let options: StoreOptions
  private let lock: DataLock
  private let wal: Directory
  private let journals: [Journal]
  private let ledger: SegmentLedger
  private let numbers: SegmentNumbers
  private let log: Mutex<RecoveredLog>
  private let traffic = Mutex(Traffic())
  /// Two queues, so that opening a room waits for no other room's checkpoint.
  private let checkpoints = DispatchQueue(label: "jamboree.checkpoints")
  private let loads = DispatchQueue(label: "jamboree.loads")
  private let trimmer = HeapTrimmer(on: DispatchQueue(label: "jamboree.trim", qos: .utility))

  private struct Traffic {
    /// Checkpoints under way, by room: a load of the same room goes behind them.
    var checkpointing: [RoomID: Int] = [:]
    /// Ends of histories, to spare a walk over the file at every checkpoint.
    var historyEnds: [RoomID: HistoryEnd] = [:]
    var isClosed = false
  }

  /// Opens the data directory at `path`, made if it is missing.
  ///
  /// Reads the log of the process before, whatever its number of shards was, cuts torn tails and
  /// syncs what is left, so every record of a tail is durable; `recovery` has the findings.
  /// Ignores SIGXFSZ from then on, so that a file size limit is an error and not the end of the
  /// process.
  ///
  /// - Parameter shards: How many journals there shall be, at least 1.
  /// - Throws: `locked`, `newerFormat`, `io`; the last also where the log that was found cannot be
  ///   synced, because then nobody knows what of it is on disk.
  public static func open(
    _ path: String, shards: Int, options: StoreOptions = StoreOptions()
  ) throws(StorageError) -> Store {
    _ = signal(SIGXFSZ, SIG_IGN)
    let root = try Directory.openRoot(path, create: true, fault: options.fault)
    let lock = try DataLock.take(in: root)
    return try Store(root, lock, shards: shards, options: options)
  }

  private init(
    _ root: Directory, _ lock: DataLock, shards: Int, options: StoreOptions
  ) throws(StorageError) {
    precondition(shards >= 1 && shards <= Int(UInt16.max), "a store has 1 to 65535 shards")
    let wal = try root.directory("wal")
    let rooms = try root.directory("rooms")
    // A process that was killed may have made them and not got further.
    try root.sync()
    var damage: [Damage] = []
    var marker: CleanMarker?
    do { marker = try CleanMarker.read(in: root) } catch {
      guard error.isDamage else { throw error }
      damage.append(
        Damage(
          error, file: "\(root.path)/\(CleanMarker.name)", lost: .nothing,
          instead: CleanMarker.substitute))
    }
    var log = try RecoveredLog.read(wal, rooms: rooms, marker: marker, options: options)
    let hasRooms = !(try rooms.names()).isEmpty
    let isUsed = log.report.segments > 0 || !damage.isEmpty || hasRooms
    log.report.hasRooms = hasRooms || !log.tail.isEmpty
    log.report.wasUnclean = marker == nil && isUsed
    uncertainUntil =
      log.report.wasUnclean
      ? wallClockNow() + Self.uncertainMicroseconds : marker?.uncertainUntil ?? 0
    log.report.isUncertain = uncertainUntil > wallClockNow()
    log.report.note = marker?.note ?? []
    log.report.damage = damage + log.report.damage
    log.report.unexpected += Layout.unexpected(in: try root.names(), at: root.path)

    let ledger = SegmentLedger(limitBytes: options.sealedBytesLimit)
    for (room, sequence) in log.covered { ledger.cover(room, through: sequence) }
    for segment in log.sealed { _ = ledger.seal(segment) }
    let sweep: @Sendable () -> Void = { Store.removeSegments(ledger, root, wal) }
    let last = max(log.lastNumber, marker?.lastNumber ?? 0, Self.lastNumberSetAside(in: root))
    let numbers = SegmentNumbers(after: last)
    let journals = try (0..<shards).map { shard throws(StorageError) in
      try Journal(
        shard: shard, wal: wal, ledger: ledger, numbers: numbers, options: options,
        removeSegments: sweep)
    }
    // Last of what can fail: a start that comes to nothing leaves a clean end clean.
    do throws(StorageError) { try CleanMarker.remove(in: root) } catch {
      try? marker?.write(in: root)
      throw error
    }
    // Only now, because the marker names the segments that are there.
    sweep()
    path = root.path
    recovery = log.report
    self.root = root
    self.rooms = rooms
    self.options = options
    self.lock = lock
    self.wal = wal
    self.journals = journals
    self.ledger = ledger
    self.numbers = numbers
    self.log = Mutex(log)
  }

  /// The journal of a shard.
  public func journal(forShard shard: Int) -> Journal { journals[shard] }

  /// Rooms that the log of the process before has records of. Load and checkpoint them when there
  /// is time, so that their log segments can go.
  public func roomsWithTail() -> [RoomID] { log.withLock { $0.tail.keys.sorted() } }

  /// The same with the time at which the log's newest segment of each was last written, in µs
  /// since 1970: no earlier than its last record.
  func tailTimes() -> [RoomID: Int64] {
    let log = log.withLock { $0 }
    let times = log.files.map { file, _ in
      wal.status(file.path.split(separator: "/").last.map(String.init) ?? "")
    }
    return log.tail.mapValues { records in
      records.compactMap { times[$0.segment]?.changed }.max() ?? 0
    }
  }

  /// Bytes of log that wait for checkpoints, without the segments in use.
  public var sealedLogBytes: Int { ledger.sealedBytes }

  var isClosed: Bool { traffic.withLock { $0.isClosed } }

  // MARK: Rooms

  /// Reads a room. One that is nowhere on disk comes back empty.
  ///
  /// - Throws, to `completion`: `newerFormat`, `io`. Damaged files are no error but are reported
  ///   in `StoredRoom.damage`.
  public func loadRoom(
    _ room: RoomID,
    completion: @escaping @Sendable (Result<StoredRoom, StorageError>) -> Void
  ) {
    let isBusy = traffic.withLock { $0.checkpointing[room] != nil }
    (isBusy ? checkpoints : loads).async { [self] in
      completion(Result { () throws(StorageError) in try load(room) })
    }
  }

  private func load(_ room: RoomID) throws(StorageError) -> StoredRoom {
    if traffic.withLock({ $0.isClosed }) { throw .closed }
    let tail = try log.withLock { $0 }.records(of: room)
    guard let files = try RoomFiles.find(room, in: rooms, options) else {
      var stored = StoredRoom(room: room)
      stored.tail = tail
      stored.lastSequence = tail.last?.sequence ?? 0
      stored.damage = tail.missing(after: 0).map { .missing($0, of: room, in: wal.path) }
      return stored
    }
    let (stored, end) = try files.load(tail: tail)
    traffic.withLock { $0.historyEnds[room] = end }
    return stored
  }

  /// Makes a room's state durable in its own files; then the log's segments that nobody needs any
  /// more go. Checkpoints run one after the other, in order.
  ///
  /// - Throws, to `completion`: `io`, `closed`. What is on disk is then as good as before; try
  ///   again with the same records and those since.
  public func checkpoint(
    _ checkpoint: Checkpoint,
    completion: @escaping @Sendable (Result<Void, StorageError>) -> Void
  ) {
    let room = checkpoint.room
    let bytes = checkpoint.records.reduce(0) { $0 + $1.payload.count }
    traffic.withLock { $0.checkpointing[room, default: 0] += 1 }
    checkpoints.async { [self] in
      let result = Result { () throws(StorageError) in try write(checkpoint) }
      traffic.withLock { traffic in
        let left = (traffic.checkpointing[room] ?? 1) - 1
        traffic.checkpointing[room] = left == 0 ? nil : left
      }
      completion(result)
      if case .success = result { noteFreed(bytes) }
    }
  }

  /// The owner frees so many bytes, by closing a room for instance. When it comes to something the
  /// memory is given back to the system.
  public func noteFreed(_ bytes: Int) { trimmer.note(bytes) }

  private func write(_ checkpoint: Checkpoint) throws(StorageError) {
    let room = checkpoint.room
    let known = try traffic.withLock { traffic throws(StorageError) -> HistoryEnd? in
      if traffic.isClosed { throw .closed }
      return traffic.historyEnds[room]
    }
    let files = try RoomFiles.create(room, in: rooms, options)
    let (end, result) = files.write(checkpoint, at: known)
    traffic.withLock { traffic in
      if traffic.historyEnds.count >= 4096 { traffic.historyEnds = [:] }
      traffic.historyEnds[room] = end
    }
    try result.get()
    log.withLock { log in
      let left = log.tail[room]?.filter { $0.sequence > checkpoint.throughSequence } ?? []
      log.tail[room] = left.isEmpty ? nil : left
      if log.tail.isEmpty { log.files = [] }
    }
    ledger.cover(room, through: checkpoint.throughSequence)
    Store.removeSegments(ledger, root, wal)
  }

  private static let damagedFolder = "damaged"

  /// Removes what nobody needs; a segment with damage is set aside for whoever wants to look.
  /// A failure costs disk space only: the next start finds the segment covered and removes it.
  private static func removeSegments(_ ledger: SegmentLedger, _ root: Directory, _ wal: Directory) {
    let removable = ledger.takeRemovable()
    guard !removable.isEmpty else { return }
    for segment in removable {
      let name = segment.name.description
      if segment.isDamaged, let aside = try? root.directory(damagedFolder) {
        try? wal.move(name, to: aside, as: freeName(name, in: aside))
        try? aside.sync()
      } else {
        try? wal.unlink(name)
      }
    }
    try? wal.sync()
  }

  /// In a folder that was put together from others a number may come twice: nothing is overwritten.
  private static func freeName(_ name: String, in aside: Directory) -> String {
    var free = name, copy = 1
    while aside.status(free) != nil {
      copy += 1
      free = "\(name)+\(copy)"
    }
    return free
  }

  private static func lastNumberSetAside(in root: Directory) -> UInt64 {
    let names = (try? root.directoryIfPresent(damagedFolder)?.names()) ?? []
    return names.reduce(0) { last, text in
      max(last, SegmentName(String(text.prefix { $0 != "+" }))?.number ?? 0)
    }
  }

  /// Whether the data directory is still at `path`. One that was moved goes on to be written where
  /// it is now; whoever opens `path` later finds nothing of that.
  public var isInPlace: Bool { lock.isInPlace }

  // MARK: End

  /// Waits for checkpoints under way, writes and syncs the log and leaves the marker that says so.
  /// Loads and appends fail from here on.
  ///
  /// - Parameter note: Data of the caller for the next `open`, if nothing happens in between; up
  ///   to 8 MiB, more is left out. Nil keeps what `recovery` has.
  /// - Throws: the first thing that kept the end from being clean; the lock is released anyway.
  public func close(note: [UInt8]? = nil) throws(StorageError) {
    let wasClosed = traffic.withLock { traffic in
      defer { traffic.isClosed = true }
      return traffic.isClosed
    }
    if wasClosed { throw .closed }
    checkpoints.sync {}
    loads.sync {}
    defer { lock.release() }
    var failure: StorageError?
    for journal in journals {
      do { _ = ledger.seal(try journal.close()) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    Store.removeSegments(ledger, root, wal)
    var marker = CleanMarker()
    marker.uncertainUntil = uncertainUntil
    marker.lastNumber = numbers.last
    let note = note ?? recovery.note
    if note.count <= CleanMarker.noteLimit { marker.note = note }
    for text in try wal.names() {
      guard let name = SegmentName(text) else { continue }
      marker.lengths[name] = try wal.file(text, .read).size()
    }
    try marker.write(in: root)
  }
}
