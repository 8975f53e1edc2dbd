import Synchronization
import TestSupport
import Testing

@testable import Storage

/// What a room's owner would have in memory after loading: which records each part has.
private func isComplete(_ room: StoredRoom, through last: UInt64) -> Bool {
  var board = Set(sequences(room.boards["main"]?.update))
  var stage = Set(sequences(room.stage?.update))
  var control = Set((1...max(1, room.metaSequence)).filter { $0 <= room.metaSequence })
  for record in room.tail {
    switch record.kind {
    case .update, .syncReply: board.insert(record.sequence)
    case .stageUpdate: stage.insert(record.sequence)
    default: control.insert(record.sequence)
    }
  }
  return (0...last).dropFirst().allSatisfy { sequence in
    switch TestRoom.record(sequence).kind {
    case .update, .syncReply: board.contains(sequence)
    case .stageUpdate: stage.contains(sequence)
    default: control.contains(sequence)
    }
  }
}

/// A snapshot of `TestRoom` says through which sequence it is; it then has all of them.
private func sequences(_ update: [UInt8]?) -> ClosedRange<UInt64> {
  let text = String(decoding: update ?? [], as: UTF8.self)
  return 0...(text.split(separator: " ").last.flatMap { UInt64($0) } ?? 0)
}

@Suite("Crashes")
struct CrashTests {
  /// Appends, two checkpoints, more appends; `saved` is told what was durable at each moment.
  private func script(
    _ path: String, _ options: StoreOptions, saved: (UInt64) -> Void
  ) throws {
    let store = try openStore(path, shards: 1, options: options)
    let journal = store.journal(forShard: 0)
    var sequence: UInt64 = 0
    var records: [JournalRecord] = []
    for round in 0..<4 {
      for _ in 0..<6 {
        let record = TestRoom.record(sequence + 1)
        do { try journal.append(record) } catch { continue }
        sequence += 1
        records.append(record)
        journal.flush()
      }
      for _ in 0..<200 where journal.positions.durable < sequence {
        if case .failed = journal.status { break }
        pause(milliseconds: 1)
      }
      saved(journal.positions.durable)
      guard round == 1 || round == 2 else { continue }
      do {
        try store.checkpointed(TestRoom.checkpoint(records))
        saved(sequence)
        records = []
      } catch is StorageError {}
      let resumed = Delivery<Bool>()
      journal.resume { result in
        if case .success = result { resumed.deliver(true) } else { resumed.deliver(false) }
      }
      if try resumed.wait() { saved(journal.positions.durable) }
    }
    try store.close()
    saved(sequence)
  }

  private func options() -> StoreOptions {
    var options = StoreOptions()
    options.gatherMilliseconds = 1
    options.retryMilliseconds = 2
    options.segmentBytes = 1000
    return options
  }

  /// Copies the folder before every single operation on the disk, as a kill at that moment would
  /// leave it, and opens each copy.
  @Test func aKillBeforeAnyDiskOperationLosesNothingSaved() throws {
    let folder = try TemporaryFolder()
    let copies = Mutex<[(folder: TemporaryFolder, saved: UInt64)]>([])
    let saved = Mutex<UInt64>(0)
    var options = options()
    options.fault = { _, _ in
      let now = saved.withLock { $0 }
      if let copy = try? folder.copy() { copies.withLock { $0.append((copy, now)) } }
      return 0
    }
    try script(folder.path, options) { now in saved.withLock { $0 = max($0, now) } }
    let all = copies.withLock { $0 }
    #expect(all.count > 60)
    for (index, copy) in all.enumerated() {
      let store = try openStore(copy.folder.path, shards: 1)
      let room = try store.load(TestRoom.id)
      #expect(isComplete(room, through: copy.saved), "before operation \(index)")
      #expect(store.recovery.damage.isEmpty && room.damage.isEmpty, "before operation \(index)")
      #expect(room.lastSequence >= copy.saved)
      let above = TestRoom.records(1...max(1, room.lastSequence))
        .filter { $0.sequence > room.metaSequence && $0.sequence <= room.lastSequence }
      #expect(room.tail == above, "before operation \(index)")
      // A checkpoint from there brings everything into order again.
      let last = room.lastSequence
      if last > 0 {
        try store.checkpointed(
          TestRoom.checkpoint(room.tail.isEmpty ? [TestRoom.record(last)] : room.tail))
      }
      try store.close()
      let report = try Store.verify(copy.folder.path)
      #expect(report.isClean, "before operation \(index): \(report.damage)")
    }
  }

  /// The nth operation fails, for every n, in every way: never a false "saved", nothing saved is
  /// lost, and after the trouble a new start goes well.
  @Test(arguments: [28 as CInt, 5, shortWrite])
  func anyDiskOperationMayFailOnce(_ code: CInt) throws {
    var index = 0
    var wasHit = true
    while wasHit {
      let folder = try TemporaryFolder()
      let count = Mutex(0)
      var options = options()
      let target = index
      options.fault = { operation, _ in
        if code == shortWrite && operation != .write { return 0 }
        return count.withLock { count in
          defer { count += 1 }
          return count == target ? code : 0
        }
      }
      var saved: UInt64 = 0
      do { try script(folder.path, options) { saved = max(saved, $0) } } catch is StorageError {}
      wasHit = count.withLock { $0 } > target
      let store = try openStore(folder.path, shards: 2)
      let room = try store.load(TestRoom.id)
      if saved > 0 { #expect(isComplete(room, through: saved), "operation \(index)") }
      #expect(store.recovery.damage.isEmpty && room.damage.isEmpty, "operation \(index)")
      try store.close()
      let report = try Store.verify(folder.path)
      #expect(report.isClean, "operation \(index): \(report.damage)")
      index += 1
    }
    #expect(index > 20)
  }
}
