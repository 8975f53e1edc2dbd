/// What a gzip member of ours holds; the value is in its header.
enum MemberKind: UInt8, Sendable {
  case board = 1
  case stage = 2
  case room = 3
  case history = 4
}

/// The head of every gzip file in a room: 72 bytes, of which 56 are the subfield `JB` of gzip's
/// extra field, so any gunzip opens the file and our reader checks every bit of it
/// (Protocol/storage.md §4).
struct MemberHeader: Equatable, Sendable {
  static let byteCount = 72
  static let version: UInt8 = 1
  /// Fixed gzip header with FEXTRA, 60 bytes of extra field, subfield `JB` of 56 bytes.
  static let prefix: [UInt8] = [
    0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 60, 0, 0x4a, 0x42, 56, 0,
  ]

  var kind: MemberKind
  /// Of a history member; 0 otherwise.
  var recordCount: UInt32 = 0
  /// Of a board; 0 otherwise.
  var epoch: UInt64 = 0
  /// Of a history member: its first record. Otherwise the same as `lastSequence`.
  var firstSequence: UInt64
  /// The room's sequence up to which the content holds everything that concerns it.
  var lastSequence: UInt64
  /// Bytes of the whole member.
  var memberCount: UInt64 = 0
  var plainCount: UInt64 = 0
  /// CRC-32C of everything behind this header.
  var bodyChecksum: UInt32 = 0

  var encoded: [UInt8] {
    var bytes = Self.prefix
    bytes += [Self.version, kind.rawValue, 0, 0]
    bytes.append(littleEndian: recordCount)
    bytes.append(littleEndian: epoch)
    bytes.append(littleEndian: firstSequence)
    bytes.append(littleEndian: lastSequence)
    bytes.append(littleEndian: memberCount)
    bytes.append(littleEndian: plainCount)
    bytes.append(littleEndian: bodyChecksum)
    bytes.append(littleEndian: CRC32C.checksum(bytes.span))
    return bytes
  }

  /// The header at `offset`.
  ///
  /// - Throws: `damaged`, or `newerFormat` for a good header of a later version.
  init(_ bytes: Span<UInt8>, at offset: Int, path: String) throws(StorageError) {
    guard bytes.count - offset >= Self.byteCount else {
      let reason = bytes.isEmpty ? "is empty" : "ends within its header"
      throw .damaged(path: path, offset: offset, reason: reason)
    }
    let header = bytes.extracting(offset..<offset + Self.byteCount)
    guard header.littleEndian(at: 68) == CRC32C.checksum(header.extracting(0..<68)),
      header.extracting(0..<16).copied() == Self.prefix
    else { throw .damaged(path: path, offset: offset, reason: "has a damaged header") }
    guard header[16] <= Self.version else {
      throw .newerFormat(path: path, version: Int(header[16]))
    }
    guard let kind = MemberKind(rawValue: header[17]) else {
      throw .damaged(path: path, offset: offset + 17, reason: "is of an unknown kind")
    }
    self.kind = kind
    recordCount = header.littleEndian(at: 20)
    epoch = header.littleEndian(at: 24)
    firstSequence = header.littleEndian(at: 32)
    lastSequence = header.littleEndian(at: 40)
    memberCount = header.littleEndian(at: 48)
    plainCount = header.littleEndian(at: 56)
    bodyChecksum = header.littleEndian(at: 64)
    guard memberCount >= UInt64(Self.byteCount + 8), memberCount <= UInt64(Int.max) else {
      throw .damaged(path: path, offset: offset, reason: "names an impossible length")
    }
    guard firstSequence <= lastSequence, lastSequence <= RecordHeader.sequenceLimit else {
      throw .damaged(path: path, offset: offset, reason: "names an impossible sequence")
    }
  }

  init(
    kind: MemberKind, recordCount: UInt32 = 0, epoch: UInt64 = 0, firstSequence: UInt64,
    lastSequence: UInt64
  ) {
    self.kind = kind
    self.recordCount = recordCount
    self.epoch = epoch
    self.firstSequence = firstSequence
    self.lastSequence = lastSequence
  }

  /// The whole member around `plain`; lengths and checksums are filled in.
  func member(_ plain: [UInt8], level: Int) -> [UInt8] {
    let blank = [UInt8](repeating: 0, count: Self.byteCount)
    var member = Gzip.pack(plain, header: blank, level: level)
    var header = self
    header.memberCount = UInt64(member.count)
    header.plainCount = UInt64(plain.count)
    header.bodyChecksum = CRC32C.checksum(
      member.span.extracting(Self.byteCount..<member.count))
    for (index, byte) in header.encoded.enumerated() { member[index] = byte }
    return member
  }

  /// The plain bytes of the member that begins at `offset` with this header.
  ///
  /// - Limits: throws `tooLarge` before more than `limit` bytes are held.
  func plain(
    _ bytes: [UInt8], at offset: Int, path: String, limit: Int
  ) throws(StorageError) -> [UInt8] {
    guard plainCount <= UInt64(limit) else {
      throw .tooLarge(what: path, bytes: Int(clamping: plainCount), limit: limit)
    }
    guard hasGoodBody(bytes.span, at: offset) else {
      throw .damaged(path: path, offset: offset, reason: "wrong checksum")
    }
    let plain: [UInt8]
    let end: Int
    do {
      let body = try Gzip.inflate(
        bytes, from: offset + Self.byteCount, limit: Int(plainCount), expected: Int(plainCount))
      plain = body.plain
      end = try Gzip.checkTrailer(bytes.span, at: body.end, of: plain.span)
    } catch .damaged(_, let place, let reason) {
      throw .damaged(path: path, offset: place, reason: reason)
    } catch .tooLarge(_, _, let limit) {
      throw .damaged(path: path, offset: offset, reason: "unpacks to more than \(limit) bytes")
    }
    guard end == offset + Int(memberCount), plain.count == Int(plainCount) else {
      throw .damaged(path: path, offset: end, reason: "wrong length")
    }
    return plain
  }

  func hasGoodBody(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
    guard UInt64(bytes.count - offset) >= memberCount else { return false }
    let body = bytes.extracting(offset + Self.byteCount..<offset + Int(memberCount))
    return CRC32C.checksum(body) == bodyChecksum
  }
}
