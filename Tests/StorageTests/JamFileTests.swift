import Glibc
import Synchronization
import Testing

@testable import Storage

/// Makes one step fail wherever a jam's description is written.
private final class FailingStep: Sendable {
  let step = Mutex<DiskOperation?>(nil)

  func fails(_ operation: DiskOperation, _ path: String) -> CInt {
    path.contains("/jams") && step.withLock { $0 } == operation ? EIO : 0
  }
}

@Suite("Descriptions of jams")
struct JamFileTests {
  /// The example of Protocol/storage.md §8.
  private static let example = """
    {"format":1,"crc32c":"87b52cce","invitations":{"participant":2,"facilitator":1,"viewer":1},\
    "rooms":[{"id":"bolshaya-yolka-k3f9a","title":"Большая ёлка","author":"g-mfzwizltoqzxk5dv",\
    "made":1790000000}]}

    """
  /// Behind `{"format":1,"crc32c":"87b52cce",`.
  private static let content = "{" + example.dropFirst(32)

  private let demo = Slug("demo")

  private func decode(_ bytes: [UInt8]) throws -> [UInt8] {
    try JamFile.decode(bytes, path: "f")
  }

  @Test func theyAreAsTheyAreDescribed() throws {
    let content = Array(Self.content.utf8)
    #expect(JamFile.encode(content.dropLast()) == Array(Self.example.utf8))
    #expect(try decode(Array(Self.example.utf8)) == content)
  }

  @Test func noPartOfOneIsTaken() {
    let whole = Array(Self.example.utf8)
    for count in 0..<whole.count {
      #expect(throws: StorageError.self, "\(count)") { try decode(Array(whole[..<count])) }
    }
    #expect(throws: StorageError.self) { try decode(whole + [0x0a]) }
  }

