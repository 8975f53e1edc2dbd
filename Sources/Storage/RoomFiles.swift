/// The files of one room.
///
/// A checkpoint writes in the order history, boards, stage, `room.gz`. Each step is durable before
/// the next, and `room.gz` says up to where all of them reach: so after a crash anywhere between,
/// the log still has whatever a file lacks, and what a file has twice is told by sequence.
struct RoomFiles: Sendable {
  let room: RoomID
  let directory: Directory
  let options: StoreOptions

  /// The room's files under `rooms/`; `nil` if the room has none.
  static func find(
    _ room: RoomID, in rooms: Directory, _ options: StoreOptions
  ) throws(StorageError) -> RoomFiles? {
    guard let jam = try rooms.directoryIfPresent(room.jam.description),
      let directory = try jam.directoryIfPresent(room.prototype.description)
    else { return nil }
    return RoomFiles(room: room, directory: directory, options: options)
  }

  static func create(
    _ room: RoomID, in rooms: Directory, _ options: StoreOptions
  ) throws(StorageError) -> RoomFiles {
    let jam = try rooms.directory(room.jam.description)
    let directory = try jam.directory(room.prototype.description)
    return RoomFiles(room: room, directory: directory, options: options)
  }

  /// Up to which sequence the files are complete; read from one header.
  func coveredSequence() throws(StorageError) -> UInt64 {
    try SnapshotFile.room(in: directory).newestHeader()?.lastSequence ?? 0
  }

  /// What the history has above `sequence`.
  func archivedSequences(after sequence: UInt64) throws(StorageError) -> [UInt64] {
    guard let directory = try directory.directoryIfPresent("history") else { return [] }
    return try HistoryFiles(directory: directory, room: room)
      .records(after: sequence, limit: options.snapshotBytesLimit).records.map(\.sequence)
  }

  /// Board ids in a `boards` directory that have a snapshot of any generation.
  static func boardNames(_ files: [String]) -> [String] {
    var names: Set<String> = []
    for file in files {
      let parts = file.split(separator: ".", omittingEmptySubsequences: false)
      guard let slug = Slug(parts[0]) else { continue }
      let rest = parts.dropFirst().joined(separator: ".")
      if ["yjs.gz", "prev.yjs.gz", "damaged.yjs.gz"].contains(rest) {
        names.insert(slug.description)
      }
    }
    return names.sorted()
  }

  /// A process that was killed in a checkpoint may have left records, files and renames in the page
  /// cache only. The next checkpoint writes none of that again, so it is synced now. What cannot be
  /// opened is no concern here: it keeps the room closed.
  func makeDurable() throws(StorageError) {
    if let history = try? directory.directoryIfPresent("history") {
      let last = try? HistoryFiles(directory: history, room: room).numbers().last
      if let last, let file = try? history.fileIfPresent(HistoryFiles.name(last)) {
        try file.sync()
      }
      try history.sync()
    }
    if let boards = try? directory.directoryIfPresent("boards") { try boards.sync() }
    try directory.sync()
  }

  // MARK: Checkpoint

  /// Writes a checkpoint. On return everything is durable.
  func write(
    _ checkpoint: Checkpoint, at end: HistoryEnd?
  ) -> (end: HistoryEnd?, result: Result<Void, StorageError>) {
    var end = end
    do throws(StorageError) {
      let history = HistoryFiles(directory: try directory.directory("history"), room: room)
      let from: HistoryEnd
      if let end {
        from = end
      } else {
        from = try history.findEnd(
          covered: try coveredSequence(), fellBack: SnapshotFile.room(in: directory).fellBack)
      }
      end = from.afterFailure
      end = try history.append(checkpoint.records, at: from, options: options)
      try writeSnapshots(checkpoint)
      return (end, .success(()))
    } catch { return (end, .failure(error)) }
  }

