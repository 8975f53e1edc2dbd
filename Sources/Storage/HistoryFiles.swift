/// Where a room's history ends: the file to append to, and the last record in it.
struct HistoryEnd: Equatable, Sendable {
  var number: UInt64 = 1
  var offset = 0
  var lastSequence: UInt64 = 0

  /// A file whose sync failed is never written again.
  var afterFailure: HistoryEnd {
    HistoryEnd(number: number + 1, offset: 0, lastSequence: lastSequence)
  }
}

/// The recording of a room: `history/NNNNNN.gz`, gzip members one after the other, each a batch
/// of records (Protocol/storage.md §6).
struct HistoryFiles: Sendable {
  let directory: Directory
  let room: RoomID

  /// A member is closed when its plain records reach this size, so that a reader who wants one
  /// moment inflates little.
  static let batchBytes = 256 << 10

  static func name(_ number: UInt64) -> String { padded(number, 6) + ".gz" }

  static func number(_ name: String) -> UInt64? {
    guard name.hasSuffix(".gz"), let number = UInt64(name.dropLast(3)), number > 0,
      number < SegmentName.numberLimit, Self.name(number) == name
    else { return nil }
    return number
  }

  func numbers() throws(StorageError) -> [UInt64] {
    try directory.names().compactMap(Self.number).sorted()
  }

  /// One member of a file: where, and what its header says.
  struct Member: Sendable {
    var offset: Int
    var header: MemberHeader
    var end: Int { offset + Int(header.memberCount) }
  }

  /// The members of a whole file, found by their headers, and the stretches that are none.
  static func members(
    of bytes: [UInt8], path: String
  ) throws(StorageError) -> (members: [Member], broken: [Range<Int>]) {
    var members: [Member] = []
    var broken: [Range<Int>] = []
    var offset = 0
    let span = bytes.span
    while offset < bytes.count {
      if let header = try header(span, at: offset, path: path),
        header.hasGoodBody(span, at: offset)
      {
        members.append(Member(offset: offset, header: header))
        offset += Int(header.memberCount)
        continue
      }
      let start = offset
      offset += 1
      while offset < bytes.count {
        if try isMember(span, offset, path) { break }
        offset += 1
      }
      broken.append(start..<offset)
    }
    return (members, broken)
  }

  private static func isMember(
    _ bytes: Span<UInt8>, _ offset: Int, _ path: String
  ) throws(StorageError) -> Bool {
    guard bytes[offset] == 0x1f else { return false }
    return try header(bytes, at: offset, path: path)?.hasGoodBody(bytes, at: offset) ?? false
  }

  /// `nil` where no good header of a history member is.
  private static func header(
    _ bytes: Span<UInt8>, at offset: Int, path: String
  ) throws(StorageError) -> MemberHeader? {
    do {
      let header = try MemberHeader(bytes, at: offset, path: path)
      return header.kind == .history ? header : nil
    } catch .newerFormat(let path, let version) {
      throw .newerFormat(path: path, version: version)
    } catch { return nil }
  }

  /// Where to append. What is broken behind everything that a checkpoint vouches for (`covered`)
  /// is a torn append: it is overwritten, with all that follows, because the log still has it. Any
  /// other broken end is damage: the file is left as it is, the history goes on in the next one.
  ///
  /// - Parameter fellBack: `covered` is that of an older `room.gz`; the log may have less than what
  ///   lies above it, so nothing is overwritten.
  func findEnd(covered: UInt64, fellBack: Bool) throws(StorageError) -> HistoryEnd {
    let numbers = try numbers()
    guard let last = numbers.last else { return HistoryEnd(lastSequence: covered) }
    let (offset, size, found) = try end(of: last, covered: covered)
    var lastSequence = found
    for number in numbers.dropLast().reversed() where lastSequence == nil {
      // The history went on behind this file: what it has above `covered` may be from a failed
      // write, and comes once more.
      lastSequence = try end(of: number, covered: covered).lastSequence.map { min($0, covered) }
    }
    let known = lastSequence ?? 0
    if offset == size || (known >= covered && !fellBack) {
      return HistoryEnd(number: last, offset: offset, lastSequence: max(known, covered))
    }
    return HistoryEnd(number: last + 1, offset: 0, lastSequence: max(known, covered))
  }

