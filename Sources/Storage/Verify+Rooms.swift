extension Verifier {
  /// What the history says of a room's documents.
  struct HistoryFindings {
    /// The last sequence in it.
    var last: UInt64 = 0
    /// Some bytes of it are no records: nobody knows how far it reached.
    var isDamaged = false
    /// The last update of each board that the room's file covers; the stage's under "".
    var lastUpdates: [String: UInt64] = [:]
  }

  private static let closed = Damage.Loss.known(
    "the room, which stays closed until the file is put away")

  /// All files of a room. Snapshots before history: the history is written first, so what is read
  /// later reaches at least as far.
  mutating func check(_ files: RoomFiles) throws(StorageError) {
    let directory = files.directory
    let covered = (try? files.coveredSequence()) ?? 0
    let stage = try examine(.stage(in: directory), as: .stage)
    let room = try examine(.room(in: directory), as: .meta)
    let known = Set(["boards", "history", "versions"] + stage.file.names + room.file.names)
    report.unexpected += try directory.names().filter { !known.contains($0) }
      .map { "\(directory.path)/\($0)" }
    var boards = try examineBoards(directory)
    report.boards += boards.count
    var history = HistoryFindings()
    if let found = try folder("history", in: directory, lost: Self.closed) {
      history = try check(
        HistoryFiles(directory: found, room: files.room), covered: covered,
        fellBack: room.fallsBack)
    }
    let newest = boards.values.reduce(max(stage.newest, room.newest)) { max($0, $1.newest) }
    let reach = Reach(
      covered: covered, end: max(newest, covered, history.last),
      isEndKnown: room.isThere || (history.last > 0 && !history.isDamaged))
    // Boards whose files are gone altogether are known from the room's file or their records.
    let named = Set(room.documents)
    for name in named.union(history.lastUpdates.keys) where !name.isEmpty && boards[name] == nil {
      var gone = SnapshotState(.board(name, in: directory), .board)
      gone.path = "\(directory.path)/boards/\(gone.file.current)"
      boards[name] = gone
    }
    // With every document there, what the recording lacks is as a rule lost to it alone.
    let haveAll = room.isThere && !stage.fallsBack && boards.values.allSatisfy(\.isThere)
    checkSequences(
      of: files.room, in: directory.path, reaching: reach.end,
      coveredBySnapshots: haveAll ? covered : 0)
    let stageNeeded = history.lastUpdates[""] ?? 0
    judge(stage, of: files.room, needed: stageNeeded, isNamed: named.contains(""), reach)
    judgeRoomFile(room, of: files.room, reach)
    for (name, board) in boards.sorted(by: { $0.key < $1.key }) {
      let needed = history.lastUpdates[name] ?? 0
      judge(board, of: files.room, needed: needed, isNamed: named.contains(name), reach)
    }
  }

  private mutating func examineBoards(
    _ directory: Directory
  ) throws(StorageError) -> [String: SnapshotState] {
    guard let boards = try folder("boards", in: directory, lost: Self.closed) else {
      return [:]
    }
    var states: [String: SnapshotState] = [:]
    var expected: Set<String> = []
    let names = try boards.names()
    for name in RoomFiles.boardNames(names) {
      let state = try examine(.board(name, in: boards), as: .board)
      expected.formUnion(state.file.names)
      states[name] = state
    }
    report.unexpected += names.filter { !expected.contains($0) && !$0.hasSuffix(".tmp.yjs.gz") }
      .map { "\(boards.path)/\($0)" }
    return states
  }

  /// Sequences of a room without gaps, up to `end` at least.
  ///
  /// - Parameter covered: The snapshots have what the records up to this one changed.
  mutating func checkSequences(
    of room: RoomID, in path: String, reaching end: UInt64 = 0,
    coveredBySnapshots covered: UInt64 = 0
  ) {
    for range in sequences[room, default: .init()].missing(through: end) {
      if range.lowerBound <= covered {
        report.damage.append(
          .missingRecording(range.clamped(to: 0...covered), in: "\(path)/history"))
      }
      if range.upperBound > covered {
        report.damage.append(.missing(range.clamped(to: covered + 1 ... .max), of: room, in: path))
      }
    }
  }

  /// All history files of a room.
  private mutating func check(
    _ history: HistoryFiles, covered: UInt64, fellBack: Bool
  ) throws(StorageError) -> HistoryFindings {
    let numbers = try history.numbers()
    let names = Set(numbers.map(HistoryFiles.name))
    report.unexpected += try history.directory.names().filter { !names.contains($0) }
      .map { "\(history.directory.path)/\($0)" }
    var findings = HistoryFindings()
    let known = report.damage.count
    for number in numbers {
      let name = HistoryFiles.name(number)
      let path = "\(history.directory.path)/\(name)"
      let bytes: [UInt8]
      do {
        guard let file = try history.directory.fileIfPresent(name) else { continue }
        report.files += 1
        bytes = try file.readAll()
      } catch {
        let size = history.directory.status(name)?.bytes ?? 0
        try note(error, file: path, size: size, lost: .known("the records in it"))
        continue
      }
      let (members, broken) = try HistoryFiles.members(of: bytes, path: path)
      if !broken.isEmpty { findings.isDamaged = true }
      let before = findings.last
      for member in members {
        findings.last = max(findings.last, member.header.lastSequence)
        try check(member, in: bytes, path, history.room, covered, &findings)
      }
      for range in broken {
        // Whatever lies behind, the log has it too, or its sequences are found missing.
        let reached = members.last { $0.end <= range.lowerBound }?.header.lastSequence ?? before
        if number == numbers.last, reached >= covered, !fellBack {
          if report.hubIsRunning { break }
          let count = bytes.count - range.lowerBound
          report.notes.append(
            "\(path): a write was interrupted; its last \(count) bytes count for nothing")
          break
        } else {
          report.damage.append(
            Damage(file: path, range: range, reason: "no good batch of records", lost: .batch))
        }
      }
    }
    if report.damage.count > known { findings.isDamaged = true }
    return findings
  }

  private mutating func check(
    _ member: HistoryFiles.Member, in bytes: [UInt8], _ path: String, _ room: RoomID,
    _ covered: UInt64, _ findings: inout HistoryFindings
  ) throws(StorageError) {
    do {
      let limit = options.snapshotBytesLimit
      for record in try HistoryFiles.records(of: member, in: bytes, path: path, room, limit) {
        sequences[room, default: .init()].insert(history: record.sequence)
        if record.changesDocument, record.sequence <= covered {
          findings.lastUpdates[record.board] = max(
            findings.lastUpdates[record.board] ?? 0, record.sequence)
        }
        if let fault = decode(.record(record.kind), record.payload) {
          report.damage.append(
            Damage(
              file: path, range: member.offset..<member.end,
              reason: "record \(record.sequence) cannot be decoded: \(fault.reason)",
              lost: .known("what it changed, should a snapshot be lost")))
        }
      }
    } catch {
      try note(error, file: path, size: member.end, lost: .batch)
    }
  }
}

extension JournalRecord {
  /// An update of a board or, with the board "", of the stage.
  fileprivate var changesDocument: Bool {
    kind == .update || kind == .syncReply || kind == .stageUpdate
  }
}
