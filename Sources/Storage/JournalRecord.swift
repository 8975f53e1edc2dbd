/// What a journal record is about; `Rooms` gives the payload its meaning.
public struct RecordKind: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A Yjs update (v1) of a board.
  public static let update = RecordKind(rawValue: 1)
  /// A Yjs update (v1) of the room's stage.
  public static let stageUpdate = RecordKind(rawValue: 2)
  /// A Yjs update (v1) of a board that came in answer to a sync step: whoever brought it need not
  /// be who wrote it.
  public static let syncReply = RecordKind(rawValue: 4)
  /// Anything else that happened in the room, opaque here.
  public static let control = RecordKind(rawValue: 3)
}

/// One thing that happened in a room, as the log and the history keep it.
///
/// - Limits: `board` at most 255 bytes, `author` at most 65535, `payload` at most `payloadLimit`.
/// - Source: Protocol/storage.md §3.
public struct JournalRecord: Equatable, Sendable {
  public static let payloadLimit = 64 << 20

  /// Microseconds since 1970. Information only: order is by `sequence`.
  public var time: Int64
  public var room: RoomID
  /// The board's id; empty for the stage and for the room as a whole.
  public var board: String
  /// Counts the records of a room, from 1, without gaps.
  public var sequence: UInt64
  /// The board's epoch that the payload belongs to.
  public var epoch: UInt64
  public var author: String
  public var kind: RecordKind
  public var payload: [UInt8]

  public init(
    time: Int64, room: RoomID, board: String, sequence: UInt64, epoch: UInt64 = 0,
    author: String, kind: RecordKind, payload: [UInt8]
  ) {
    self.time = time
    self.room = room
    self.board = board
    self.sequence = sequence
    self.epoch = epoch
    self.author = author
    self.kind = kind
    self.payload = payload
  }
}

/// A record's bytes in the log (Protocol/storage.md §3):
///
/// ```
///  0 u32 length of the record      16 i64 time        40 u32 CRC-32C of salt and bytes 0..<40
///  4 u8  0xA7                      24 u64 sequence    44 u32 CRC-32C of bytes 48..<length,
///  5 u8  kind                      32 u64 epoch              seeded with the one before
///  6 u8  length of jam             48 jam, prototype, board, author, payload
///  7 u8  length of prototype
///  8 u8  length of board, 9 u8 0, 10 u16 length of author, 12 u32 0
/// ```
///
/// Two checksums: with the header known to be good, a flipped bit in the body costs one record
/// and its room and sequence can still be named. The salt, random per segment, keeps a payload
/// that contains the bytes of a record from being taken for one when a reader looks for the next
/// good record behind damage.
struct RecordHeader {
  static let byteCount = 48
  static let marker: UInt8 = 0xA7

  var length: Int
  var kind: RecordKind
  var jamCount: Int
  var prototypeCount: Int
  var boardCount: Int
  var authorCount: Int
  var time: Int64
  var sequence: UInt64
  var epoch: UInt64
  var headerChecksum: UInt32
  var bodyChecksum: UInt32

  /// No room ever gets there: what says so was made by hand, and counting on would overflow.
  static let sequenceLimit: UInt64 = 1 << 62

  /// `nil` unless a header with a right checksum begins at `offset`.
  init?(_ bytes: Span<UInt8>, at offset: Int, seed: UInt32) {
    guard bytes.count - offset >= Self.byteCount, bytes[offset + 4] == Self.marker else {
      return nil
    }
    headerChecksum = bytes.littleEndian(at: offset + 40)
    let fixed = bytes.extracting(offset..<offset + 40)
    guard CRC32C.checksum(fixed, seed: seed) == headerChecksum else { return nil }
    length = Int(fixed.littleEndian(at: 0, as: UInt32.self))
    kind = RecordKind(rawValue: fixed[5])
    jamCount = Int(fixed[6])
    prototypeCount = Int(fixed[7])
    boardCount = Int(fixed[8])
    authorCount = Int(fixed.littleEndian(at: 10, as: UInt16.self))
    time = fixed.littleEndian(at: 16)
    sequence = fixed.littleEndian(at: 24)
    epoch = fixed.littleEndian(at: 32)
    bodyChecksum = bytes.littleEndian(at: offset + 44)
    guard length >= Self.byteCount + jamCount + prototypeCount + boardCount + authorCount,
      sequence <= Self.sequenceLimit
    else { return nil }
  }

