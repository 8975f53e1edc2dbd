import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// A cleanly closed directory with one room: two checkpoints, so there are two generations.
private func twoGenerations() throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  let store = try openStore(folder.path, shards: 1)
  try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...10)))
  try store.checkpointed(TestRoom.checkpoint(TestRoom.records(11...20)))
  try store.close()
  try folder.makeKey()
  return folder
}

private let roomPath = "rooms/demo/one"

@Suite("Room files")
struct RoomFileTests {
  static let files = [
    "boards/main.yjs.gz", "boards/main.prev.yjs.gz", "stage.yjs.gz", "stage.prev.yjs.gz",
    "room.gz", "room.prev.gz", "history/000001.gz", "../../../keys/signing.key",
  ]

  @Test(arguments: files)
  func verifyFindsEveryFlippedBitAndEveryCut(_ file: String) throws {
    let folder = try twoGenerations()
    let name = "\(roomPath)/\(file)"
    let bytes = try folder.bytes(name)
    #expect(try Store.verify(folder.path).isClean)
    for bit in 0..<bytes.count * 8 {
      var changed = bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      try folder.write(changed, to: name)
      #expect(try !Store.verify(folder.path).isClean, "bit \(bit)")
    }
    for end in 0..<bytes.count {
      try folder.write(Array(bytes[..<end]), to: name)
      #expect(try !Store.verify(folder.path).isClean, "cut at \(end)")
    }
  }

