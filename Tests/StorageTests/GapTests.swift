import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// A full disk refused a record; the room went on, and later records were logged.
private struct GapLog {
  let folder: TemporaryFolder
  let store: Store
  /// The record that is in no log, and the last that is.
  let refused: UInt64
  let last: UInt64

  init() throws {
    folder = try TemporaryFolder()
    let isFull = Mutex(false)
    var options = StoreOptions()
    options.pendingBytesLimit = 2048
    options.retryMilliseconds = 10
    options.gatherMilliseconds = 1
    options.fault = { operation, path in
      operation == .write && path.contains("/wal/") && isFull.withLock { $0 } ? ENOSPC : 0
    }
    store = try openStore(folder.path, shards: 1, options: options)
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...10)))
    let journal = store.journal(forShard: 0)
    isFull.withLock { $0 = true }
    var sequence: UInt64 = 11
    while (try? journal.append(TestRoom.record(sequence))) != nil {
      journal.flush()
      sequence += 1
    }
    refused = sequence
    last = sequence + 4
    isFull.withLock { $0 = false }
    for _ in 0..<2000 where journal.status != .saving { pause(milliseconds: 5) }
    for record in TestRoom.records(refused + 1...last) { try journal.append(record) }
    journal.flush()
    for _ in 0..<2000 where journal.positions.durable < last - 11 { pause(milliseconds: 5) }
    try #require(journal.positions.durable == last - 11, "all but the refused one")
  }

  var logged: [JournalRecord] {
    TestRoom.records(11...last).filter { $0.sequence != refused }
  }
  var lost: [Damage.Loss] {
    [.known("\(TestRoom.id), sequences \(refused) to \(refused)")]
  }

  /// What a kill at this moment leaves.
  func killed() throws -> TemporaryFolder { try folder.copy() }
}

@Suite("Gaps")
struct GapTests {
  @Test func aRecordThatAFullDiskRefusedIsReportedUntilACheckpointCoversIt() throws {
    let log = try GapLog()
    let folder = try log.killed()
    do {
      let store = try openStore(folder.path, shards: 1)
      #expect(store.recovery.damage.map(\.lost) == log.lost)
      #expect(store.recovery.torn.isEmpty)
      let room = try store.load(TestRoom.id)
      #expect(room.tail == log.logged && room.lastSequence == log.last)
      #expect(room.damage.map(\.lost) == log.lost)
      #expect(try Store.verify(folder.path).damage.map(\.lost) == log.lost)
    }
    let store = try openStore(folder.path, shards: 1)
    #expect(store.recovery.damage.map(\.lost) == log.lost, "again, nothing changed")
    try store.checkpointed(TestRoom.checkpoint(try store.load(TestRoom.id).tail))
    let room = try store.load(TestRoom.id)
    #expect(room.damage.isEmpty && room.tail.isEmpty && room.lastSequence == log.last)
    #expect(try folder.names("wal").count == 1, "only the segment in use")
    try store.close()
    let next = try openStore(folder.path, shards: 1)
    #expect(next.recovery.damage.isEmpty)
    #expect(try next.load(TestRoom.id).damage.isEmpty)
    // The recording has the hole for good, and only verify, which reads all of it, says so.
    try next.close()
    let range = "sequences \(log.refused) to \(log.refused) (the boards' files are good, and newer)"
    #expect(
      try Store.verify(folder.path).damage.map(\.lost) == [.known("the recording of \(range)")])
  }

  /// The room still has the record in memory: a checkpoint brings it, and nothing is lost.
  @Test(arguments: [0, 2] as [UInt64])
  func aCheckpointThroughTheGapMakesEverythingWhole(_ beyond: UInt64) throws {
    let log = try GapLog()
    let through = log.refused + beyond
    try log.store.checkpointed(TestRoom.checkpoint(TestRoom.records(11...through)))
    let folder = try log.killed()
    let store = try openStore(folder.path, shards: 1)
    #expect(store.recovery.damage.isEmpty)
    let room = try store.load(TestRoom.id)
    #expect(room.tail == TestRoom.records(through + 1...log.last))
    #expect(room.damage.isEmpty && room.lastSequence == log.last)
    try store.close()
    #expect(try Store.verify(folder.path).isClean)
  }

  /// The history is durable first: what it has is not lost, though no `room.gz` covers it yet.
  @Test func aGapThatTheHistoryFillsIsNone() throws {
    let log = try GapLog()
    let folder = try log.killed()
    do {
      var options = StoreOptions()
      options.fault = { operation, path in
        operation == .rename && path.contains("/room.") ? EIO : 0
      }
      let store = try openStore(folder.path, shards: 1, options: options)
      #expect(throws: StorageError.self) {
        try store.checkpointed(TestRoom.checkpoint(TestRoom.records(11...log.last)))
      }
    }
    let store = try openStore(folder.path, shards: 1)
    #expect(store.recovery.damage.isEmpty)
    let room = try store.load(TestRoom.id)
    #expect(room.damage.isEmpty && room.metaSequence == 10)
  }
}
