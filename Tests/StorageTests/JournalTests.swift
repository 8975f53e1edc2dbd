import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// What a journal reported, in order.
private final class Events: Sendable {
  private let events = Mutex<[JournalEvent]>([])
  func add(_ event: JournalEvent) { events.withLock { $0.append(event) } }
  var all: [JournalEvent] { events.withLock { $0 } }

  func wait(seconds: Int = 20, _ condition: ([JournalEvent]) -> Bool) -> Bool {
    for _ in 0..<seconds * 200 {
      if condition(all) { return true }
      pause(milliseconds: 5)
    }
    return false
  }
}

/// Makes chosen disk operations fail, and counts what overlaps.
private final class Faults: Sendable {
  struct State {
    var code: [String: CInt] = [:]  // "sync wal/0" style keys: operation and part of the path
    var syncing = 0
    var overlaps = 0
    var syncs = 0
    var syncMilliseconds = 0
  }
  let state = Mutex(State())

  var fault: DiskFault {
    { [self] operation, path in
      guard path.contains("/wal/") else { return 0 }
      let (code, milliseconds) = state.withLock { state in
        if operation == .sync && path.hasSuffix(".log") { state.syncs += 1 }
        return (state.code["\(operation)"] ?? 0, state.syncMilliseconds)
      }
      if operation == .sync && milliseconds > 0 {
        state.withLock { state in
          state.syncing += 1
          if state.syncing > 1 { state.overlaps += 1 }
        }
        pause(milliseconds: milliseconds)
        state.withLock { $0.syncing -= 1 }
      }
      return code
    }
  }

  func fail(_ operation: DiskOperation, _ code: CInt) {
    state.withLock { $0.code["\(operation)"] = code }
  }
}

