import Testing

@testable import Storage

@Suite("Recording")
struct RecordingTests {
  private func read(
    _ path: String, _ room: RoomID = TestRoom.id
  ) throws -> (records: [JournalRecord], lost: [ClosedRange<UInt64>], damage: [Damage]) {
    let recording = try Recording(of: room, in: path)
    var cursor = recording.cursor()
    var records: [JournalRecord] = []
    while let record = try cursor.next() { records.append(record) }
    #expect(try cursor.next() == nil, "the end stays the end")
    return (records, cursor.lost, recording.damage + cursor.damage)
  }

  /// History up to 20, in two members; 15 to 30 in the log, beside another room's.
  private func written() throws -> (folder: TemporaryFolder, store: Store) {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 2)
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...10)))
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(11...20)))
    let other = TestRoom.room("demo/two")
    for record in TestRoom.records(15...24) { try store.journal(forShard: 0).append(record) }
    for record in TestRoom.records(1...5, room: other) {
      try store.journal(forShard: 1).append(record)
    }
    // The room has changed its shard.
    for record in TestRoom.records(25...30) { try store.journal(forShard: 1).append(record) }
    for shard in 0..<2 { store.journal(forShard: shard).flush() }
    return (folder, store)
  }

  @Test func historyAndLogComeInOrderEachOnceAlsoBesideAHub() throws {
    let (folder, store) = try written()
    let found = try read(folder.path)
    #expect(found.records == TestRoom.records(1...30))
    #expect(found.lost.isEmpty && found.damage.isEmpty)
    #expect(try read(folder.path, TestRoom.room("demo/two")).records.count == 5)
    try store.close()
    #expect(try read(folder.path).records == TestRoom.records(1...30))
  }

  @Test func whatTheHistoryHasTwiceComesOnce() throws {
    let (folder, store) = try written()
    try store.close()
    let first = "rooms/demo/one/history/000001.gz"
    try folder.write(try folder.bytes(first), to: "rooms/demo/one/history/000002.gz")
    let found = try read(folder.path)
    #expect(found.records == TestRoom.records(1...30) && found.lost.isEmpty)
  }

  @Test func aDamagedMemberIsNamedWithTheSequencesThatAreLost() throws {
    let (folder, store) = try written()
    try store.close()
    let path = "rooms/demo/one/history/000001.gz"
    var bytes = try folder.bytes(path)
    bytes[90] ^= 1
    try folder.write(bytes, to: path)
    let found = try read(folder.path)
    #expect(found.lost == [1...10])
    #expect(found.records == TestRoom.records(11...30))
    #expect(found.damage.count == 1 && found.damage.first?.file.hasSuffix(path) == true)
  }

  @Test func whatADamagedMemberHadIsTakenFromTheLog() throws {
    let (folder, store) = try written()
    try store.close()
    let path = "rooms/demo/one/history/000001.gz"
    var bytes = try folder.bytes(path)
    bytes[bytes.count - 12] ^= 1
    try folder.write(bytes, to: path)
    let found = try read(folder.path)
    #expect(found.lost == [11...14], "the log goes back to 15")
    #expect(found.records == TestRoom.records(1...10) + TestRoom.records(15...30))
  }

  @Test func aMissingHistoryIsLostUpToWhereTheRoomSaysItReached() throws {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...10)))
    try store.close()
    TemporaryFolder.remove("\(folder.path)/rooms/demo/one/history")
    #expect(try read(folder.path).lost == [1...10])
  }

  @Test func everyFlippedBitIsNoticedOrCostsNothing() throws {
    let (folder, store) = try written()
    try store.close()
    let path = "rooms/demo/one/history/000001.gz"
    let whole = try folder.bytes(path)
    for index in stride(from: 0, to: whole.count, by: 7) {
      var bytes = whole
      bytes[index] ^= 1 << UInt8(index % 8)
      try folder.write(bytes, to: path)
      guard let found = try? read(folder.path) else { continue }
      let missing = found.lost.reduce(0) { $0 + $1.count }
      #expect(found.records.count + missing == 30, "byte \(index)")
      let good = TestRoom.records(1...30)
      #expect(found.records.allSatisfy { good.contains($0) }, "byte \(index)")
    }
  }

  @Test func aRoomOfWhichNothingIsThereIsSaid() throws {
    let (folder, store) = try written()
    try store.close()
    let room = TestRoom.room("demo/three")
    #expect(throws: StorageError.noRecording(room: room, path: folder.path)) {
      try Recording(of: room, in: folder.path)
    }
  }
}