  @Test(arguments: ["boards/main.yjs.gz", "stage.yjs.gz", "room.gz"])
  func aDamagedSnapshotIsReplacedByTheOneBeforeAndTheHistory(_ file: String) throws {
    let folder = try twoGenerations()
    let name = "\(roomPath)/\(file)"
    var changed = try folder.bytes(name)
    changed[changed.count / 2] ^= 4
    try folder.write(changed, to: name)
    for _ in 0..<2 {  // once set aside, and again after a start without a checkpoint
      let store = try openStore(folder.path, shards: 1)
      let room = try store.load(TestRoom.id)
      let kinds: [String: [RecordKind]] = [
        "boards/main.yjs.gz": [.update, .syncReply, .control],
        "stage.yjs.gz": [.stageUpdate, .control],
        "room.gz": [.update, .syncReply, .stageUpdate, .control],  // all above its sequence
      ]
      let expected = TestRoom.records(11...20).filter { kinds[file]?.contains($0.kind) ?? false }
      #expect(room.tail == expected)
      #expect(room.lastSequence == 20)
      #expect(room.damage.allSatisfy { $0.lost == .nothing })
    }
    // The next checkpoint keeps the good generation.
    let store = try openStore(folder.path, shards: 1)
    _ = try store.load(TestRoom.id)
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(21...24)))
    let room = try store.load(TestRoom.id)
    #expect(room.tail.isEmpty && room.damage.isEmpty)
    let report = try Store.verify(folder.path)
    #expect(report.isClean && report.notes.count == 1)
  }

  @Test func withoutAnySnapshotTheHistoryHasEverything() throws {
    let folder = try twoGenerations()
    let directory = try Directory.open("\(folder.path)/\(roomPath)/boards")
    for name in ["main.yjs.gz", "main.prev.yjs.gz"] {
      try folder.write([1, 2, 3], to: "\(roomPath)/boards/\(name)")
    }
    let store = try openStore(folder.path, shards: 1)
    let room = try store.load(TestRoom.id)
    #expect(room.boards.isEmpty)
    #expect(
      room.tail.filter { $0.board == "main" }
        == TestRoom.records(1...20).filter { $0.board == "main" })
    #expect(room.damage.count == 2)
    #expect(directory.status("main.damaged.yjs.gz") != nil)
  }

  /// The crash window within a checkpoint: the boards are ahead of `room.gz`. All records above
  /// `room.gz` come again, and the room counts as needing a checkpoint, so that its log goes.
  @Test(arguments: ["/boards/main.tmp", "/stage.tmp", "/room.tmp"])
  func recordsAboveTheRoomFileComeThoughTheirBoardHasThem(_ failing: String) throws {
    let folder = try TemporaryFolder()
    do {
      var options = StoreOptions()
      let isBroken = Mutex(false)
      options.fault = { operation, path in
        operation == .rename && path.contains(failing) && isBroken.withLock { $0 } ? EIO : 0
      }
      let store = try openStore(folder.path, shards: 1, options: options)
      try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...10)))
      for record in TestRoom.records(11...20) { try store.journal(forShard: 0).append(record) }
      store.journal(forShard: 0).flush()
      isBroken.withLock { $0 = true }
      #expect(throws: StorageError.self) {
        try store.checkpointed(TestRoom.checkpoint(TestRoom.records(11...20)))
      }
    }
    let store = try openStore(folder.path, shards: 1)
    #expect(store.roomsWithTail() == [TestRoom.id])
    let room = try store.load(TestRoom.id)
    #expect(room.metaSequence == 10)
    if failing != "/boards/main.tmp" { #expect(room.boards["main"]?.sequence == 20) }
    if failing == "/room.tmp" { #expect(room.stage?.sequence == 20) }
    #expect(room.tail == TestRoom.records(11...20))
    #expect(try folder.names("wal").count == 2)
    try store.checkpointed(TestRoom.checkpoint(room.tail))
    #expect(try folder.names("wal").count == 1, "only the segment in use")
    #expect(try store.load(TestRoom.id).tail.isEmpty)
    try store.close()
    let report = try Store.verify(folder.path)
    #expect(report.isClean && report.records == 20, "no record twice")
  }

  @Test func whatTheHistoryLostIsSaid() throws {
    let folder = try twoGenerations()
    let history = "\(roomPath)/history/000001.gz"
    var bytes = try folder.bytes(history)
    bytes[bytes.count - 20] ^= 1  // in the second member
    try folder.write(bytes, to: history)
    try folder.write([0], to: "\(roomPath)/boards/main.yjs.gz")
    let store = try openStore(folder.path, shards: 1)
    let room = try store.load(TestRoom.id)
    #expect(room.boards["main"]?.update == TestRoom.board(through: 10))
    #expect(room.damage.contains { "\($0.lost)".contains("sequences 11 to 20") })
    // The damaged file is left alone; the history goes on in the next one.
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(21...24)))
    #expect(try folder.bytes(history) == bytes)
    #expect(try folder.names("\(roomPath)/history") == ["000001.gz", "000002.gz"])
  }

  @Test func aTornHistoryAppendIsCutAtEveryByte() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try openStore(folder.path, shards: 1)
      try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...10)))
      for record in TestRoom.records(11...14) { try store.journal(forShard: 0).append(record) }
      store.journal(forShard: 0).flush()
    }
    let name = "\(roomPath)/history/000001.gz"
    let whole = try folder.bytes(name)
    let member = MemberHeader(
      kind: .history, recordCount: 4, firstSequence: 11, lastSequence: 14
    ).member(
        HistoryBatch.encode(TestRoom.records(11...14)), level: StoreOptions().compressionLevel)
    for end in 1...member.count {
      let copy = try folder.copy()
      try copy.write(whole + member[..<end], to: name)
      let store = try openStore(copy.path, shards: 1)
      #expect(try store.load(TestRoom.id).tail == TestRoom.records(11...14))
      try store.checkpointed(TestRoom.checkpoint(TestRoom.records(11...14)))
      #expect(try copy.bytes(name) == whole + member, "cut at \(end)")
    }
  }

  /// A power cut may take any page of an append that was not synced. The log still has it all.
  @Test(arguments: [0, 1, 2])
  func anAppendThatMissesAPageAnywhereIsWrittenAgain(_ torn: Int) throws {
    let folder = try TemporaryFolder()
    let large = Self.largeRecords(11...13)
    do {
      let store = try openStore(folder.path, shards: 1)
      try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...10)))
      for record in large { try store.journal(forShard: 0).append(record) }
      store.journal(forShard: 0).flush()
    }
    let name = "\(roomPath)/history/000001.gz"
    let before = try folder.bytes(name)
    let whole = try Self.appended(large, to: folder, name)
    let members = try HistoryFiles.members(of: whole, path: name).members
    #expect(members.count == 4)
    var bytes = whole
    for index in 0..<4096 { bytes[members[1 + torn].offset + 8192 + index] = 0 }
    try folder.write(bytes, to: name)
    #expect(try Store.verify(folder.path).damage.isEmpty, "the log has what is broken")

    let store = try openStore(folder.path, shards: 1)
    #expect(try store.load(TestRoom.id).tail == large)
    try store.checkpointed(TestRoom.checkpoint(large))
    try store.close()
    let (found, broken) = try HistoryFiles.members(of: try folder.bytes(name), path: name)
    #expect(broken.isEmpty && found.count == 4 && found.last?.header.lastSequence == 13)
    #expect(try Array(folder.bytes(name)[..<before.count]) == before)
    try folder.makeKey()
    #expect(try Store.verify(folder.path).isClean)
    // The recording alone has it all.
    for file in ["main.yjs.gz", "main.prev.yjs.gz"] {
      try folder.write([1, 2, 3], to: "\(roomPath)/boards/\(file)")
    }
    let again = try openStore(folder.path, shards: 1)
    #expect(try again.load(TestRoom.id).damage.allSatisfy { $0.lost == .nothing })
  }

  /// What lies above an older `room.gz` may be in the history alone.
  @Test func behindAHoleNothingIsOverwrittenWhereTheRoomFileFellBack() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try openStore(folder.path, shards: 1)
      try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...10)))
      try store.checkpointed(TestRoom.checkpoint(Self.largeRecords(11...13)))
      try store.close()
    }
    let name = "\(roomPath)/history/000001.gz"
    var bytes = try folder.bytes(name)
    let members = try HistoryFiles.members(of: bytes, path: name).members
    bytes[members[1].offset + 9000] ^= 1
    try folder.write(bytes, to: name)
    try folder.write([1, 2, 3], to: "\(roomPath)/room.gz")
    let store = try openStore(folder.path, shards: 1)
    let room = try store.load(TestRoom.id)
    #expect(room.tail.map(\.sequence) == [12, 13])
    #expect(room.damage.contains { "\($0.lost)".contains("sequences 11 to 11") })
    try store.checkpointed(TestRoom.checkpoint(room.tail + TestRoom.records(14...15)))
    #expect(try folder.bytes(name) == bytes)
    #expect(try folder.names("\(roomPath)/history") == ["000001.gz", "000002.gz"])
  }

  /// Each is a member of its own.
  private static func largeRecords(_ range: ClosedRange<UInt64>) -> [JournalRecord] {
    var random = SplitMix64(seed: range.lowerBound)
    return range.map { sequence in
      let payload = (0..<280_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      return TestRoom.record(sequence, payload: payload)
    }
  }

  /// The history as a checkpoint of `records` would leave it.
  private static func appended(
    _ records: [JournalRecord], to folder: TemporaryFolder, _ name: String
  ) throws -> [UInt8] {
    let copy = try folder.copy()
    let store = try openStore(copy.path, shards: 1)
    try store.checkpointed(TestRoom.checkpoint(records))
    return try copy.bytes(name)
  }

  @Test func aRoomOfALaterFormatStaysClosedAndTheOthersOpen() throws {
    let folder = try twoGenerations()
    let name = "\(roomPath)/room.gz"
    var bytes = try folder.bytes(name)
    bytes[16] = 2
    let checksum = CRC32C.checksum(bytes.span.extracting(0..<68))
    bytes.set(littleEndian: checksum, at: 68)
    try folder.write(bytes, to: name)
    let store = try openStore(folder.path, shards: 1)
    #expect(throws: StorageError.self) { try store.load(TestRoom.id) }
    #expect(try store.load(TestRoom.room("demo/two")).lastSequence == 0)
    #expect(throws: StorageError.self) {
      try store.checkpointed(TestRoom.checkpoint(TestRoom.records(21...22)))
    }
    #expect(try folder.bytes(name) == bytes)
  }

  @Test func aSecondStoreIsRefusedByPid() throws {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    #expect(throws: StorageError.locked(path: folder.path, pid: getpid())) {
      try Store.open(folder.path, shards: 1)
    }
    try store.close()
    _ = try openStore(folder.path, shards: 1)
  }

  @Test func linksLeadNowhereAndStrangersAreListed() throws {
    let folder = try twoGenerations()
    let link = "\(folder.path)-link"
    #expect(unsafe symlink(folder.path, link) == 0)
    defer { _ = unsafe unlink(link) }
    #expect(throws: StorageError.self) { try Store.open(link, shards: 1) }
    try folder.write([1], to: "notes.txt")
    try folder.write([1], to: "\(roomPath)/boards/Über.yjs.gz")
    #expect(unsafe symlink("/etc", "\(folder.path)/rooms/etc") == 0)
    #expect(
      unsafe symlink("/etc/passwd", "\(folder.path)/\(roomPath)/boards/evil.yjs.gz") == 0)
    let report = try Store.verify(folder.path)
    #expect(report.unexpected.count == 3)
    #expect(report.damage.count == 1 && report.damage[0].file.contains("evil"))
    let room = try openStore(folder.path, shards: 1).load(TestRoom.id)
    #expect(room.boards.keys.sorted() == ["main"])
  }

  @Test func listShowsRoomsAndBoards() throws {
    let folder = try twoGenerations()
    let rooms = try Store.list(folder.path)
    #expect(rooms.map(\.room) == [TestRoom.id])
    #expect(rooms[0].boards.map(\.name) == ["main"])
    #expect(rooms[0].boards[0].epoch == 7 && rooms[0].boards[0].sequence == 20)
    #expect(rooms[0].sequence == 20 && rooms[0].historyBytes > 100 && rooms[0].lastChange > 0)
  }

  /// A copied or restored folder has the time of the copy; its records have their own.
  @Test func theLastChangeIsThatOfTheLastRecord() throws {
    let folder = try twoGenerations()
    let room = try #require(try Store.list(folder.path).first)
    #expect(room.lastChange == TestRoom.record(20).time)
    #expect(room.boards.map(\.lastChange) == [TestRoom.record(20).time])
    // Two more records that are none of the board's, then one that only the log has.
    let store = try openStore(folder.path, shards: 1)
    var checkpoint = TestRoom.checkpoint(TestRoom.records(21...22))
    checkpoint.boards = [:]
    try store.checkpointed(checkpoint)
    let later = try #require(try Store.list(folder.path).first)
    #expect(later.lastChange == TestRoom.record(22).time)
    #expect(later.boards.map(\.lastChange) == [TestRoom.record(20).time], "of an older member")
    try store.journal(forShard: 0).append(TestRoom.record(25))
    store.journal(forShard: 0).flush()
    let last = try #require(try Store.list(folder.path).first)
    #expect(last.lastChange == TestRoom.record(25).time)
    #expect(last.boards.map(\.lastChange) == [TestRoom.record(25).time])
    try store.close()
  }

  @Test func whereThereAreNoRecordsTheFileSaysWhen() throws {
    let folder = try twoGenerations()
    TemporaryFolder.remove("\(folder.path)/\(roomPath)/history")
    let room = try #require(try Store.list(folder.path).first)
    // The records are of September 2026, the files of now.
    let boards = try Directory.open("\(folder.path)/\(roomPath)/boards")
    let written = try #require(boards.status("main.yjs.gz")?.changed)
    #expect(room.boards.map(\.lastChange) == [written])
    #expect(room.lastChange >= written)
    try folder.write([UInt8](repeating: 0, count: 200), to: "\(roomPath)/boards/main.yjs.gz")
    #expect(try Store.list(folder.path).first?.boards.first?.lastChange ?? 0 > 0)
  }

  @Test func listShowsWhatIsOnlyInTheLog() throws {
    let folder = try twoGenerations()
    let store = try openStore(folder.path, shards: 2)
    let other = TestRoom.room("demo/two")
    for sequence in 1...2 as ClosedRange<UInt64> {
      try store.journal(forShard: 1).append(TestRoom.record(sequence, room: other))
    }
    try store.journal(forShard: 0).append(TestRoom.record(21))
    for shard in 0..<2 { store.journal(forShard: shard).flush() }
    let rooms = try Store.list(folder.path)
    #expect(rooms.map(\.room) == [TestRoom.id, other])
    #expect(rooms.map(\.logRecords) == [1, 2])
    #expect(rooms[1].boards.map(\.bytes) == [0] && rooms[1].lastChange > 0)
    try store.close()
  }

  @Test func historyRollsToTheNextFile() throws {
    let folder = try TemporaryFolder()
    var options = StoreOptions()
    options.historyFileBytes = 500
    let store = try openStore(folder.path, shards: 1, options: options)
    for round in 0..<10 as Range<UInt64> {
      try store.checkpointed(
        TestRoom.checkpoint(TestRoom.records(round * 10 + 1...round * 10 + 10)))
    }
    #expect(try folder.names("\(roomPath)/history").count > 2)
    try store.close()
    let report = try Store.verify(folder.path)
    #expect(report.isClean && report.records == 100)
  }

  @Test func verifyBesideARunningHubRaisesNoFalseAlarm() throws {
    let folder = try TemporaryFolder()
    var options = StoreOptions()
    options.segmentBytes = 8 << 10
    options.gatherMilliseconds = 1
    let store = try openStore(folder.path, shards: 1, options: options)
    try folder.makeKey()
    let journal = store.journal(forShard: 0)
    for round in 0..<40 as Range<UInt64> {
      let records = TestRoom.records(round * 20 + 1...round * 20 + 20)
      for record in records {
        try journal.append(record)
        journal.flush()
      }
      let done = Delivery<Result<Void, StorageError>>()
      store.checkpoint(TestRoom.checkpoint(records)) { done.deliver($0) }
      let report = try Store.verify(folder.path)
      #expect(report.isClean, "\(report.damage)")
      #expect(report.hubIsRunning)
      #expect(report.notes.isEmpty, "\(report.notes)")
      try done.wait().get()
    }
  }
}
