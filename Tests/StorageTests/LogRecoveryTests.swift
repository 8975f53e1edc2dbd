import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// A data directory with one log segment of five records, left as by a kill.
private struct CrashedLog {
  let folder: TemporaryFolder
  let name: String
  let bytes: [UInt8]
  let records: [JournalRecord]
  /// Where each record begins, and the end of the last.
  let offsets: [Int]

  init(_ records: [JournalRecord] = TestRoom.records(1...5)) throws {
    folder = try TemporaryFolder()
    self.records = records
    let store = try openStore(folder.path, shards: 1)
    for record in records { try store.journal(forShard: 0).append(record) }
    store.journal(forShard: 0).flush()
    let names = try folder.names("wal")
    name = "wal/\(names[0])"
    bytes = try folder.bytes(name)
    var offset = SegmentHeader.byteCount
    offsets = [offset] + records.map { offset += $0.logByteCount; return offset }
  }

  func open(_ changed: [UInt8]) throws -> (RecoveryReport, StoredRoom) {
    let copy = try TemporaryFolder()
    try #require(Directory.open(copy.path).directory("wal").names().isEmpty)
    try copy.write(changed, to: name)
    let store = try openStore(copy.path, shards: 1)
    return (store.recovery, try store.load(TestRoom.id))
  }
}

@Suite("Log recovery")
struct LogRecoveryTests {
  @Test func tornTailIsCutAtEveryByteOfTheLastTwoRecords() throws {
    let log = try CrashedLog()
    for end in log.offsets[3]..<log.bytes.count {
      let (report, room) = try log.open(Array(log.bytes[..<end]))
      let whole = log.offsets.lastIndex { $0 <= end } ?? 0
      #expect(room.tail == Array(log.records[..<whole]), "cut at \(end)")
      let torn = end - log.offsets[whole]
      #expect(report.torn.map(\.bytes) == (torn == 0 ? [] : [torn]), "cut at \(end)")
      #expect(report.damage.isEmpty && report.wasUnclean)
    }
  }

