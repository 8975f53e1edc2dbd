/// `data/clean`: there only while no hub runs and the last one ended by `close`. It lists the
/// log's segments and how long they are, and the last number that one had (Protocol/storage.md §7).
struct CleanMarker: Equatable, Sendable {
  static let name = "clean"
  static let temporary = "clean.tmp"
  /// What is taken in place of a damaged one.
  static let substitute = "the log, read as after a crash"
  static let magic: [UInt8] = Array("JAMBEND\n".utf8)
  /// Version 1 had no `uncertainUntil`, version 2 no `lastNumber`: their segments began there.
  /// Version 4 has a note behind the segments; without a note 3 is written.
  static let version: UInt16 = 4
  /// Bytes of a note; a longer one is left out.
  static let noteLimit = 8 << 20

  /// An unclean end is not over with the next clean one: people who were away then may come back
  /// later with what was lost. Until this moment (microseconds since 1970, 0 for none) peers may
  /// know more than this hub.
  var uncertainUntil: Int64 = 0
  /// No segment has had a higher number; 0 where nobody knows.
  var lastNumber: UInt64 = 0
  var lengths: [SegmentName: Int] = [:]
  /// The hub's own data that is only good after a clean end.
  var note: [UInt8] = []

  private var encoded: [UInt8] {
    var bytes = Self.magic
    bytes.append(littleEndian: note.isEmpty ? Self.version - 1 : Self.version)
    bytes.append(littleEndian: UInt16(0))
    bytes.append(littleEndian: UInt32(lengths.count))
    bytes.append(littleEndian: UInt64(bitPattern: uncertainUntil))
    bytes.append(littleEndian: lastNumber)
    for (name, length) in lengths.sorted(by: { $0.key.number < $1.key.number }) {
      bytes.append(littleEndian: UInt64(name.shard))
      bytes.append(littleEndian: name.number)
      bytes.append(littleEndian: UInt64(length))
    }
    if !note.isEmpty {
      bytes.append(littleEndian: UInt32(note.count))
      bytes += note
    }
    bytes.append(littleEndian: CRC32C.checksum(bytes.span))
    return bytes
  }

  /// The marker, or `nil` if there is none.
  static func read(in root: Directory) throws(StorageError) -> CleanMarker? {
    guard let file = try root.fileIfPresent(name) else { return nil }
    let bytes = try file.readAll(limit: noteLimit + 1 << 20)
    let span = bytes.span
    guard span.count >= 20, span.extracting(0..<8).copied() == magic,
      span.littleEndian(at: span.count - 4)
        == CRC32C.checksum(span.extracting(0..<span.count - 4))
    else { throw .damaged(path: file.path, offset: 0, reason: "is no marker of a clean end") }
    let found: UInt16 = span.littleEndian(at: 8)
    guard found <= version else { throw .newerFormat(path: file.path, version: Int(found)) }
    let count = Int(span.littleEndian(at: 12, as: UInt32.self))
    let start = found >= 3 ? 32 : found == 2 ? 24 : 16
    let end = start + 24 * count
    var note = 0
    if found >= 4, span.count >= end + 8 {
      note = 4 + Int(span.littleEndian(at: end, as: UInt32.self))
    }
    guard span.count == end + note + 4, found < 4 || note > 4 else {
      throw .damaged(path: file.path, offset: 12, reason: "has the wrong length")
    }
    var marker = CleanMarker()
    if note > 0 { marker.note = span.extracting(end + 4..<end + note).copied() }
    if found >= 2 {
      marker.uncertainUntil = Int64(bitPattern: span.littleEndian(at: 16, as: UInt64.self))
    }
    if found >= 3 {
      marker.lastNumber = span.littleEndian(at: 24)
      guard marker.lastNumber < SegmentName.numberLimit else {
        throw .damaged(path: file.path, offset: 24, reason: "has no number of a segment")
      }
    }
    for offset in stride(from: start, to: start + 24 * count, by: 24) {
      let name = SegmentName(
        shard: Int(clamping: span.littleEndian(at: offset, as: UInt64.self)),
        number: span.littleEndian(at: offset + 8))
      marker.lengths[name] = Int(clamping: span.littleEndian(at: offset + 16, as: UInt64.self))
    }
    return marker
  }

  func write(in root: Directory) throws(StorageError) {
    try root.unlink(Self.temporary)
    let file = try root.file(Self.temporary, .create)
    try file.write(encoded, at: 0)
    try file.sync()
    try root.rename(Self.temporary, to: Self.name)
    try root.sync()
  }

  static func remove(in root: Directory) throws(StorageError) {
    try root.unlink(name)
    try root.sync()
  }
}
