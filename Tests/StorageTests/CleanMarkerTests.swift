import Testing

@testable import Storage

@Suite("The marker of a clean end")
struct CleanMarkerTests {
  /// The example of Protocol/storage.md §7.
  private static let example = bytes(
    """
    4a414d42454e440a 0300 0000 01000000 00e025dafe5b0600 0900000000000000
    0000000000000000 0100000000000000 a100000000000000 bc3d6773
    """)
  /// The same segment as version 2 had it.
  private static let second = bytes(
    """
    4a414d42454e440a 0200 0000 01000000 00e025dafe5b0600
    0000000000000000 0100000000000000 a100000000000000 32493469
    """)
  /// The same segment as version 1 had it.
  private static let old = bytes(
    """
    4a414d42454e440a 0100 0000 01000000
    0000000000000000 0100000000000000 a100000000000000 6215db44
    """)
  private static let lengths = [SegmentName(shard: 0, number: 1): 161]

  private static func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }

  private func read(_ bytes: [UInt8]) throws -> CleanMarker? {
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: CleanMarker.name)
    return try CleanMarker.read(in: Directory.open(folder.path))
  }

  @Test func itIsAsItIsDescribed() throws {
    let marker = CleanMarker(
      uncertainUntil: 1_790_000_000_000_000, lastNumber: 9, lengths: Self.lengths)
    let folder = try TemporaryFolder()
    try marker.write(in: Directory.open(folder.path))
    #expect(try folder.bytes(CleanMarker.name) == Self.example)
    #expect(try read(Self.example) == marker)
  }

  @Test(arguments: [1, 100, CleanMarker.noteLimit]) func itKeepsANote(bytes: Int) throws {
    var marker = CleanMarker(lastNumber: 9, lengths: Self.lengths)
    marker.note = .init(repeating: 7, count: bytes)
    let folder = try TemporaryFolder()
    let root = try Directory.open(folder.path)
    try marker.write(in: root)
    #expect(try CleanMarker.read(in: root) == marker)
    let good = try folder.bytes(CleanMarker.name)
    for length in [UInt32](arrayLiteral: 0, UInt32(bytes) - 1, UInt32(bytes) + 1, .max) {
      var bad = good
      var field: [UInt8] = []
      field.append(littleEndian: length)
      bad.replaceSubrange(32 + 24..<32 + 28, with: field)
      #expect(throws: StorageError.self) { try read(sealed(bad, version: 4)) }
    }
  }

  /// After an unclean end what was noted before it is nobody's.
  @Test func aNoteLivesFromACleanEndToTheNextStart() throws {
    let folder = try TemporaryFolder()
    try openStore(folder.path, shards: 1).close(note: [1, 2, 3])
    let second = try openStore(folder.path, shards: 1)
    #expect(second.recovery.note == [1, 2, 3])
    try second.close()
    var third: Store? = try openStore(folder.path, shards: 1)
    #expect(third?.recovery.note == [1, 2, 3])
    third = nil
    _ = try verifyLeftBehind(folder.path)
    let fourth = try openStore(folder.path, shards: 1)
    #expect(fourth.recovery.note.isEmpty)
    try fourth.close(note: [])
    #expect(try openStore(folder.path, shards: 1).recovery.note.isEmpty)
  }

  @Test func versionOneIsReadAsNotUncertain() throws {
    #expect(Self.old.count == 44)
    #expect(try read(Self.old) == CleanMarker(uncertainUntil: 0, lengths: Self.lengths))
  }

  @Test func versionTwoIsReadWithoutALastNumber() throws {
    #expect(Self.second.count == 52)
    let marker = CleanMarker(uncertainUntil: 1_790_000_000_000_000, lengths: Self.lengths)
    #expect(try read(Self.second) == marker)
  }

  /// Nobody counts so far, and one more would be no number.
  @Test func aLastNumberThatNoSegmentCanHaveIsNone() throws {
    var bytes = Self.example
    for offset in 24..<32 { bytes[offset] = 0xff }
    #expect(throws: StorageError.self) { try read(sealed(bytes, version: 3)) }
    #expect(SegmentName("000-18446744073709551615.log") == nil)
  }

  /// The layouts differ by eight bytes, so one is never read as the other.
  @Test(arguments: [example, second, old]) func cutChangedOrOfAnotherVersionItIsNone(
    _ good: [UInt8]
  ) throws {
    for end in good.indices {
      #expect(throws: StorageError.self, "cut at \(end)") { try read(Array(good[..<end])) }
    }
    for bit in 0..<good.count * 8 {
      var changed = good
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: StorageError.self, "bit \(bit)") { try read(changed) }
    }
    for version in 1...4 as ClosedRange<UInt8> where version != good[8] {
      #expect(throws: StorageError.self) { try read(sealed(good, version: version)) }
    }
    let newer = #expect(throws: StorageError.self) { try read(sealed(good, version: 5)) }
    guard case .newerFormat(_, 5) = newer else {
      Issue.record("\(String(describing: newer))")
      return
    }
  }

  private func sealed(_ bytes: [UInt8], version: UInt8) -> [UInt8] {
    var bytes = Array(bytes.dropLast(4))
    bytes[8] = version
    bytes.append(littleEndian: CRC32C.checksum(bytes.span))
    return bytes
  }
}
