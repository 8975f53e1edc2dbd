/// What `Store.open` found.
public struct RecoveryReport: Sendable {
  /// The process before ended without `close`: by a crash, a kill or a power cut.
  public var wasUnclean = false
  /// Peers may know more than this hub: `wasUnclean`, or one of the processes of the last days.
  public var isUncertain = false
  /// Log segments found.
  public var segments = 0
  /// Records in the log that the rooms' files do not hold yet, and the rooms they are of.
  public var records = 0
  public var rooms = 0
  /// What `close(note:)` was given, after a clean end.
  public var note: [UInt8] = []
  /// Rooms were there before this start, in files or in the log.
  public var hasRooms = false
  /// Torn ends of log segments that were cut: bytes never acknowledged.
  public var torn: [Torn] = []
  /// Damaged stretches. Good records behind them were kept.
  public var damage: [Damage] = []
  /// Names in the data directory that are none of ours; they are left alone.
  public var unexpected: [String] = []

  public struct Torn: Equatable, Sendable {
    public var file: String
    public var offset: Int
    public var bytes: Int
  }
}

/// Where a record of the recovered log is.
struct TailRecord: Sendable {
  var segment: Int  // index into `RecoveredLog.files`
  var offset: Int
  var length: Int
  var sequence: UInt64
}

/// The log as the process before left it: an index, no payloads.
struct RecoveredLog: Sendable {
  /// Segments with a good header, in order; `seed` to read their records.
  var files: [(file: File, seed: UInt32)] = []
  var sealed: [SegmentLedger.Sealed] = []
  var tail: [RoomID: [TailRecord]] = [:]
  var covered: [RoomID: UInt64] = [:]
  var lastNumber: UInt64 = 0
  var report = RecoveryReport()
  /// Segments whose records, or whose cut, may be in the page cache only.
  private var unsynced: [File] = []

  /// Reads all segments, whichever shard wrote them, cuts torn tails, and makes what is left
  /// durable: from here on every record counts as saved.
  ///
  /// - Parameter marker: What the clean-shutdown marker says of the segments; `nil` if there is
  ///   none. With it a missing tail is damage, not a torn write.
  static func read(
    _ wal: Directory, rooms: Directory, marker: CleanMarker?, options: StoreOptions
  ) throws(StorageError) -> RecoveredLog {
    var log = RecoveredLog()
    var names: [SegmentName] = []
    for text in try wal.names() {
      if let name = SegmentName(text) { names.append(name) }
      else { log.report.unexpected.append("\(wal.path)/\(text)") }
    }
    log.report.segments = names.count
    log.lastNumber = names.map(\.number).max() ?? 0
    for name in names {
      // A successor made ahead of time and never used says nothing about this one's end.
      let isLast = !names.contains { other in
        other.follows(name)
          && wal.status(other.description)?.bytes ?? 0 > SegmentHeader.byteCount
      }
      try log.add(name, in: wal, isLast: isLast, expected: marker?.lengths[name])
    }
    if let marker {
      for (name, bytes) in marker.lengths.sorted(by: { $0.key.number < $1.key.number })
      where !names.contains(name) {
        log.report.damage.append(
          Damage(
            file: "\(wal.path)/\(name.description)", range: 0..<0,
            reason: "is missing", lost: .known("\(bytes) bytes of log")))
      }
    }
    try log.makeDurable(wal)
    try log.dropCovered(rooms, options)
    log.reportGaps(in: wal, rooms, options)
    // An open file keeps its place on the disk also when its name is gone.
    if log.tail.isEmpty { log.files = [] }
    return log
  }

  private mutating func add(
    _ name: SegmentName, in wal: Directory, isLast: Bool, expected: Int?
  ) throws(StorageError) {
    let file = try wal.file(name.description, .update)
    let bytes = try file.readAll()
    if expected == nil && LogReader.isUnused(bytes) {
      // The crash came while the segment was made: it cannot hold anything acknowledged.
      try wal.unlink(name.description)
      return
    }
    // Neighbours are mostly of one room: look it up once for all of them.
    var runs: [(room: RoomID, records: [TailRecord])] = []
    let index = files.count
    let scan: LogReader.Scan
    do {
      scan = try LogReader.scan(bytes, path: file.path) { offset, header, room in
        let record = TailRecord(
          segment: index, offset: offset, length: header.length, sequence: header.sequence)
        if runs.last?.room == room {
          runs[runs.count - 1].records.append(record)
        } else {
          runs.append((room, [record]))
        }
      }
    } catch .damaged(_, _, let reason) {
      report.damage.append(
        Damage(
          file: file.path, range: 0..<bytes.count, reason: reason,
          lost: .known("the whole segment")))
      sealed.append(.init(name: name, bytes: bytes.count, rooms: [:], isDamaged: true))
      return
    }
    var rooms: [RoomID: UInt64] = [:]
    for (room, records) in runs {
      tail[room, default: []] += records
      rooms[room] = records.reduce(rooms[room] ?? 0) { max($0, $1.sequence) }
    }
    let known = report.damage.count
    let isCut = try judge(scan, file, bytes.count, isLast: isLast, expected: expected)
    if isCut || !rooms.isEmpty { unsynced.append(file) }
    files.append((file, scan.header?.seed ?? 0))
    sealed.append(
      .init(name: name, bytes: scan.end, rooms: rooms, isDamaged: report.damage.count > known))
  }

