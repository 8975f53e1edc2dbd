/// Reads log segments: what is good in them, what is torn, what is damaged.
enum LogReader {
  /// What a segment holds, without the payloads.
  struct Scan: Sendable {
    var header: SegmentHeader?
    var headerIsWhole = true
    /// Stretches that are no good record though good ones follow.
    var broken: [Broken] = []
    /// Where the last good record ends.
    var end = SegmentHeader.byteCount
    /// Bytes behind `end` that are no record: a torn write, or damage at the very end.
    var tornBytes = 0
  }

  struct Broken: Sendable {
    var range: Range<Int>
    /// Whose record it was, as far as its bytes still say.
    var lost: String
  }

  /// The crash came while the segment was made. It holds nothing acknowledged, because a segment
  /// is durable before the first record goes into it.
  static func isUnused(_ bytes: [UInt8]) -> Bool {
    bytes.count < SegmentHeader.byteCount || !bytes.contains { $0 != 0 }
  }

  /// Walks all good records of a segment.
  ///
  /// Behind a bad stretch it looks for the next good record at every byte. The salt makes a false
  /// find as unlikely as any two checksums being equal by chance.
  static func scan(
    _ bytes: [UInt8], path: String,
    visit: (_ offset: Int, _ header: RecordHeader, _ room: RoomID) -> Void
  ) throws(StorageError) -> Scan {
    let span = bytes.span
    var scan = Scan()
    let (segment, isWhole) = try SegmentHeader.decode(span, path: path)
    scan.header = segment
    scan.headerIsWhole = isWhole
    let seed = segment.seed
    var offset = SegmentHeader.byteCount
    var rooms = RoomCache()
    while offset < span.count {
      if let header = RecordHeader(span, at: offset, seed: seed),
        header.hasGoodBody(span, at: offset), let room = rooms.room(header, span, at: offset)
      {
        visit(offset, header, room)
        offset += header.length
        scan.end = offset
        continue
      }
      guard let next = nextRecord(span, after: offset, seed: seed) else { break }
      scan.broken.append(
        Broken(range: offset..<next, lost: describe(span, at: offset, seed: seed)))
      offset = next
    }
    scan.tornBytes = max(0, span.count - scan.end)
    return scan
  }

  private static func nextRecord(
    _ bytes: Span<UInt8>, after offset: Int, seed: UInt32
  ) -> Int? {
    var next = offset + 1
    // A good header with a bad body still says where the next record begins.
    if let header = RecordHeader(bytes, at: offset, seed: seed) {
      next = offset + header.length
      if next >= bytes.count { return nil }
    }
    while next + RecordHeader.byteCount <= bytes.count {
      if bytes[next + 4] == RecordHeader.marker,
        let header = RecordHeader(bytes, at: next, seed: seed),
        header.hasGoodBody(bytes, at: next)
      {
        return next
      }
      next += 1
    }
    return nil
  }

  private static func describe(_ bytes: Span<UInt8>, at offset: Int, seed: UInt32) -> String {
    guard let header = RecordHeader(bytes, at: offset, seed: seed) else {
      return "at least one record"
    }
    let room = header.room(bytes, at: offset).map { "\($0)" } ?? "an unknown room"
    return "record \(header.sequence), probably of \(room)"
  }

  /// The room of the record before is most often that of the next one too.
  private struct RoomCache {
    var bytes: [UInt8] = []
    var jamCount = 0
    var room: RoomID?

    mutating func room(
      _ header: RecordHeader, _ span: Span<UInt8>, at offset: Int
    ) -> RoomID? {
      let start = offset + RecordHeader.byteCount
      let count = header.jamCount + header.prototypeCount
      if room != nil && jamCount == header.jamCount && bytes.count == count {
        var same = true
        for index in 0..<count where span[start + index] != bytes[index] { same = false }
        if same { return room }
      }
      bytes = span.extracting(start..<start + count).copied()
      jamCount = header.jamCount
      room = header.room(span, at: offset)
      return room
    }
  }
}

extension LogReader.Scan {
  /// What is wrong with the segment. A bad end is a torn write only where nothing says that the
  /// bytes were whole once: no later segment has records, and no clean shutdown vouched for them
  /// (`expected`: the length that its marker names).
  func verdict(
    _ path: String, size: Int, isLast: Bool, expected: Int?
  ) -> (damage: [Damage], isTorn: Bool) {
    var damage: [Damage] = []
    if !headerIsWhole {
      damage.append(
        Damage(
          file: path, range: 0..<SegmentHeader.byteCount,
          reason: "one of the two copies of the header is damaged", lost: .nothing,
          instead: "the other copy"))
    }
    for broken in broken {
      damage.append(
        Damage(
          file: path, range: broken.range, reason: "wrong checksum", lost: .known(broken.lost)))
    }
    if let expected, expected > end {
      damage.append(
        Damage(
          file: path, range: end..<expected, reason: "the end is damaged",
          lost: .known("records that were synced at shutdown")))
    } else if tornBytes > 0 && !isLast {
      damage.append(
        Damage(
          file: path, range: end..<size, reason: "the end is damaged",
          lost: .known("at least one record")))
    } else {
      return (damage, tornBytes > 0)
    }
    return (damage, false)
  }
}
