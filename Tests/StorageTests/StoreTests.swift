import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Storage

@Suite("Store")
struct StoreTests {
  @Test func recordsComeBackAfterAnUncleanEnd() throws {
    let folder = try TemporaryFolder()
    let records = TestRoom.records(1...20)
    do {
      let store = try openStore(folder.path, shards: 1)
      #expect(!store.recovery.wasUnclean)
      let journal = store.journal(forShard: 0)
      for record in records { try journal.append(record) }
      journal.flush()
    }
    let store = try openStore(folder.path, shards: 1)
    #expect(store.recovery.wasUnclean)
    #expect(store.recovery.damage.isEmpty)
    #expect(store.roomsWithTail() == [TestRoom.id])
    let stored = try store.load(TestRoom.id)
    #expect(stored.tail == records)
    #expect(stored.lastSequence == 20)
  }

  @Test func aFolderThatIsNoLongerAtItsPathIsNoticed() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/data"
    let store = try openStore(path, shards: 1)
    #expect(store.isInPlace)
    #expect(unsafe rename(path, "\(folder.path)/moved") == 0)
    #expect(!store.isInPlace)
    let other = try openStore(path, shards: 1)
    #expect(other.isInPlace && !store.isInPlace)
    try store.close()
  }

  @Test func checkpointEmptiesTheLogAndComesBack() throws {
    let folder = try TemporaryFolder()
    let records = TestRoom.records(1...20)
    do {
      let store = try openStore(folder.path, shards: 2)
      let journal = store.journal(forShard: 1)
      for record in records { try journal.append(record) }
      journal.flush()
      try store.checkpointed(TestRoom.checkpoint(records))
      try store.close()
    }
    let store = try openStore(folder.path, shards: 1)
    #expect(!store.recovery.wasUnclean)
    #expect(store.recovery.segments == 0)
    let stored = try store.load(TestRoom.id)
    #expect(stored.tail.isEmpty)
    #expect(stored.boards["main"]?.update == TestRoom.board(through: 20))
    #expect(stored.stage?.update == TestRoom.stage(through: 20))
    #expect(stored.meta == [UInt8]("meta 20".utf8))
    #expect(stored.lastSequence == 20)
    #expect(stored.damage.isEmpty)
  }

  /// Somebody who was away comes back days later, and the hub was restarted in order meanwhile.
  @Test func anUncleanEndIsRememberedOverCleanOnes() throws {
    let folder = try TemporaryFolder()
    let first = try openStore(folder.path, shards: 1)
    #expect(!first.recovery.isUncertain)
    try first.checkpointed(TestRoom.checkpoint(TestRoom.records(1...2)))
    let killed = try folder.copy()
    let second = try openStore(killed.path, shards: 1)
    #expect(second.recovery.wasUnclean && second.recovery.isUncertain)
    try second.close()
    let third = try openStore(killed.path, shards: 1)
    #expect(!third.recovery.wasUnclean && third.recovery.isUncertain)
  }

  enum Failure: CaseIterable, Sendable { case makingTheSecondLog, removing, syncingTheRemoval }

  /// Nothing was lost, so nobody shall be allowed to bring back what was.
  @Test(arguments: Failure.allCases)
  func aStartThatFailsLeavesACleanEndClean(_ failure: Failure) throws {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    let journal = store.journal(forShard: 0)
    // One room is in its files, one only in the log.
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...2)))
    try journal.append(TestRoom.record(1, room: TestRoom.room("demo/two")))
    try store.close()
    // The folder is synced once before anything is read, then for the marker.
    let syncs = Mutex(0)
    var options = StoreOptions()
    options.fault = { operation, path in
      let isFolder = path == folder.path
      switch (failure, operation) {
      case (.makingTheSecondLog, .open): return path.contains("/wal/001-") ? ENOSPC : 0
      case (.removing, .unlink): return path.hasSuffix("/clean") ? EIO : 0
      case (.syncingTheRemoval, .sync) where isFolder:
        let number = syncs.withLock { $0 += 1; return $0 }
        return number == 2 ? EIO : 0
      default: return 0
      }
    }
    #expect(throws: StorageError.self) {
      try openStore(folder.path, shards: 2, options: options)
    }
    let again = try openStore(folder.path, shards: 2)
    #expect(!again.recovery.wasUnclean && again.recovery.damage.isEmpty)
    #expect(try again.load(TestRoom.room("demo/two")).tail.count == 1)
  }

  @Test func numbersOfSegmentsRiseOverCleanEnds() throws {
    let folder = try TemporaryFolder()
    var numbers: [UInt64] = []
    for _ in 0..<3 {
      let store = try openStore(folder.path, shards: 2)
      numbers += try folder.names("wal").compactMap { SegmentName($0)?.number }
      try store.close()
      #expect(try folder.names("wal").isEmpty)
    }
    #expect(numbers == [1, 2, 3, 4, 5, 6])
  }

  /// Somebody put the folder together from two.
  @Test func aSegmentThatWasSetAsideIsNeverOverwritten() throws {
    let folder = try TemporaryFolder()
    let damaged = "000-000000000007.log"
    let root = try Directory.open(folder.path)
    _ = try root.directory("damaged")
    _ = try root.directory("wal")
    let first: [UInt8] = Array("first".utf8)
    try folder.write(first, to: "damaged/\(damaged)")
    try folder.write(first, to: "damaged/000-000000000030.log+2")
    try folder.write([UInt8](repeating: 0x5a, count: 200), to: "wal/\(damaged)")
    let store = try openStore(folder.path, shards: 1)
    #expect(store.recovery.damage.count == 1)
    #expect(try folder.bytes("damaged/\(damaged)") == first)
    #expect(try folder.bytes("damaged/\(damaged)+2").count == 200)
    #expect(try folder.names("wal") == ["000-000000000031.log"])
  }

  /// What a restored backup looks like without its marker.
  @Test func roomsWithoutAMarkerAreUnclean() throws {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...2)))
    try store.close()
    TemporaryFolder.remove("\(folder.path)/clean")
    let again = try openStore(folder.path, shards: 1)
    #expect(again.recovery.wasUnclean && again.recovery.segments == 0)
  }
}
