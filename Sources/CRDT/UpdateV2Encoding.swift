public import Lib0

extension Update {
  /// The update in format V2: smaller than V1 where many structs are alike, slower to write.
  ///
  /// All of it comes back from `init(v2:)`. (Yjs `convertUpdateFormatV1ToV2` differs in what says
  /// nothing: it drops the flag of a key that a neighbour names, and keeps a Skip at the start.)
  /// - Throws: where two clocks that follow each other in a column are 2^52 or more apart, which
  ///   the column cannot say. Clocks of real documents are below 2^32.
  /// - Source: Yjs `UpdateEncoderV2`.
  public func encodedV2() throws(EncodingError) -> [UInt8] {
    var columns = V2Columns()
    try columns.structs(records, of: source)
    return columns.encoded(deleteSet)
  }
}

/// The columns of format V2 while they are written.
private struct V2Columns: ~Copyable {
  private var keyClocks = IntDiffOptRleEncoder()
  private var clients = UintOptRleEncoder()
  private var leftClocks = IntDiffOptRleEncoder()
  private var rightClocks = IntDiffOptRleEncoder()
  private var infos = RleEncoder()
  private var strings = StringEncoder()
  private var parentInfos = RleEncoder()
  private var typeReferences = UintOptRleEncoder()
  private var lengths = UintOptRleEncoder()
  private var rest = ByteWriter()
  private var keyCount: Int64 = 0

  consuming func encoded(_ deleteSet: DeleteSet) -> [UInt8] {
    var writer = ByteWriter(reservingCapacity: rest.bytes.count + 64)
    writer.varUInt(0)
    writer.varBytes(keyClocks.encoded())
    writer.varBytes(clients.encoded())
    writer.varBytes(leftClocks.encoded())
    writer.varBytes(rightClocks.encoded())
    writer.varBytes(infos.encoded())
    writer.varBytes(strings.encoded())
    writer.varBytes(parentInfos.encoded())
    writer.varBytes(typeReferences.encoded())
    writer.varBytes(lengths.encoded())
    writer.raw(rest.bytes)
    deleteSet.encodeV2(to: &writer)
    return writer.bytes
  }

  mutating func structs(_ records: [UpdateRecord], of source: [UInt8]) throws(EncodingError) {
    var sections = 0
    var last: ClientID?
    for record in records where record.client != last {
      sections += 1
      last = record.client
    }
    rest.varUInt(sections)
    var first = 0
    while first < records.count {
      var end = first
      var holes = 0
      while end < records.count, records[end].client == records[first].client {
        if end > first, records[end - 1].end < records[end].clock { holes += 1 }
        end += 1
      }
      rest.varUInt(end - first + holes)
      try clients.append(records[first].client)
      rest.varUInt(records[first].clock)
      for index in first..<end {
        if index > first, records[index - 1].end < records[index].clock {
          infos.append(ContentKind.skip)
          rest.varUInt(records[index].clock - records[index - 1].end)
        }
        try one(records[index], source)
      }
      first = end
    }
  }

  private mutating func one(
    _ record: UpdateRecord, _ source: [UInt8]
  ) throws(EncodingError) {
    infos.append(record.info)
    guard record.kind != ContentKind.gc else { return try lengths.append(record.length) }
    if record.hasOrigin { try leftID(record) }
    if record.hasRightOrigin {
      try clients.append(record.rightClient)
      try rightClocks.append(Int64(record.rightClock))
    }
    if record.hasParent {
      parentInfos.append(record.parentIsRoot ? 1 : 0)
      if record.parentIsRoot { strings.append(source, record.rootNameRange) } else {
        try leftID(record)
      }
      if record.hasKey { strings.append(source, record.keyRange) }
    }
    try content(record, source)
  }

  private mutating func leftID(_ record: UpdateRecord) throws(EncodingError) {
    try clients.append(record.originClient)
    try leftClocks.append(Int64(record.originClock))
  }

  private mutating func content(
    _ record: UpdateRecord, _ source: [UInt8]
  ) throws(EncodingError) {
    let range = record.contentRange
    switch record.kind {
    case ContentKind.deleted: return try lengths.append(record.length)
    case ContentKind.string: return strings.append(source, range)
    case ContentKind.any:
      try lengths.append(record.length)
      return rest.raw(source, range)
    case ContentKind.binary: return rest.raw(source, range)
    default: break
    }
    var reader = CheckedReader(source.span, range)
    switch record.kind {
    case ContentKind.json:
      try lengths.append(record.length)
      for _ in 0..<record.length { strings.append(source, reader.text()) }
    case ContentKind.embed: rest.any(reader.json())
    case ContentKind.format:
      try key(source, reader.text())
      rest.any(reader.json())
    case ContentKind.type:
      try typeReferences.append(reader.varUInt())
      if !reader.isAtEnd { try key(source, reader.text()) }
    default:
      strings.append(source, reader.text())
      rest.raw(source, reader.offset..<range.upperBound)
    }
  }

  /// Yjs numbers each key anew, known or not, and so must we: its readers count on it.
  private mutating func key(_ source: [UInt8], _ range: Range<Int>) throws(EncodingError) {
    try keyClocks.append(keyCount)
    keyCount += 1
    strings.append(source, range)
  }
}

/// Reads content of an update: it was checked when it came in, so nothing fails here any more.
private struct CheckedReader: ~Escapable {
  private var reader: ByteReader

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    reader = ByteReader(bytes.extracting(..<range.upperBound), at: range.lowerBound)
  }

  var offset: Int { reader.offset }
  var isAtEnd: Bool { reader.remaining == 0 }

  mutating func varUInt() -> UInt64 {
    do { return try reader.varUInt() } catch { unchecked(error) }
  }

  /// Where the bytes of the next string are.
  mutating func text() -> Range<Int> {
    do {
      let count = try reader.varBytes().count
      return reader.offset - count..<reader.offset
    } catch { unchecked(error) }
  }

  mutating func json() -> AnyValue {
    do { return try JSON.parse(try reader.varBytes()) } catch { unchecked(error) }
  }

  private func unchecked(_ error: DecodingError) -> Never {
    preconditionFailure("what an update holds was checked when it came in: \(error)")
  }
}