@Suite("Journal")
struct JournalTests {
  @Test func commitsGatherNeverOverlapAndFollowTheSync() throws {
    let folder = try TemporaryFolder()
    let faults = Faults()
    var options = StoreOptions()
    options.fault = faults.fault
    let store = try openStore(folder.path, shards: 1, options: options)
    let journal = store.journal(forShard: 0)
    let events = Events()
    journal.attach { events.add($0) }
    faults.state.withLock { $0 = .init(syncMilliseconds: 30) }
    let started = monotonicNow()
    for sequence in 1...200 as ClosedRange<UInt64> {
      try journal.append(TestRoom.record(sequence))
      journal.flush()
      pause(milliseconds: 2)
    }
    #expect(events.wait { $0.last == .durable(position: 200) })
    let (syncs, overlaps) = faults.state.withLock { ($0.syncs, $0.overlaps) }
    #expect(overlaps == 0)
    // A pause may take longer than it was asked to.
    let milliseconds = Int(monotonicNow() - started) / 1_000_000
    #expect(
      syncs <= milliseconds / options.gatherMilliseconds + 2,
      "\(syncs) syncs in \(milliseconds) ms")
    let positions = events.all.compactMap {
      if case .durable(let position) = $0 { position } else { nil }
    }
    #expect(positions == positions.sorted() && positions.count == syncs)
  }

  @Test func nothingIsDurableBeforeTheGatherTimeUnlessMuchWaits() throws {
    let folder = try TemporaryFolder()
    var options = StoreOptions()
    options.gatherMilliseconds = 60_000
    let store = try openStore(folder.path, shards: 1, options: options)
    let journal = store.journal(forShard: 0)
    let events = Events()
    journal.attach { events.add($0) }
    try journal.append(TestRoom.record(1))
    journal.flush()
    pause(milliseconds: 100)
    #expect(events.all.isEmpty)
    try journal.append(TestRoom.record(2, payload: [UInt8](repeating: 7, count: 64 << 10)))
    #expect(journal.positions.durable == 0)
    journal.flush()
    #expect(events.wait { $0 == [.durable(position: 2)] })
  }

  @Test(arguments: [ENOSPC, EDQUOT, EIO, EROFS, EFBIG])
  func aDiskThatTakesNothingIsTriedAgainUntilItDoes(_ code: CInt) throws {
    let folder = try TemporaryFolder()
    let faults = Faults()
    var options = StoreOptions()
    options.fault = faults.fault
    options.retryMilliseconds = 20
    options.pendingBytesLimit = 4096
    let events = Events()
    do {
      let store = try openStore(folder.path, shards: 1, options: options)
      let journal = store.journal(forShard: 0)
      journal.attach { events.add($0) }
      try journal.append(TestRoom.record(1))
      journal.flush()
      #expect(events.wait { $0.contains(.durable(position: 1)) })
      faults.fail(.write, code)
      var sequence: UInt64 = 2
      while (try? journal.append(TestRoom.record(sequence))) != nil {
        journal.flush()
        sequence += 1
      }
      #expect(sequence > 20, "records wait in memory")
      #expect(throws: StorageError.self) { try journal.append(TestRoom.record(sequence)) }
      pause(milliseconds: 100)
      #expect(journal.positions.durable == 1)
      guard case .notSaved = journal.status else { Issue.record("not reported"); return }
      faults.fail(.write, 0)
      #expect(events.wait { $0.last == .durable(position: sequence - 1) })
      let states = events.all.filter { if case .state = $0 { true } else { false } }
      #expect(states.count == 2 && states.last == .state(.saving))
      try journal.append(TestRoom.record(sequence))
      journal.flush()
    }
    let store = try openStore(folder.path, shards: 1)
    let tail = try store.load(TestRoom.id).tail
    #expect(tail == TestRoom.records(1...UInt64(tail.count)) && tail.count > 20)
  }

  /// The sizes of the records of one turn, against a limit of 4096 bytes.
  static let longTurns: [[Int]] = [
    Array(repeating: 100, count: 300),  // many
    [100, 3900, 100],  // more than what is left
    [100, 9000, 100],  // more than the limit, behind another
    [9000, 9000, 9000],
    [3000, 1000, 3000, 1000],
  ]

  @Test(arguments: longTurns)
  func aTurnAboveTheMemoryLimitIsNoTroubleForAHealthyDisk(_ sizes: [Int]) throws {
    let folder = try TemporaryFolder()
    var options = StoreOptions()
    options.pendingBytesLimit = 4096
    let records = sizes.enumerated().map { index, size in
      TestRoom.record(UInt64(index + 1), payload: .init(repeating: 1, count: size))
    }
    do {
      let store = try openStore(folder.path, shards: 1, options: options)
      let journal = store.journal(forShard: 0)
      let events = Events()
      journal.attach { events.add($0) }
      for record in records {
        try journal.append(record)
        #expect(journal.state.withLock { $0.buffer.count } <= max(4096, record.logByteCount))
      }
      journal.flush()
      #expect(events.wait { $0.last == .durable(position: UInt64(records.count)) })
      #expect(journal.status == .saving)
    }
    #expect(try openStore(folder.path, shards: 1).load(TestRoom.id).tail == records)
  }

  @Test func aTurnAboveTheMemoryLimitIsRefusedWhereTheDiskTakesNone() throws {
    let folder = try TemporaryFolder()
    let faults = Faults()
    var options = StoreOptions()
    options.fault = faults.fault
    options.pendingBytesLimit = 4096
    options.retryMilliseconds = 20
    let store = try openStore(folder.path, shards: 1, options: options)
    let journal = store.journal(forShard: 0)
    let events = Events()
    journal.attach { events.add($0) }
    faults.fail(.write, ENOSPC)
    let records = (1...4 as ClosedRange<UInt64>).map {
      TestRoom.record($0, payload: .init(repeating: 1, count: 1000))
    }
    for record in records[..<3] { try journal.append(record) }
    let waiting = records[..<3].reduce(0) { $0 + $1.logByteCount }
    #expect(throws: StorageError.backlogFull(bytes: waiting)) { try journal.append(records[3]) }
    guard case .notSaved = journal.status else { Issue.record("not reported"); return }
    faults.fail(.write, 0)
    #expect(events.wait { $0.last == .durable(position: 3) })
    #expect(try journal.append(records[3]) == 4)
  }

  @Test func shortWritesLeaveNoHole() throws {
    let folder = try TemporaryFolder()
    let faults = Faults()
    var options = StoreOptions()
    options.fault = faults.fault
    do {
      let store = try openStore(folder.path, shards: 1, options: options)
      faults.fail(.write, shortWrite)
      for record in TestRoom.records(1...50) {
        try store.journal(forShard: 0).append(record)
        store.journal(forShard: 0).flush()
      }
    }
    let store = try openStore(folder.path, shards: 1)
    #expect(try store.load(TestRoom.id).tail == TestRoom.records(1...50))
  }

  @Test func afterAFailedSyncNothingIsSavedUntilEverythingWasCheckpointed() throws {
    let folder = try TemporaryFolder()
    let faults = Faults()
    var options = StoreOptions()
    options.fault = faults.fault
    let store = try openStore(folder.path, shards: 1, options: options)
    let journal = store.journal(forShard: 0)
    let events = Events()
    journal.attach { events.add($0) }
    faults.fail(.sync, EIO)
    let other = TestRoom.room("demo/two")
    for record in TestRoom.records(1...10) { try journal.append(record) }
    try journal.append(TestRoom.record(1, room: other))
    journal.flush()
    #expect(
      events.wait { if case .state(.failed) = $0.last { true } else { false } })
    faults.fail(.sync, 0)
    #expect(throws: StorageError.self) { try journal.append(TestRoom.record(11)) }
    let syncs = faults.state.withLock { $0.syncs }
    pause(milliseconds: 100)
    #expect(faults.state.withLock { $0.syncs } == syncs, "never synced again")
    #expect(journal.positions.durable == 0)

    #expect(throws: StorageError.notCovered(rooms: [TestRoom.id, other])) { try resume(journal) }
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...10)))
    #expect(throws: StorageError.notCovered(rooms: [other])) { try resume(journal) }
    try store.checkpointed(
      TestRoom.checkpoint([TestRoom.record(1, room: other)], room: other))
    faults.fail(.sync, EIO)
    #expect(throws: StorageError.self) { try resume(journal) }
    faults.fail(.sync, 0)
    try resume(journal)
    #expect(events.wait { $0.suffix(2) == [.state(.saving), .durable(position: 11)] })
    try journal.append(TestRoom.record(11))
    journal.flush()
    #expect(events.wait { $0.last == .durable(position: 12) })
    #expect(try folder.names("wal").count == 1)
    #expect(try Store.verify(folder.path).isClean)
  }

  private func resume(_ journal: Journal) throws {
    let delivery = Delivery<Result<Void, StorageError>>()
    journal.resume { delivery.deliver($0) }
    try delivery.wait().get()
  }

  @Test func aLongLogAsksForCheckpointsAndShrinks() throws {
    let folder = try TemporaryFolder()
    var options = StoreOptions()
    options.segmentBytes = 16 << 10
    options.sealedBytesLimit = 64 << 10
    options.gatherMilliseconds = 1
    let store = try openStore(folder.path, shards: 1, options: options)
    let journal = store.journal(forShard: 0)
    let events = Events()
    journal.attach { events.add($0) }
    let rooms = ["demo/one", "demo/two", "demo/three"].map { TestRoom.room($0) }
    var records: [RoomID: [JournalRecord]] = [:]
    let isAsked = {
      events.all.contains { if case .checkpointWanted = $0 { true } else { false } }
    }
    var sequence: UInt64 = 0
    // A segment is sealed once the next has been made, beside this loop: so it goes on until then.
    while sequence < 200 || !isAsked() && sequence < 4000 {
      sequence += 1
      for room in rooms {
        let record = TestRoom.record(
          sequence, room: room, payload: [UInt8](repeating: 1, count: 1000))
        try journal.append(record)
        records[room, default: []].append(record)
      }
      journal.flush()
      pause(milliseconds: sequence < 200 ? 2 : 5)
    }
    let wanted = events.all.compactMap {
      if case .checkpointWanted(let rooms) = $0 { rooms } else { nil }
    }
    #expect(wanted.last == rooms.sorted())
    #expect(store.sealedLogBytes > options.sealedBytesLimit)
    for room in rooms {
      try store.checkpointed(TestRoom.checkpoint(records[room] ?? [], room: room))
    }
    #expect(store.sealedLogBytes == 0)
    #expect(try folder.names("wal").count <= 2, "the one in use, perhaps the next")
    try store.close()
    #expect(try folder.names("wal").isEmpty)
    #expect(try Store.verify(folder.path).isClean)
  }

  /// What was synced into a file that nobody can open again was not saved.
  @Test func aLogThatWasRemovedIsAFailureAndSavingGoesOnInANewOne() throws {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    let journal = store.journal(forShard: 0)
    let events = Events()
    journal.attach { events.add($0) }
    try journal.append(TestRoom.record(1))
    journal.flush()
    #expect(events.wait { $0 == [.durable(position: 1)] })
    for name in try folder.names("wal") { TemporaryFolder.remove("\(folder.path)/wal/\(name)") }
    try journal.append(TestRoom.record(2))
    journal.flush()
    #expect(events.wait { if case .state = $0.last { true } else { false } })
    guard case .failed(let reason) = journal.status else { Issue.record("not noticed"); return }
    #expect(reason.hasPrefix(folder.path) && reason.contains("removed"), "\(reason)")
    #expect(journal.positions.durable == 1)
    #expect(throws: StorageError.self) { try journal.append(TestRoom.record(3)) }
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...2)))
    try resume(journal)
    #expect(journal.status == .saving)
    try store.close()
    #expect(try openStore(folder.path, shards: 1).load(TestRoom.id).lastSequence == 2)
  }

  @Test func aStoreWhoseLogWasRemovedDoesNotEndCleanly() throws {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    try store.journal(forShard: 0).append(TestRoom.record(1))
    for name in try folder.names("wal") { TemporaryFolder.remove("\(folder.path)/wal/\(name)") }
    #expect(throws: StorageError.self) { try store.close() }
  }

  /// Whatever the disk says meanwhile: only `resume` ends it.
  @Test func aFailedSyncStaysTheNews() throws {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    let journal = store.journal(forShard: 0)
    let events = Events()
    journal.attach { events.add($0) }
    for status in [JournalState.failed(reason: "sync"), .notSaved(reason: "full"), .saving] {
      journal.state.withLock { journal.report(status, &$0) }
    }
    #expect(journal.status == .failed(reason: "sync"))
    let resumed = Delivery<Result<Void, StorageError>>()
    journal.resume { resumed.deliver($0) }
    try resumed.wait().get()
    #expect(journal.status == .saving)
    #expect(
      events.wait {
        $0 == [.state(.failed(reason: "sync")), .state(.saving), .durable(position: 0)]
      })
  }

  /// In a process of its own, because the limit holds for all that a process writes.
  @Test func aFileSizeLimitIsNoEndOfTheProcess() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      var options = StoreOptions()
      options.segmentBytes = 1 << 30
      options.retryMilliseconds = 20
      options.pendingBytesLimit = 256 << 20
      let store = try openStore(folder.path, shards: 1, options: options)
      let journal = store.journal(forShard: 0)
      let events = Events()
      journal.attach { events.add($0) }
      var before = rlimit()
      _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
      var limit = before
      limit.rlim_cur = 4 << 20
      _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      for sequence in 1...6 as ClosedRange<UInt64> {
        try journal.append(TestRoom.record(sequence, payload: .init(repeating: 1, count: 1 << 20)))
        journal.flush()
      }
      let isTold = events.wait {
        $0.contains { if case .state(.notSaved) = $0 { true } else { false } }
      }
      _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
      let isSaved = events.wait { $0.last == .durable(position: 6) }
      try store.close()
      TemporaryFolder.remove(folder.path)  // nothing is deinitialized by an `exit`
      exit(isTold && isSaved ? 0 : isTold ? 3 : 2)
    }
  }

  @Test(.enabled(if: TemporaryFolder.mayMount, "this process may not mount a tmpfs"))
  func aFullDiskHoldsUpSavingButNotEditing() throws {
    let folder = try TemporaryFolder()
    try #require(
      unsafe mount("tmpfs", folder.path, "tmpfs", 0, "size=256k") == 0, "cannot mount")
    defer { _ = unsafe umount2(folder.path, CInt(MNT_DETACH)) }
    var options = StoreOptions()
    options.retryMilliseconds = 20
    let store = try openStore(folder.path, shards: 1, options: options)
    let ballast = try Directory.open(folder.path).file("ballast", .create)
    try ballast.write(.init(repeating: 1, count: 150 << 10), at: 0)
    let journal = store.journal(forShard: 0)
    let events = Events()
    journal.attach { events.add($0) }
    let records = (1...150 as ClosedRange<UInt64>).map {
      TestRoom.record($0, payload: .init(repeating: 1, count: 1000))
    }
    for record in records {
      try journal.append(record)
      journal.flush()
    }
    #expect(
      events.wait { $0.contains { if case .state(.notSaved) = $0 { true } else { false } } })
    // A checkpoint fails too, and leaves the disk as it was.
    #expect(throws: StorageError.self) {
      try store.checkpointed(
        Checkpoint(
          room: TestRoom.id, records: [],
          boards: [
            "main": .init(epoch: 0, sequence: 1) {
              var random = SplitMix64(seed: 1)
              return (0..<200_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            }
          ], meta: [], throughSequence: 1))
    }
    try ballast.truncate(to: 0)
    #expect(events.wait { $0.last == .durable(position: 150) })
    #expect(try Store.verify(folder.path).isClean)
  }
}