  static let tails: [[UInt8]] = [
    [0], Array(repeating: 0, count: 5000), Array(repeating: 0xff, count: 300),
    (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 167) },
    [0, 0, 0, 0, 0xA7, 1, 4, 3], Array(repeating: 0xA7, count: 2000),
  ]

  @Test(arguments: tails)
  func zerosAndGarbageAtTheEndAreCutAndReported(_ tail: [UInt8]) throws {
    let log = try CrashedLog()
    let (report, room) = try log.open(log.bytes + tail)
    #expect(room.tail == log.records)
    #expect(report.torn.map(\.bytes) == [tail.count])
    #expect(report.damage.isEmpty)
  }

  /// Every bit: either nothing good is lost (second copy of the header), or exactly the record
  /// that the bit is in, and the report names it. The last record looks like a torn write.
  @Test func everyFlippedBitCostsAtMostItsRecordAndIsReported() throws {
    let log = try CrashedLog()
    for bit in stride(from: 0, to: log.bytes.count * 8, by: 3) {
      var changed = log.bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      let (report, room) = try log.open(changed)
      let hit = log.offsets.lastIndex { $0 <= bit / 8 }
      let kept = log.records.enumerated().filter { $0.offset != hit }.map(\.element)
      #expect(room.tail == kept, "bit \(bit)")
      if hit == log.records.count - 1 {
        #expect(report.torn.count == 1, "bit \(bit)")
      } else {
        #expect(!report.damage.isEmpty, "bit \(bit)")
      }
      if let hit, hit < log.records.count - 1 {
        let lost = "sequences \(hit + 1) to \(hit + 1)"
        #expect(report.damage.contains { "\($0.lost)".contains(lost) }, "bit \(bit)")
      }
    }
  }

  @Test func verifyFindsEveryFlippedBitOfACleanlyClosedLog() throws {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    for record in TestRoom.records(1...3) { try store.journal(forShard: 0).append(record) }
    try store.close()
    let name = "wal/\(try folder.names("wal")[0])"
    for name in [name, "clean"] {
      let bytes = try folder.bytes(name)
      #expect(try Store.verify(folder.path).isClean)
      for bit in 0..<bytes.count * 8 {
        var changed = bytes
        changed[bit / 8] ^= 1 << UInt8(bit % 8)
        try folder.write(changed, to: name)
        #expect(try !Store.verify(folder.path).isClean, "\(name) bit \(bit)")
      }
      for end in 0..<bytes.count {
        try folder.write(Array(bytes[..<end]), to: name)
        #expect(try !Store.verify(folder.path).isClean, "\(name) cut at \(end)")
      }
      try folder.write(bytes, to: name)
    }
  }

  @Test func aPayloadThatContainsARecordIsNotTakenForOne() throws {
    // The bytes of a record of another log: right in every field but the salt.
    let other = try CrashedLog()
    var records = TestRoom.records(1...3)
    records[1].payload = Array(other.bytes[other.offsets[3]...])
    let log = try CrashedLog(records)
    var changed = log.bytes
    changed[log.offsets[1]] ^= 1  // the length of the record around it
    let (report, room) = try log.open(changed)
    #expect(room.tail == [records[0], records[2]])
    #expect(report.damage.count == 2)
  }

  @Test func theNumberOfShardsMayChange() throws {
    let folder = try TemporaryFolder()
    var expected: [JournalRecord] = []
    var sequence: UInt64 = 1
    for shards in [1, 4, 2, 3] {
      let store = try openStore(folder.path, shards: shards)
      #expect(try store.load(TestRoom.id).tail == expected)
      for shard in 0..<shards {
        let record = TestRoom.record(sequence)
        try store.journal(forShard: shard).append(record)
        store.journal(forShard: shard).flush()
        expected.append(record)
        sequence += 1
      }
    }
    let store = try openStore(folder.path, shards: 1)
    #expect(try store.load(TestRoom.id).tail == expected)
    try store.checkpointed(TestRoom.checkpoint(expected))
    #expect(try folder.names("wal").count == 1, "only the segment in use is left")
  }

  @Test func aBrokenEndBeforeALaterSegmentIsDamage() throws {
    let log = try CrashedLog()
    do {
      let store = try openStore(log.folder.path, shards: 1)
      try store.journal(forShard: 0).append(TestRoom.record(6))
      store.journal(forShard: 0).flush()
    }
    try log.folder.write(Array(log.bytes.dropLast()), to: log.name)
    let store = try openStore(log.folder.path, shards: 1)
    #expect(store.recovery.torn.isEmpty)
    #expect(store.recovery.damage.contains { "\($0.lost)".contains("sequences 5 to 5") })
    #expect(try store.load(TestRoom.id).tail.map(\.sequence) == [1, 2, 3, 4, 6])
    // When nobody needs the segment any more it is set aside, not thrown away.
    try store.checkpointed(TestRoom.checkpoint([TestRoom.record(6)]))
    #expect(try log.folder.names("damaged").count == 1)
  }

  /// A log of three segments, one of them torn, one cut to its header.
  private func killedThreeTimes() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for round in 0..<3 as Range<UInt64> {
      let store = try openStore(folder.path, shards: 1)
      for sequence in round * 2 + 1...round * 2 + 2 {
        try store.journal(forShard: 0).append(TestRoom.record(sequence))
      }
      store.journal(forShard: 0).flush()
    }
    let names = try folder.names("wal")
    try #require(names.count == 3)
    let last = "wal/\(names[2])"
    try folder.write(try folder.bytes(last) + [1, 2, 3], to: last)
    let header = try folder.bytes(last).prefix(SegmentHeader.byteCount)
    try folder.write(Array(header), to: "wal/001-000000000050.log")
    return folder
  }

  @Test func whatAKillLeftIsSyncedBeforeTheStartIsOver() throws {
    let folder = try killedThreeTimes()
    let old = try folder.names("wal").prefix(3)
    let seen = Mutex<[(DiskOperation, String)]>([])
    var options = StoreOptions()
    options.fault = { operation, path in
      let name = path.split(separator: "/").last.map { String($0) } ?? ""
      seen.withLock { $0.append((operation, name)) }
      return 0
    }
    let store = try openStore(folder.path, shards: 1, options: options)
    #expect(store.recovery.records == 6 && store.recovery.torn.count == 1)
    let operations = seen.withLock { $0 }
    let synced = old.map { name in operations.firstIndex { $0 == (.sync, name) } }
    let cut = operations.firstIndex { $0 == (.truncate, old[2]) }
    let directory = operations.firstIndex { $0 == (.sync, "wal") }
    let indices = synced.compactMap(\.self)
    try #require(indices.count == 3, "each segment that holds records")
    #expect(try #require(cut) < indices[2], "behind the cut")
    #expect(try #require(directory) > #require(indices.max()), "the names last")
    #expect(!operations.contains { $0 == (.sync, "001-000000000050.log") }, "nothing in it")
  }

  @Test(arguments: 0..<4)
  func aStartFailsWhereTheLogCannotBeSynced(_ target: Int) throws {
    let folder = try killedThreeTimes()
    let syncs = Mutex(0)
    var options = StoreOptions()
    options.fault = { operation, path in
      guard operation == .sync, path.contains("/wal") else { return 0 }
      return syncs.withLock { syncs in
        defer { syncs += 1 }
        return syncs == target ? EIO : 0
      }
    }
    do {
      _ = try openStore(folder.path, shards: 1, options: options)
      Issue.record("opened")
    } catch {
      let text = "\(error)"
      #expect(text.contains(target < 3 ? "fdatasync of the log found at the start" : "fsync"))
      #expect(text.contains("\(folder.path)/wal") && text.contains(errorText(EIO)))
    }
    let store = try openStore(folder.path, shards: 1)
    #expect(try store.load(TestRoom.id).tail == TestRoom.records(1...6))
  }

  @Test func aSegmentOfALaterFormatIsRefusedAndLeftAlone() throws {
    let log = try CrashedLog()
    var changed = log.bytes
    for copy in [0, SegmentHeader.copyCount] {
      changed[copy + 8] = 2
      let checksum = CRC32C.checksum(changed.span.extracting(copy..<copy + 44))
      changed.set(littleEndian: checksum, at: copy + 44)
    }
    #expect(throws: StorageError.self) { try log.open(changed) }
  }

  @Test func emptyAndHalfMadeSegmentsAreNoObstacle() throws {
    let log = try CrashedLog()
    for count in [0, 1, 47, 95] {
      let name = "wal/000-0000000000\(10 + count % 10).log"
      try log.folder.write(Array(log.bytes[..<count]), to: name)
    }
    try log.folder.write(Array(repeating: 0, count: 4096), to: "wal/000-000000000099.log")
    let store = try openStore(log.folder.path, shards: 1)
    #expect(try store.load(TestRoom.id).tail == log.records)
    #expect(store.recovery.damage.isEmpty)
  }
}
