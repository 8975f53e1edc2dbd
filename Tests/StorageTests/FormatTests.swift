import Glibc
import TestSupport
import Testing

@testable import Storage

@Suite("Formats")
struct FormatTests {
  @Test func crc32cHasItsCheckValue() {
    let bytes = Array("123456789".utf8)
    #expect(CRC32C.checksum(bytes.span) == 0xE306_9283)
    for cut in 0...bytes.count {
      let head = CRC32C.checksum(bytes.span.extracting(0..<cut))
      #expect(CRC32C.checksum(bytes.span.extracting(cut..<9), seed: head) == 0xE306_9283)
    }
  }

  /// Against the definition, one bit at a time, for every length around the eight-byte step.
  @Test func crc32cAgreesWithItsDefinition() {
    var random = SplitMix64(seed: 1)
    for count in 0..<40 {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      var expected: UInt32 = ~0
      for byte in bytes {
        expected ^= UInt32(byte)
        for _ in 0..<8 {
          expected = expected & 1 == 1 ? expected >> 1 ^ 0x82F6_3B78 : expected >> 1
        }
      }
      #expect(CRC32C.checksum(bytes.span) == ~expected)
    }
  }

  /// The example of Protocol/storage.md §3, byte for byte.
  @Test func aRecordIsTheDocumentedBytes() {
    let record = JournalRecord(
      time: 1_790_000_000_000_000, room: TestRoom.room("demo/one"), board: "main", sequence: 1,
      epoch: 7, author: "ann", kind: .update, payload: [1, 2, 3])
    let header = SegmentHeader(shard: 0, number: 1, salt: 0x1122_3344_5566_7788, created: 0)
    var buffer: [UInt8] = []
    record.encode(to: &buffer, seed: header.seed)
    #expect(hex(buffer) == Self.documentedRecord)
  }

  static let documentedRecord =
    "41000000a7010403040003000000000000e025dafe5b0600010000000000000007000000000000"
    + "0003e54b778208157b64656d6f6f6e656d61696e616e6e010203"

  /// The examples of Protocol/storage.md §2, §4 and §6.
  @Test func headersAndBatchesAreTheDocumentedBytes() throws {
    let segment = SegmentHeader(
      shard: 0, number: 1, salt: 0x1122_3344_5566_7788, created: 1_790_000_000_000_000)
    let copy =
      "4a414d4257414c0a010000000000000001000000000000008877665544332211"
      + "00e025dafe5b0600000000007d2b3521"
    #expect(hex(segment.encoded) == copy + copy)
    #expect(segment.seed == 0xaf59_5116)

    let board = MemberHeader(kind: .board, epoch: 7, firstSequence: 20, lastSequence: 20)
    #expect(
      hex(board.member([0, 0], level: 6))
        == "1f8b08040000000000ff3c004a4238000101000000000000070000000000000014000000000000"
        + "00140000000000000054000000000000000200000000000000f5fad05896dd39db63600000ff12"
        + "d94102000000")