  @Test func noBitMayBeAnother() {
    let whole = Array(Self.example.utf8)
    for bit in 0..<whole.count * 8 {
      var bytes = whole
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: StorageError.self, "bit \(bit)") { try decode(bytes) }
    }
  }

  @Test func aNewerFormatIsNoDamage() {
    // Signed as version 2 would be.
    let front = Array("{\"format\":2,\"crc32c\":\"".utf8), back = Array("\",\"a\":1}\n".utf8)
    let sum = CRC32C.checksum(back.span, seed: CRC32C.checksum(front.span))
    let digits = String(sum, radix: 16)
    let text = String(repeating: "0", count: 8 - digits.count) + digits
    let bytes = front + Array(text.utf8) + back
    #expect(throws: StorageError.newerFormat(path: "f", version: 2)) { try decode(bytes) }
  }

  @Test(arguments: [
    "", "{", "{}", "[1]", "{\"format\":", "{\"format\":1", "{\"format\":x,", "null",
    "{\"format\":1,\"crc32c\":\"", "{\"format\":1,\"crc32c\":\"00000000\"",
    "{\"format\":1,\"crc32c\":\"00000000\",", "{\"format\":99999999999999999999,\"crc32c\":\"",
    "{ \"format\":1,\"crc32c\":\"00000000\",\"a\":1}",
  ])
  func whatIsNoneIsRefused(text: String) {
    #expect(throws: StorageError.self) { try decode(Array(text.utf8)) }
  }

  @Test func whatWasSavedIsThereAgain() throws {
    let jam = try #require(demo), other = try #require(Slug("a_b-1"))
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    #expect(try store.jams().isEmpty)
    try store.saveJam(jam, Array("{\"a\":1}".utf8))
    try store.saveJam(jam, Array("{\"a\":2}".utf8))
    try store.saveJam(other, Array("{\"b\":3}".utf8))
    #expect(
      try store.jams() == [jam: Array("{\"a\":2}\n".utf8), other: Array("{\"b\":3}\n".utf8)])
    #expect(try folder.names("jams") == ["a_b-1.json", "demo.json"])
    var status = stat()
    #expect(unsafe stat("\(folder.path)/jams/demo.json", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    try store.close()
    #expect(throws: StorageError.closed) { try store.saveJam(jam, Array("{\"a\":3}".utf8)) }
    let again = try openStore(folder.path, shards: 1)
    #expect(try again.jams()[jam] == Array("{\"a\":2}\n".utf8))
    try again.close()
  }

  /// Whatever fails or ends at whatever step: the old content or the new one, and nothing else.
  @Test func aStepThatFailsLeavesOneOfTheTwo() throws {
    let jam = try #require(demo)
    for step in [DiskOperation.open, .write, .sync, .rename] {
      let folder = try TemporaryFolder()
      let failing = FailingStep()
      var options = StoreOptions()
      options.fault = { failing.fails($0, $1) }
      let store = try openStore(folder.path, shards: 1, options: options)
      try store.saveJam(jam, Array("{\"a\":1}".utf8))
      failing.step.withLock { $0 = step }
      #expect(throws: StorageError.self) { try store.saveJam(jam, Array("{\"a\":2}".utf8)) }
      failing.step.withLock { $0 = nil }
      let copy = try folder.copy()
      let found = try Store.readJam("demo.json", in: Directory.open("\(copy.path)/jams"))
      #expect(found == Array("{\"a\":1}\n".utf8), "\(step)")
      try store.saveJam(jam, Array("{\"a\":3}".utf8))
      #expect(try store.jams()[jam] == Array("{\"a\":3}\n".utf8))
      #expect(try folder.names("jams") == ["demo.json"])
    }
  }

  @Test func verifyReadsThem() throws {
    let jam = try #require(demo)
    let folder = try TemporaryFolder()
    try folder.makeKey()
    let store = try openStore(folder.path, shards: 1)
    try store.saveJam(jam, Array("{\"a\":1}".utf8))
    try store.close()
    try folder.write([1], to: "jams/demo.tmp.json")
    let good = try Store.verify(folder.path)
    #expect(good.isClean && good.unexpected.isEmpty, "\(good)")
    let undecodable = try Store.verify(folder.path) { content, bytes in
      guard case .jam = content else { return nil }
      return bytes == Array("{\"a\":1}\n".utf8) ? "no" : nil
    }
    #expect(undecodable.damage.map(\.reason) == ["cannot be decoded: no"])
    try folder.write([1], to: "jams/Demo.json")
    var bytes = try folder.bytes("jams/demo.json")
    bytes[bytes.count - 3] ^= 1
    try folder.write(bytes, to: "jams/demo.json")
    let bad = try Store.verify(folder.path)
    #expect(bad.damage.map(\.reason) == ["has the wrong checksum"])
    #expect(bad.unexpected == ["\(folder.path)/jams/Demo.json"])
    let again = try openStore(folder.path, shards: 1)
    #expect(throws: StorageError.self) { try again.jams() }
    try again.close()
  }

  @Test func aLinkInItsPlaceLeadsNowhere() throws {
    let folder = try TemporaryFolder(), other = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    try other.write(JamFile.encode(Array("{\"a\":1}".utf8)), to: "x.json")
    try #require(unsafe mkdir("\(folder.path)/jams", 0o700) == 0)
    try #require(unsafe symlink("\(other.path)/x.json", "\(folder.path)/jams/demo.json") == 0)
    #expect(throws: StorageError.self) { try store.jams() }
    try store.close()
  }

  @Test func roomsAreListedWithTheTimeOfTheirCheckpoint() throws {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    #expect(try store.changeTimes().isEmpty)
    let before = wallClockNow()
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...3)))
    let times = try store.changeTimes()
    #expect(times.keys.map(\.description) == ["demo/one"])
    // A file system's clock ticks more slowly than ours.
    #expect(try #require(times[TestRoom.id]) > before - 60_000_000)
    try store.close()
  }

  @Test func aRoomThatOnlyTheLogHasIsListedToo() throws {
    let folder = try TemporaryFolder()
    let first = try openStore(folder.path, shards: 1)
    let before = wallClockNow()
    for record in TestRoom.records(1...3) { try first.journal(forShard: 0).append(record) }
    try first.close()
    let store = try openStore(folder.path, shards: 1)
    #expect(try #require(try store.changeTimes()[TestRoom.id]) > before - 60_000_000)
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...3)))
    #expect(try store.changeTimes().count == 1)
    try store.close()
  }
}
