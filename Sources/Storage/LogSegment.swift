import Synchronization

/// The head of a log segment: 48 bytes, written twice, so that one bad sector's worth of bytes in
/// the first copy does not cost the salt and with it every record (Protocol/storage.md §2).
struct SegmentHeader: Equatable, Sendable {
  static let magic: [UInt8] = Array("JAMBWAL\n".utf8)
  static let version: UInt16 = 1
  static let copyCount = 48
  static let byteCount = 2 * copyCount

  var shard: UInt16
  var number: UInt64
  var salt: UInt64
  /// Microseconds since 1970.
  var created: Int64

  /// What the checksum of every record in the segment starts from.
  var seed: UInt32 {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: salt)
    return CRC32C.checksum(bytes.span)
  }

  var encoded: [UInt8] {
    var copy = Self.magic
    copy.append(littleEndian: Self.version)
    copy.append(littleEndian: shard)
    copy.append(littleEndian: UInt32(0))
    copy.append(littleEndian: number)
    copy.append(littleEndian: salt)
    copy.append(littleEndian: created)
    copy.append(littleEndian: UInt32(0))
    copy.append(littleEndian: CRC32C.checksum(copy.span))
    return copy + copy
  }

  /// The header, from the first copy that is whole, and whether both are.
  ///
  /// - Throws: `newerFormat`, or `damaged` where neither copy is whole.
  static func decode(
    _ bytes: Span<UInt8>, path: String
  ) throws(StorageError) -> (header: SegmentHeader, isWhole: Bool) {
    let first = try copy(bytes, at: 0, path: path)
    let second = try copy(bytes, at: copyCount, path: path)
    guard let header = first ?? second else {
      throw .damaged(path: path, offset: 0, reason: "has no log header")
    }
    return (header, first == second)
  }

  private static func copy(
    _ bytes: Span<UInt8>, at offset: Int, path: String
  ) throws(StorageError) -> SegmentHeader? {
    guard bytes.count - offset >= copyCount else { return nil }
    let copy = bytes.extracting(offset..<offset + copyCount)
    guard copy.littleEndian(at: 44) == CRC32C.checksum(copy.extracting(0..<44)),
      copy.extracting(0..<8).copied() == magic
    else { return nil }
    let found: UInt16 = copy.littleEndian(at: 8)
    guard found <= version else { throw .newerFormat(path: path, version: Int(found)) }
    return SegmentHeader(
      shard: copy.littleEndian(at: 10), number: copy.littleEndian(at: 16),
      salt: copy.littleEndian(at: 24), created: copy.littleEndian(at: 32))
  }
}

/// `<shard>-<number>.log`, decimal, padded so that a listing is in order.
struct SegmentName: Hashable, Sendable {
  /// No number that is counted to; a name with a higher one is none of ours.
  static let numberLimit: UInt64 = 1 << 62

  var shard: Int
  var number: UInt64

  init(shard: Int, number: UInt64) {
    self.shard = shard
    self.number = number
  }

  init?(_ text: String) {
    guard text.hasSuffix(".log") else { return nil }
    let parts = text.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let shard = Int(parts[0]), let number = UInt64(parts[1]),
      shard >= 0, shard <= Int(UInt16.max), number < Self.numberLimit
    else { return nil }
    self.init(shard: shard, number: number)
    guard description == text else { return nil }
  }

  /// Whether the same shard wrote this one later.
  func follows(_ other: SegmentName) -> Bool { shard == other.shard && number > other.number }

  var description: String { "\(padded(UInt64(shard), 3))-\(padded(number, 12)).log" }
}

/// Decimal digits with zeros in front.
func padded(_ number: UInt64, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// A segment that is being written, and which rooms it holds up to which sequence.
struct LogSegment: Sendable {
  /// A segment gets longer than it should where no next one can be made; past this many bytes it
  /// takes no more, so that a start can still read it.
  static let byteLimit = 512 << 20

  let name: SegmentName
  let file: File
  let seed: UInt32
  /// Where the next record goes.
  var offset: Int
  private(set) var lastSequence: [RoomID: UInt64] = [:]
  private var recent: RoomID?
  private var recentSequence: UInt64 = 0

  /// Creates the file durably: header synced, name synced.
  static func create(
    _ name: SegmentName, in wal: Directory
  ) throws(StorageError) -> LogSegment {
    var random = SystemRandomNumberGenerator()
    let header = SegmentHeader(
      shard: UInt16(name.shard), number: name.number, salt: random.next(),
      created: wallClockNow())
    let file = try wal.file(name.description, .create)
    do {
      try file.write(header.encoded, at: 0)
      try file.sync()
      try wal.sync()
    } catch {
      try? wal.unlink(name.description)
      throw error
    }
    return LogSegment(
      name: name, file: file, seed: header.seed, offset: SegmentHeader.byteCount)
  }

  private init(name: SegmentName, file: File, seed: UInt32, offset: Int) {
    self.name = name
    self.file = file
    self.seed = seed
    self.offset = offset
  }

  /// Notes that the segment holds this record. The room of the record before is kept aside: most
  /// records of a turn are of one room, and hashing two strings costs more than comparing them.
  mutating func note(_ room: RoomID, _ sequence: UInt64) {
    if recent != room {
      settle()
      recent = room
      recentSequence = 0
    }
    recentSequence = max(recentSequence, sequence)
  }

  /// The rooms in here, each with the last sequence that is.
  mutating func rooms() -> [RoomID: UInt64] {
    settle()
    return lastSequence
  }

  private mutating func settle() {
    guard let recent else { return }
    lastSequence[recent] = max(lastSequence[recent] ?? 0, recentSequence)
  }
}
