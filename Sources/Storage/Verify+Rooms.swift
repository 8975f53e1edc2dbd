import Glibc

extension Verifier {
  /// All files of a room. Snapshots before history: the history is written first, so what is read
  /// later reaches at least as far.
  mutating func check(_ files: RoomFiles) throws(StorageError) {
    let directory = files.directory
    let covered = (try? files.coveredSequence()) ?? 0
    let known: Set<String> = ["boards", "history", "versions"]
    let own = [SnapshotFile.stage(in: directory), SnapshotFile.room(in: directory)]
    var newest: UInt64 = 0
    for (file, content) in zip(own, [VerifiedContent.stage, .meta]) {
      newest = max(newest, try check(file, as: content))
    }
    let ownNames = Set(own.flatMap(\.names))
    report.unexpected += try directory.names()
      .filter { !known.contains($0) && !ownNames.contains($0) }.map { "\(directory.path)/\($0)" }
    var boardNames: Set<String> = []
    if let boards = try directory.directoryIfPresent("boards") {
      let names = try boards.names()
      boardNames = Set(RoomFiles.boardNames(names))
      var expected: Set<String> = []
      for name in boardNames.sorted() {
        let file = SnapshotFile.board(name, in: boards)
        expected.formUnion(file.names)
        newest = max(newest, try check(file, as: .board))
        report.boards += 1
      }
      report.unexpected += names.filter { !expected.contains($0) && !isLeftover($0) }
        .map { "\(boards.path)/\($0)" }
    }
    var boardsInHistory: Set<String> = []
    var last: UInt64 = 0
    if let history = try directory.directoryIfPresent("history") {
      let files = HistoryFiles(directory: history, room: files.room)
      last = try check(files, covered: covered, boards: &boardsInHistory)
    }
    for name in boardsInHistory.subtracting(boardNames).sorted() where !name.isEmpty {
      report.damage.append(
        Damage(
          file: "\(directory.path)/boards/\(name).yjs.gz", range: 0..<0,
          reason: "snapshot is missing", lost: "nothing, if the history is whole"))
    }
    checkSequences(of: files.room, in: directory.path, reaching: max(newest, covered, last))
    if newest > 0 && directory.status(own[1].current) == nil
      && directory.status(own[1].previous) == nil && !(sequences[files.room]?.hasLog ?? false)
    {
      report.damage.append(
        Damage(file: "\(directory.path)/room.gz", range: 0..<0, reason: "file is missing"))
    }
  }

  private func isLeftover(_ name: String) -> Bool { name.hasSuffix(".tmp.yjs.gz") }

  /// Sequences of a room without gaps, up to `end` at least.
  mutating func checkSequences(of room: RoomID, in path: String, reaching end: UInt64 = 0) {
    for range in sequences[room, default: .init()].missing(through: end) {
      report.damage.append(.missing(range, of: room, in: path))
    }
  }

  /// Every generation of a snapshot; returns the newest sequence.
  private mutating func check(
    _ file: SnapshotFile, as content: VerifiedContent
  ) throws(StorageError) -> UInt64 {
    var newest: UInt64 = 0
    for name in [file.current, file.previous] {
      let path = "\(file.directory.path)/\(name)"
      do {
        guard let found = try file.read(name, limit: options.snapshotBytesLimit) else { continue }
        report.files += 1
        newest = max(newest, found.header.lastSequence)
        if let reason = decode(content, found.plain) {
          report.damage.append(
            Damage(file: path, range: 0..<0, reason: "cannot be decoded: \(reason)"))
        }
      } catch { try note(error, file: path, lost: "nothing, if the history is whole") }
    }
    if file.directory.status(file.damaged) != nil {
      report.notes.append("set aside because of damage: \(file.directory.path)/\(file.damaged)")
    }
    return newest
  }

  /// All history files of a room; returns the last sequence.
  private mutating func check(
    _ history: HistoryFiles, covered: UInt64, boards: inout Set<String>
  ) throws(StorageError) -> UInt64 {
    let numbers = try history.numbers()
    let names = Set(numbers.map(HistoryFiles.name))
    report.unexpected += try history.directory.names().filter { !names.contains($0) }
      .map { "\(history.directory.path)/\($0)" }
    var last: UInt64 = 0
    for number in numbers {
      guard let file = try history.directory.fileIfPresent(HistoryFiles.name(number)) else {
        continue
      }
      report.files += 1
      let bytes = try file.readAll()
      let (members, broken) = try HistoryFiles.members(of: bytes, path: file.path)
      for member in members {
        last = max(last, member.header.lastSequence)
        try check(member, in: bytes, file.path, history.room, covered, &boards)
      }
      for range in broken {
        let isTorn = number == numbers.last && range.upperBound == bytes.count && last >= covered
        if isTorn {
          if report.hubIsRunning { continue }
          report.notes.append("\(file.path): torn end, \(range.count) bytes")
        } else {
          report.damage.append(
            Damage(
              file: file.path, range: range, reason: "broken history member",
              lost: "the records in it"))
        }
      }
    }
    return last
  }

  private mutating func check(
    _ member: HistoryFiles.Member, in bytes: [UInt8], _ path: String, _ room: RoomID,
    _ covered: UInt64, _ boards: inout Set<String>
  ) throws(StorageError) {
    let range = member.offset..<member.end
    do {
      let limit = options.snapshotBytesLimit
      for record in try HistoryFiles.records(of: member, in: bytes, path: path, room, limit) {
        report.records += 1
        sequences[room, default: .init()].insert(history: record.sequence)
        if record.kind == .update || record.kind == .syncReply, record.sequence <= covered {
          boards.insert(record.board)
        }
        if let reason = decode(.record(record.kind), record.payload) {
          report.damage.append(
            Damage(
              file: path, range: range,
              reason: "record \(record.sequence) cannot be decoded: \(reason)"))
        }
      }
    } catch {
      guard error.isDamage else { throw error }
      report.damage.append(
        Damage(file: path, range: range, reason: "\(error)", lost: "the records in it"))
    }
  }
}

/// Sequences of one room, kept as ranges: they mostly come in order.
struct SequenceSet {
  private var ranges: [ClosedRange<UInt64>] = []
  /// Some are in the log.
  private(set) var hasLog = false

  mutating func insert(_ sequence: UInt64) {
    hasLog = true
    add(sequence...sequence)
  }

  mutating func insert(history sequence: UInt64) { add(sequence...sequence) }

  mutating func insert(_ other: SequenceSet) {
    hasLog = hasLog || other.hasLog
    for range in other.ranges { add(range) }
  }

  private mutating func add(_ range: ClosedRange<UInt64>) {
    if let last = ranges.last, range.lowerBound > 0, range.lowerBound >= last.lowerBound,
      range.lowerBound - 1 <= last.upperBound
    {
      let end = max(last.upperBound, range.upperBound)
      ranges[ranges.count - 1] = last.lowerBound...end
    } else {
      ranges.append(range)
    }
  }

  /// What is missing from 1 to the last one, or to `end`.
  func missing(through end: UInt64) -> [ClosedRange<UInt64>] {
    var missing: [ClosedRange<UInt64>] = []
    var last: UInt64 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > last + 1 { missing.append(last + 1...range.lowerBound - 1) }
      last = max(last, range.upperBound)
    }
    if last < end { missing.append(last + 1...end) }
    return missing
  }
}

extension SnapshotFile {
  /// Every name that a snapshot may leave in its directory.
  var names: [String] { [current, previous, damaged, temporary] }
}

func pause(milliseconds: Int) { _ = usleep(UInt32(milliseconds) * 1000) }