  /// Hops from header to header. The bodies of all members above `covered` are checked, up to the
  /// first bad one: a crash may leave any page of what was not synced unwritten, whatever lies
  /// behind. That is what one checkpoint, or a few that failed, appended. Of the members that a
  /// checkpoint vouches for only the last is looked at, and only if it ends the file.
  private func end(
    of number: UInt64, covered: UInt64
  ) throws(StorageError) -> (offset: Int, size: Int, lastSequence: UInt64?) {
    let file = try directory.file(Self.name(number), .read)
    let size = try file.size()
    var offset = 0
    var last: Member?
    var lastSequence: UInt64?
    while offset < size {
      let bytes = try file.read(MemberHeader.byteCount, at: offset)
      guard let header = try Self.header(bytes.span, at: 0, path: file.path),
        header.memberCount <= UInt64(size - offset)
      else { break }
      let member = Member(offset: offset, header: header)
      if header.lastSequence > covered {
        guard try hasGoodBody(member, in: file) else { break }
      }
      lastSequence = last?.header.lastSequence ?? lastSequence
      last = member
      offset = member.end
    }
    guard let last else { return (offset, size, nil) }
    if last.header.lastSequence <= covered {
      guard try hasGoodBody(last, in: file) else { return (last.offset, size, lastSequence) }
    }
    return (offset, size, last.header.lastSequence)
  }

  /// What is missing of the records through `covered`: files that are gone, and an end that cannot
  /// be read. Numbers may be missing by right, so sequences decide. Nothing is said of a file that
  /// cannot be opened.
  ///
  /// - Complexity: a header read for each file; every header of a file only where the next number
  ///   is missing, and of the last one.
  func gaps(through covered: UInt64) -> [Damage] {
    guard covered > 0, let numbers = try? numbers() else { return [] }
    var gaps: [Damage] = []
    var before: UInt64 = 0
    for number in numbers {
      let isFirst = number == numbers.first
      if isFirst || number > before + 1 {
        let reached = isFirst ? 0 : (try? end(of: before, covered: covered))?.lastSequence
        let first = (try? firstSequence(of: number)) ?? nil
        if let reached, let first, first > reached + 1 {
          gaps.append(.missingRecording(reached + 1...first - 1, file: path(of: before + 1)))
        }
      }
      before = number
    }
    for number in numbers.reversed() {
      guard let end = try? end(of: number, covered: covered) else { return gaps }
      let reached = end.lastSequence ?? 0
      if reached >= covered { return gaps }
      if end.offset < end.size {
        let reason = "no good batch of records"
        return gaps + [
          Damage(
            file: path(of: number), range: end.offset..<end.size, reason: reason, lost: .batch)
        ]
      }
      guard reached > 0 else { continue }
      return gaps + [.missingRecording(reached + 1...covered, file: path(of: before &+ 1))]
    }
    return gaps + [.missingRecording(1...covered, file: path(of: before &+ 1))]
  }

  private func path(of number: UInt64) -> String { "\(directory.path)/\(Self.name(number))" }

  /// `nil` for a file that is empty or does not begin with a good header.
  private func firstSequence(of number: UInt64) throws(StorageError) -> UInt64? {
    let file = try directory.file(Self.name(number), .read)
    let bytes = try file.read(MemberHeader.byteCount, at: 0)
    return try Self.header(bytes.span, at: 0, path: file.path)?.firstSequence
  }

  private func hasGoodBody(_ member: Member, in file: File) throws(StorageError) -> Bool {
    let bytes = try file.read(Int(member.header.memberCount), at: member.offset)
    return member.header.hasGoodBody(bytes.span, at: 0)
  }

  /// Appends records that the history does not have yet, durably. After a failure nothing of the
  /// file's end is trusted: the caller goes on with `end.afterFailure`.
  func append(
    _ records: [JournalRecord], at end: HistoryEnd, options: StoreOptions
  ) throws(StorageError) -> HistoryEnd {
    let fresh = records.filter { $0.sequence > end.lastSequence }
    guard let last = fresh.last else { return end }
    var next = end
    if next.offset >= options.historyFileBytes {
      next.number += 1
      next.offset = 0
    }
    let name = Self.name(next.number)
    let isNew = next.offset == 0
    if isNew { try directory.unlink(name) }
    let file = try directory.file(name, isNew ? .create : .update)
    if try file.size() > next.offset { try file.truncate(to: next.offset) }
    let start = next.offset
    do {
      // One at a time: a long checkpoint takes the memory of one member.
      for batch in Self.batches(of: fresh) {
        let member = Self.encode(fresh[batch], level: options.compressionLevel)
        try file.write(member, at: next.offset)
        next.offset += member.count
      }
      try file.sync()
      if isNew { try directory.sync() }
    } catch {
      try? file.truncate(to: start)
      throw error
    }
    next.lastSequence = last.sequence
    return next
  }