  /// Reports what is wrong with a segment; cuts its tail where that was torn, and says so.
  private mutating func judge(
    _ scan: LogReader.Scan, _ file: File, _ size: Int, isLast: Bool, expected: Int?
  ) throws(StorageError) -> Bool {
    let verdict = scan.verdict(file.path, size: size, isLast: isLast, expected: expected)
    report.damage += verdict.damage
    if verdict.isTorn {
      report.torn.append(.init(file: file.path, offset: scan.end, bytes: scan.tornBytes))
      try file.truncate(to: scan.end)
    }
    return verdict.isTorn
  }

  /// A killed process leaves records that no sync has confirmed. They are told from durable ones
  /// by nothing, so all are synced before anybody hears of them.
  private mutating func makeDurable(_ wal: Directory) throws(StorageError) {
    do throws(StorageError) { for file in unsynced { try file.sync() } } catch {
      guard case .io(_, let path, let code) = error else { throw error }
      throw .io(operation: .syncOfFoundLog, path: path, code: code)
    }
    if !unsynced.isEmpty { try wal.sync() }
    unsynced = []
  }

  /// Leaves out what the rooms' own files have; one header is read per room in the log.
  private mutating func dropCovered(
    _ rooms: Directory, _ options: StoreOptions
  ) throws(StorageError) {
    var jams: Set<Slug> = []
    for room in Array(tail.keys) {
      let files = try RoomFiles.find(room, in: rooms, options)
      // A newer format keeps the room closed, not the hub.
      let sequence = (try? files?.coveredSequence()) ?? 0
      // The log is about to lose what these files cover, now or with the next checkpoint.
      try files?.makeDurable()
      if files != nil, jams.insert(room.jam).inserted {
        try rooms.directoryIfPresent(room.jam.description)?.sync()
      }
      covered[room] = sequence
      let records = (tail[room] ?? []).filter { $0.sequence > sequence }
        .sorted { $0.sequence < $1.sequence }
      tail[room] = records.isEmpty ? nil : records
      report.records += records.count
    }
    if !jams.isEmpty { try rooms.sync() }
    report.rooms = tail.count
  }

  /// Sequences that are missing between a room's files and its tail, or within the tail: lost to
  /// damage, or never logged because the disk was full. The history is asked only where there is
  /// a gap.
  private mutating func reportGaps(
    in wal: Directory, _ rooms: Directory, _ options: StoreOptions
  ) {
    for (room, records) in tail.sorted(by: { $0.key < $1.key }) {
      let sequences = records.map(\.sequence)
      let base = covered[room] ?? 0
      guard !sequences.missing(after: base).isEmpty else { continue }
      var archived: [UInt64] = []
      if let files = try? RoomFiles.find(room, in: rooms, options) {
        // In a format that we do not know nobody can tell.
        guard (try? files.coveredSequence()) != nil else { continue }
        archived = (try? files.archivedSequences(after: base)) ?? []
      }
      for range in (sequences + archived).sorted().missing(after: base) {
        report.damage.append(.missing(range, of: room, in: wal.path))
      }
    }
  }

  /// The records of a room's tail, read and checked again.
  func records(of room: RoomID) throws(StorageError) -> [JournalRecord] {
    var records: [JournalRecord] = []
    for entry in tail[room] ?? [] {
      let (file, seed) = files[entry.segment]
      let bytes = try file.read(entry.length, at: entry.offset)
      guard let header = RecordHeader(bytes.span, at: 0, seed: seed),
        header.hasGoodBody(bytes.span, at: 0)
      else {
        throw .damaged(path: file.path, offset: entry.offset, reason: "record changed since start")
      }
      records.append(header.record(bytes.span, at: 0, room: room))
    }
    return records.inOrder()
  }
}
