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