  /// Whether the whole record is there and its body is what was written.
  func hasGoodBody(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
    guard bytes.count - offset >= length else { return false }
    let body = bytes.extracting(offset + Self.byteCount..<offset + length)
    return CRC32C.checksum(body, seed: headerChecksum) == bodyChecksum
  }

  /// The room that the body names; `nil` if it names none (a damaged body).
  func room(_ bytes: Span<UInt8>, at offset: Int) -> RoomID? {
    let start = offset + Self.byteCount
    guard start + jamCount + prototypeCount <= bytes.count,
      let jam = Slug(text(bytes, start, jamCount)),
      let prototype = Slug(text(bytes, start + jamCount, prototypeCount))
    else { return nil }
    return RoomID(jam: jam, prototype: prototype)
  }

  /// The whole record, once `hasGoodBody` said so.
  func record(_ bytes: Span<UInt8>, at offset: Int, room: RoomID) -> JournalRecord {
    let boardAt = offset + Self.byteCount + jamCount + prototypeCount
    let authorAt = boardAt + boardCount
    let payload = bytes.extracting(authorAt + authorCount..<offset + length)
    return JournalRecord(
      time: time, room: room, board: text(bytes, boardAt, boardCount), sequence: sequence,
      epoch: epoch, author: text(bytes, authorAt, authorCount), kind: kind,
      payload: payload.copied())
  }

  private func text(_ bytes: Span<UInt8>, _ offset: Int, _ count: Int) -> String {
    String(decoding: bytes.extracting(offset..<offset + count).copied(), as: UTF8.self)
  }
}

extension JournalRecord {
  /// Bytes of this record in the log.
  var logByteCount: Int {
    RecordHeader.byteCount + room.jam.description.utf8.count
      + room.prototype.description.utf8.count + board.utf8.count + author.utf8.count
      + payload.count
  }

  /// Whether every field fits its length field.
  var fitsLimits: Bool {
    payload.count <= Self.payloadLimit && board.utf8.count <= 255 && author.utf8.count <= 65535
  }

  /// Appends the record as the log has it; `seed` is the CRC-32C of the segment's salt.
  func encode(to buffer: inout [UInt8], seed: UInt32) {
    let start = buffer.count
    let jam = room.jam.description.utf8, prototype = room.prototype.description.utf8
    let length = logByteCount
    buffer.append(littleEndian: UInt32(length))
    buffer.append(
      littleEndian: UInt32(Self.marker(kind)) | UInt32(jam.count) << 16
        | UInt32(prototype.count) << 24)
    buffer.append(littleEndian: UInt32(board.utf8.count) | UInt32(author.utf8.count) << 16)
    buffer.append(littleEndian: UInt32(0))
    buffer.append(littleEndian: time)
    buffer.append(littleEndian: sequence)
    buffer.append(littleEndian: epoch)
    let header = CRC32C.checksum(buffer.span.extracting(start..<start + 40), seed: seed)
    buffer.append(littleEndian: UInt64(header))
    buffer.append(contentsOf: jam)
    buffer.append(contentsOf: prototype)
    buffer.append(contentsOf: board.utf8)
    buffer.append(contentsOf: author.utf8)
    buffer.append(contentsOf: payload)
    let checksum = CRC32C.checksum(
      buffer.span.extracting(start + RecordHeader.byteCount..<buffer.count), seed: header)
    buffer.set(littleEndian: checksum, at: start + 44)
  }

  private static func marker(_ kind: RecordKind) -> UInt16 {
    UInt16(RecordHeader.marker) | UInt16(kind.rawValue) << 8
  }
}

extension Span<UInt8> {
  func copied() -> [UInt8] { unsafe withUnsafeBufferPointer { unsafe Array($0) } }
}
