import Glibc
import Synchronization
import Testing

@testable import Storage

/// Notes every sync, and makes the one of a path with a certain end fail.
private final class Syncs: Sendable {
  private let state = Mutex((paths: [String](), failing: String?.none))

  var fault: DiskFault {
    { [self] operation, path in
      guard operation == .sync else { return 0 }
      return state.withLock { state in
        if let end = state.failing, path.hasSuffix(end) { return EIO }
        state.paths.append(path)
        return 0
      }
    }
  }

  func fail(_ end: String?) { state.withLock { $0.failing = end } }

  /// Ends of the paths synced since the last call.
  func take(below folder: String) -> [String] {
    state.withLock { state in
      defer { state.paths = [] }
      return state.paths.map { String($0.dropFirst(folder.count)) }
    }
  }
}

@Suite("Syncs")
struct SyncTests {
  private static let room = "/rooms/\(TestRoom.id.jam)/\(TestRoom.id.prototype)"

  private func open(_ folder: TemporaryFolder, _ syncs: Syncs) throws -> Store {
    var options = StoreOptions()
    options.fault = syncs.fault
    return try openStore(folder.path, shards: 1, options: options)
  }

  @Test(arguments: ["/rooms", "/rooms/\(TestRoom.id.jam)", room])
  func aFolderThatWasMadeWhileItsSyncFailedIsMadeAgain(_ parent: String) throws {
    let folder = try TemporaryFolder()
    let syncs = Syncs()
    let store = try open(folder, syncs)
    syncs.fail(parent)
    #expect(throws: StorageError.self) {
      try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...3)))
    }
    syncs.fail(nil)
    _ = syncs.take(below: folder.path)
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...3)))
    #expect(syncs.take(below: folder.path).contains(parent))
    #expect(try store.load(TestRoom.id).lastSequence == 3)
  }

  /// Killed between the rename and the sync: what the next checkpoint does not write again must be
  /// durable before that one lets go of the log.
  @Test(arguments: ["\(room)/history/000001.gz", "\(room)/history", "\(room)/boards"])
  func aStartSyncsWhatAKilledCheckpointLeft(_ unsynced: String) throws {
    let first = try TemporaryFolder()
    let syncs = Syncs()
    let store = try open(first, syncs)
    for record in TestRoom.records(1...3) {
      try store.journal(forShard: 0).append(record)
    }
    store.journal(forShard: 0).flush()
    syncs.fail(unsynced)
    #expect(throws: StorageError.self) {
      try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...3)))
    }
    let killed = try first.copy()
    let later = Syncs()
    let next = try open(killed, later)
    let synced = later.take(below: killed.path)
    let parents = ["", "/rooms", "/rooms/\(TestRoom.id.jam)", Self.room, "\(Self.room)/history"]
    for path in parents + [unsynced] { #expect(synced.contains(path), "\(path)") }
    #expect(try next.load(TestRoom.id).tail.map(\.sequence) == [1, 2, 3])
  }
}