  /// Which records go into one member each.
  private static func batches(of records: [JournalRecord]) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    var start = 0
    var size = 0
    for index in records.indices {
      size += records[index].payload.count + 32
      guard size >= batchBytes || index == records.count - 1 else { continue }
      batches.append(start..<index + 1)
      start = index + 1
      size = 0
    }
    return batches
  }

  private static func encode(_ records: ArraySlice<JournalRecord>, level: Int) -> [UInt8] {
    guard let first = records.first, let last = records.last else { return [] }
    let header = MemberHeader(
      kind: .history, recordCount: UInt32(records.count), firstSequence: first.sequence,
      lastSequence: last.sequence)
    return header.member(HistoryBatch.encode(Array(records)), level: level)
  }

  /// Every readable record after `sequence`, in order, and what could not be read.
  func records(
    after sequence: UInt64, limit: Int
  ) throws(StorageError) -> (records: [JournalRecord], damage: [Damage]) {
    var records: [JournalRecord] = []
    var damage: [Damage] = []
    for number in try numbers() {
      let file = try directory.file(Self.name(number), .read)
      let bytes = try file.readAll()
      let (members, broken) = try Self.members(of: bytes, path: file.path)
      damage += broken.map {
        Damage(file: file.path, range: $0, reason: "no good batch of records", lost: .batch)
      }
      for member in members where member.header.lastSequence > sequence {
        do {
          records += try Self.records(of: member, in: bytes, path: file.path, room, limit)
        } catch {
          damage.append(Damage(error, file: file.path, size: member.end, lost: .batch))
        }
      }
    }
    records.removeAll { $0.sequence <= sequence }
    return (records.inOrder(), damage)
  }

  /// The records of the last member, and of those that hold one of `sequences`; in order. What
  /// cannot be read is left out: that is for `verify` to tell.
  ///
  /// - Complexity: a header read for each member back to the lowest of `sequences`.
  func records(around sequences: Set<UInt64>, limit: Int) -> [JournalRecord] {
    var left = sequences
    var records: [JournalRecord] = []
    for number in ((try? numbers()) ?? []).reversed() {
      guard let file = try? directory.file(Self.name(number), .read) else { continue }
      let members = ((try? Self.headers(of: file)) ?? []).reversed()
      for member in members {
        let header = member.header
        let held = left.filter { header.firstSequence <= $0 && $0 <= header.lastSequence }
        left.subtract(held)
        if held.isEmpty, !records.isEmpty { continue }
        let count = Int(header.memberCount)
        guard let bytes = try? file.read(count, at: member.offset) else { continue }
        let whole = Member(offset: 0, header: header)
        records += (try? Self.records(of: whole, in: bytes, path: file.path, room, limit)) ?? []
      }
      if left.isEmpty, !records.isEmpty { break }
    }
    return records.inOrder()
  }

  /// The members of a file as far as one header leads to the next.
  private static func headers(of file: File) throws(StorageError) -> [Member] {
    let size = try file.size()
    var members: [Member] = []
    var offset = 0
    while offset < size {
      let bytes = try file.read(MemberHeader.byteCount, at: offset)
      guard let header = try header(bytes.span, at: 0, path: file.path),
        header.memberCount <= UInt64(size - offset)
      else { break }
      members.append(Member(offset: offset, header: header))
      offset += Int(header.memberCount)
    }
    return members
  }

  static func records(
    of member: Member, in bytes: [UInt8], path: String, _ room: RoomID, _ limit: Int
  ) throws(StorageError) -> [JournalRecord] {
    let plain = try member.header.plain(bytes, at: member.offset, path: path, limit: limit)
    guard let records = HistoryBatch.decode(plain.span, room: room, header: member.header) else {
      throw .damaged(path: path, offset: member.offset, reason: "holds a bad batch of records")
    }
    return records
  }
}

extension [JournalRecord] {
  /// By sequence, each once.
  func inOrder() -> [JournalRecord] {
    var result: [JournalRecord] = []
    result.reserveCapacity(count)
    for record in sorted(by: { $0.sequence < $1.sequence })
    where record.sequence != result.last?.sequence {
      result.append(record)
    }
    return result
  }
}