  private func writeSnapshots(_ checkpoint: Checkpoint) throws(StorageError) {
    if !checkpoint.boards.isEmpty {
      let boards = try directory.directory("boards")
      for (name, board) in checkpoint.boards.sorted(by: { $0.key < $1.key }) {
        guard Slug(name) != nil else {
          throw .io(operation: .write, path: "\(boards.path)/\(name)", code: 22)
        }
        try write(board, to: .board(name, in: boards))
      }
      try boards.sync()
    }
    if let stage = checkpoint.stage {
      try write(stage, to: .stage(in: directory))
      try directory.sync()
    }
    try SnapshotFile.room(in: directory).write(
      checkpoint.meta, epoch: 0, sequence: checkpoint.throughSequence,
      level: options.compressionLevel)
    try directory.sync()
  }

  private func write(
    _ snapshot: Checkpoint.Snapshot, to file: SnapshotFile
  ) throws(StorageError) {
    try file.write(
      snapshot.update(), epoch: snapshot.epoch, sequence: snapshot.sequence,
      level: options.compressionLevel)
  }

  // MARK: Load

  /// The room, with `tail` from the log. Where a snapshot cannot be used, the generation before
  /// it and the history take over.
  func load(tail: [JournalRecord]) throws(StorageError) -> (room: StoredRoom, end: HistoryEnd?) {
    var stored = StoredRoom(room: room)
    let limit = options.snapshotBytesLimit
    // The lowest sequence from which records are needed again, if any snapshot fell back.
    var rebuildFrom: UInt64?
    var absences: [Damage] = []
    func take(_ loaded: SnapshotFile.Loaded) -> SnapshotFile.Generation? {
      stored.damage += loaded.damage
      if let absence = loaded.absence { absences.append(absence) }
      let sequence = loaded.generation?.header.lastSequence ?? 0
      if loaded.fellBack { rebuildFrom = min(rebuildFrom ?? sequence, sequence) }
      stored.lastSequence = max(stored.lastSequence, sequence)
      return loaded.generation
    }
    if let meta = take(try SnapshotFile.room(in: directory).load(limit: limit)) {
      stored.meta = meta.plain
      stored.metaSequence = meta.header.lastSequence
    }
    stored.stage = take(try SnapshotFile.stage(in: directory).load(limit: limit))?.snapshot
    if let boards = try directory.directoryIfPresent("boards") {
      for name in Self.boardNames(try boards.names()) {
        let board = take(try SnapshotFile.board(name, in: boards).load(limit: limit))
        if let board { stored.boards[name] = board.snapshot }
      }
    }
    // A checkpoint that failed between two renames leaves the same, and the log behind it.
    let isInterrupted = tail.first.map { $0.sequence <= stored.metaSequence + 1 } ?? false
    if !isInterrupted { stored.damage += absences }
    // A document whose files are all gone leaves no name behind but in the room's own data.
    for name in stored.meta.map(options.documents) ?? [] {
      let isThere = name.isEmpty ? stored.stage != nil : stored.boards[name] != nil
      if isThere { continue }
      rebuildFrom = 0
      let path = "\(directory.path)/\(name.isEmpty ? "stage" : "boards/\(name)").yjs.gz"
      stored.noteMissing(path)
    }
    // Until it is there for the first time the log keeps everything, from the first record on.
    if stored.meta == nil, tail.first?.sequence != 1, try hasAnyFile() {
      stored.noteMissing(SnapshotFile.room(in: directory).absence.file)
    }
    let end = try addRecords(tail, rebuildFrom: rebuildFrom, to: &stored)
    return (stored, end)
  }

  /// Whether a checkpoint has written anything here.
  private func hasAnyFile() throws(StorageError) -> Bool {
    if directory.status("stage.yjs.gz") != nil { return true }
    for name in ["boards", "history"] {
      if let folder = try directory.directoryIfPresent(name), !(try folder.names()).isEmpty {
        return true
      }
    }
    return false
  }