    var first = TestRoom.record(1, payload: [1, 2, 3])
    first.time = 1_790_000_000_000_000
    var second = TestRoom.record(2, payload: [4, 5])
    second.time = first.time + 1000
    first.kind = .update
    second.kind = .update
    first.board = "main"
    second.board = "main"
    first.epoch = 7
    second.epoch = 7
    #expect(
      hex(HistoryBatch.encode([first, second]))
        == "018080afa2dbffad06010700046d61696e0003616e6e0301020301d00f01070101020405")
  }

  /// No hub has written them: counting on from them would overflow, and end it for all rooms.
  @Test(arguments: [(1 << 62) + 1, .max - 1, .max] as [UInt64])
  func numbersThatNoHubReachesAreDamage(_ number: UInt64) throws {
    let most = UInt64(1) << 62
    for (first, last, isGood) in [
      (most, most, true), (number, number, false), (1, number, false), (2, 1, false),
    ] {
      let header = MemberHeader(
        kind: .history, recordCount: 1, firstSequence: first, lastSequence: last)
      let member = header.member([0], level: 1)
      let read = try? MemberHeader(member.span, at: 0, path: "a")
      #expect((read != nil) == isGood, "\(first) to \(last)")
    }
    for (sequence, isGood) in [(most, true), (number, false)] {
      var buffer: [UInt8] = []
      var record = TestRoom.record(1)
      record.sequence = sequence
      record.encode(to: &buffer, seed: 1)
      #expect((RecordHeader(buffer.span, at: 0, seed: 1) != nil) == isGood)
    }
    #expect(HistoryFiles.number("\(number).gz") == nil)
    #expect(HistoryFiles.number("\(most - 1).gz") == most - 1)
  }

  /// Swift takes an é and an e with an accent behind it for the same text; they are two people.
  @Test func namesThatDifferOnlyInTheirBytesStayApart() {
    let authors = ["\u{e9}", "e\u{301}", "\u{e9}"]
    let records = authors.enumerated().map { index, author in
      var record = TestRoom.record(UInt64(index) + 1)
      record.author = author
      return record
    }
    let header = MemberHeader(kind: .history, recordCount: 3, firstSequence: 1, lastSequence: 3)
    let bytes = HistoryBatch.encode(records)
    let read = HistoryBatch.decode(bytes.span, room: TestRoom.id, header: header)
    #expect(read?.map { Array($0.author.utf8) } == authors.map { Array($0.utf8) })
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func historyBatchesRoundTripAndNoPrefixIsAccepted(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var sequence: UInt64 = random.next() >> 8 | 1
    let records = (0..<20).map { _ in
      sequence += 1 + random.next() % 3
      return JournalRecord(
        time: Int64(bitPattern: random.next()), room: TestRoom.id,
        board: ["", "main", "äö"][Int(random.next() % 3)], sequence: sequence,
        epoch: random.next() >> (random.next() % 64), author: "a\(random.next() % 4)",
        kind: RecordKind(rawValue: UInt8(random.next() % 4)),
        payload: (0..<random.next() % 50).map { UInt8(truncatingIfNeeded: $0) })
    }
    let bytes = HistoryBatch.encode(records)
    let header = MemberHeader(
      kind: .history, recordCount: 20, firstSequence: records[0].sequence,
      lastSequence: sequence)
    #expect(HistoryBatch.decode(bytes.span, room: TestRoom.id, header: header) == records)
    for end in 0..<bytes.count {
      let cut = bytes.span.extracting(0..<end)
      #expect(HistoryBatch.decode(cut, room: TestRoom.id, header: header) == nil)
    }
    for _ in 0..<300 {  // no trap, whatever comes
      var changed = bytes
      let bit = Int(random.next() % UInt64(bytes.count * 8))
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      _ = HistoryBatch.decode(changed.span, room: TestRoom.id, header: header)
    }
  }

  @Test func gzipRoundTripsAndEveryPrefixIsRefused() throws {
    let plain = (0..<3000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let packed = Gzip.pack(plain)
    #expect(try Gzip.unpack(packed, limit: 3000) == plain)
    #expect(try Gzip.unpack(packed + packed, limit: 6000) == plain + plain)
    #expect(try Gzip.unpack(Gzip.pack([]), limit: 0) == [])
    for end in 0..<packed.count {
      #expect(throws: StorageError.self) { try Gzip.unpack(Array(packed[..<end]), limit: 3000) }
    }
    #expect(throws: StorageError.self) { try Gzip.unpack(packed + [0], limit: 3000) }
  }

  @Test func aGzipBombStopsAtTheLimit() {
    let bomb = Gzip.pack([UInt8](repeating: 0, count: 50 << 20))
    #expect(throws: StorageError.self) { try Gzip.unpack(bomb, limit: 1 << 20) }
  }

  @Test func stockToolsOpenSnapshotsAndHistory() throws {
    let folder = try TemporaryFolder()
    let store = try openStore(folder.path, shards: 1)
    try store.checkpointed(TestRoom.checkpoint(TestRoom.records(1...20)))
    let room = "\(folder.path)/rooms/demo/one"
    for tool in ["gunzip -c", "zcat"] {
      #expect(try output("\(tool) \(room)/boards/main.yjs.gz") == TestRoom.board(through: 20))
      #expect(try output("\(tool) \(room)/stage.yjs.gz") == TestRoom.stage(through: 20))
    }
    #expect(try output("gzip -t \(room)/history/000001.gz && echo fine") == Array("fine\n".utf8))
    let board = try folder.bytes("rooms/demo/one/boards/main.yjs.gz")
    #expect(try Gzip.unpack(board, limit: 1000) == TestRoom.board(through: 20))
  }

  private func output(_ command: String) throws -> [UInt8] {
    guard let stream = unsafe popen(command, "r") else { throw StorageError.closed }
    var bytes: [UInt8] = []
    while case let byte = unsafe fgetc(stream), byte >= 0 { bytes.append(UInt8(byte)) }
    let status = unsafe pclose(stream)
    #expect(status == 0)
    return bytes
  }

  @Test(arguments: ["000-000000000001.log", "012-123456789012.log"])
  func segmentNamesRoundTrip(_ text: String) {
    #expect(SegmentName(text)?.description == text)
  }

  @Test(arguments: ["0-1.log", "000-000000000001.log.tmp", "a-b.log", "-000-000000000001.log", ""])
  func otherNamesAreNoSegments(_ text: String) { #expect(SegmentName(text) == nil) }
}
