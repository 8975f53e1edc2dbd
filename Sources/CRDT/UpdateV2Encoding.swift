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
struct V2Columns: ~Copyable {
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
    clientCount(sections)
    var first = 0
    while first < records.count {
      var end = first
      var holes = 0
      while end < records.count, records[end].client == records[first].client {
        if end > first, records[end - 1].end < records[end].clock { holes += 1 }
        end += 1
      }
      let record = records[first]
      try section(structs: end - first + holes, record.client, from: record.clock)
      for index in first..<end {
        if index > first, records[index - 1].end < records[index].clock {
          info(ContentKind.skip)
          rest.varUInt(records[index].clock - records[index - 1].end)
        }
        try one(records[index], source)
      }
      first = end
    }
  }

  /// Begins the structs of one client; before the first, how many clients there are.
  mutating func section(
    structs count: Int, _ client: ClientID, from clock: UInt64
  ) throws(EncodingError) {
    rest.varUInt(count)
    try clients.append(client)
    rest.varUInt(clock)
  }

  mutating func clientCount(_ count: Int) { rest.varUInt(count) }

  /// The first byte of a struct.
  mutating func info(_ info: UInt8) { infos.append(info) }

  /// The length of a GC struct.
  mutating func gc(_ length: UInt64) throws(EncodingError) { try lengths.append(length) }

  /// An origin, or the item that holds the parent.
  mutating func leftID(_ client: ClientID, _ clock: UInt64) throws(EncodingError) {
    try clients.append(client)
    try leftClocks.append(Int64(clock))
  }

  mutating func rightID(_ client: ClientID, _ clock: UInt64) throws(EncodingError) {
    try clients.append(client)
    try rightClocks.append(Int64(clock))
  }

  /// Whether a root is the parent.
  mutating func parentInfo(isRoot: Bool) { parentInfos.append(isRoot ? 1 : 0) }

  /// A root's name, or a key.
  mutating func name(_ source: [UInt8], _ range: Range<Int>) { strings.append(source, range) }

  private mutating func one(
    _ record: UpdateRecord, _ source: [UInt8]
  ) throws(EncodingError) {
    info(record.info)
    guard record.kind != ContentKind.gc else { return try gc(record.length) }
    if record.hasOrigin { try leftID(record.originClient, record.originClock) }
    if record.hasRightOrigin { try rightID(record.rightClient, record.rightClock) }
    if record.hasParent {
      parentInfo(isRoot: record.parentIsRoot)
      if record.parentIsRoot { name(source, record.rootNameRange) } else {
        try leftID(record.originClient, record.originClock)
      }
      if record.hasKey { name(source, record.keyRange) }
    }
    try content(record.kind, record.length, source, record.contentRange)
  }

  /// Content as it stands in an update's source or in a document.
  mutating func content(
    _ kind: UInt8, _ length: UInt64, _ source: [UInt8], _ range: Range<Int>
  ) throws(EncodingError) {
    switch kind {
    case ContentKind.deleted: return try lengths.append(length)
    case ContentKind.string: return strings.append(source, range, units: length)
    case ContentKind.any:
      try lengths.append(length)
      return rest.raw(source, range)
    case ContentKind.binary: return rest.raw(source, range)
    default: break
    }
    var reader = CheckedReader(source.span, range)
    switch kind {
    case ContentKind.json:
      try lengths.append(length)
      for _ in 0..<length { strings.append(source, reader.text()) }
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