  /// Puts together the records that the snapshots lack, and says which are missing.
  private func addRecords(
    _ tail: [JournalRecord], rebuildFrom: UInt64?, to stored: inout StoredRoom
  ) throws(StorageError) -> HistoryEnd? {
    var records = tail
    let base = min(stored.metaSequence, rebuildFrom ?? .max)
    var end: HistoryEnd?
    // `load` has set a damaged current generation aside.
    let fellBack = SnapshotFile.room(in: directory).fellBack
    // `room.gz` says how far everything reached, and so does a whole history.
    var isEndKnown = stored.meta != nil && !fellBack
    if let folder = try directory.directoryIfPresent("history") {
      let history = HistoryFiles(directory: folder, room: room)
      stored.recordingGaps = history.gaps(through: stored.metaSequence)
      end = try history.findEnd(covered: stored.metaSequence, fellBack: fellBack)
      stored.lastSequence = max(stored.lastSequence, end?.lastSequence ?? 0)
      let last = stored.lastSequence
      if rebuildFrom != nil || !records.missing(after: base, through: last).isEmpty {
        let past = try history.records(after: base, limit: options.snapshotBytesLimit)
        stored.damage += past.damage
        isEndKnown = isEndKnown || (past.damage.isEmpty && !past.records.isEmpty)
        records = (past.records + records).inOrder()
      }
    } else if stored.metaSequence > 0 {
      let first = "\(directory.path)/history/\(HistoryFiles.name(1))"
      stored.recordingGaps = [.missingRecording(1...stored.metaSequence, file: first)]
    }
    let missing = records.missing(after: base, through: stored.lastSequence)
    if isEndKnown || !missing.isEmpty {
      for index in stored.damage.indices where stored.damage[index].lost == .unknown {
        stored.damage[index].lost =
          missing.isEmpty ? .nothing : .known("what the records changed that are missing")
      }
    }
    stored.damage += missing.map { .missing($0, of: room, in: directory.path) }
    stored.recordingGaps.removeAll(where: stored.damage.contains)
    stored.rebuildsAll = base == 0 && missing.isEmpty
    stored.lastSequence = max(stored.lastSequence, records.last?.sequence ?? 0)
    stored.tail = records.filter { stored.needs($0, rebuilds: rebuildFrom != nil) }
    return end
  }
}

extension SnapshotFile.Generation {
  fileprivate var snapshot: StoredRoom.Snapshot {
    StoredRoom.Snapshot(epoch: header.epoch, sequence: header.lastSequence, update: plain)
  }
}

extension StoredRoom {
  /// A file that was there is gone, and no generation of it is left.
  fileprivate mutating func noteMissing(_ path: String) {
    if damage.contains(where: { $0.file == path }) { return }
    damage.append(
      Damage(
        file: path, range: 0..<0, reason: "is missing", lost: .unknown,
        instead: SnapshotFile.recordsAlone))
  }

  /// Whether a record has something that `meta` or its document's snapshot lacks. An update says
  /// more than the document shows, whose it is for instance, and that belongs to `meta`. While a
  /// board is rebuilt from an older generation control records come again, because they tell of
  /// boards that were replaced.
  fileprivate func needs(_ record: JournalRecord, rebuilds: Bool) -> Bool {
    if record.sequence > metaSequence { return true }
    return switch record.kind {
    case .update, .syncReply: record.sequence > boards[record.board]?.sequence ?? 0
    case .stageUpdate: record.sequence > stage?.sequence ?? 0
    default: rebuilds
    }
  }
}

extension [JournalRecord] {
  /// Stretches of sequences that are not here, between `start` and the last record or `end`.
  func missing(after start: UInt64, through end: UInt64 = 0) -> [ClosedRange<UInt64>] {
    map(\.sequence).missing(after: start, through: end)
  }
}

extension [UInt64] {
  /// Stretches that are not in these sorted sequences, between `start` and the last or `end`.
  func missing(after start: UInt64, through end: UInt64 = 0) -> [ClosedRange<UInt64>] {
    var missing: [ClosedRange<UInt64>] = []
    var last = start
    for sequence in self where sequence > last {
      if sequence > last + 1 { missing.append(last + 1...sequence - 1) }
      last = sequence
    }
    if last < end { missing.append(last + 1...end) }
    return missing
  }
}
