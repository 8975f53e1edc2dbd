import Lib0

extension Update {
  /// Decodes format V1. Bytes after the delete set are ignored, as Yjs does.
  ///
  /// Structs and ranges of length 0 are dropped: Yjs never writes them, and they would break the
  /// search by clock.
  public init(v1 bytes: [UInt8]) throws(UpdateError) {
    var end = 0
    try self.init(v1: bytes, end: &end)
  }

  /// The same, and where the update ends: before the end of `bytes` where something follows it.
  public init(v1 bytes: [UInt8], end: inout Int) throws(UpdateError) {
    guard bytes.count < UInt32.max else {
      throw UpdateError(.invalid(offset: 0, what: "an update of 4 GiB or more"))
    }
    var decoder = UpdateDecoder()
    let deleteSet: DeleteSet
    let isPadded: Bool
    do {
      var reader = ByteReader(bytes.span)
      try decoder.structs(&reader)
      deleteSet = try DeleteSet.decode(&reader, mustRewrite: &decoder.mustRewrite)
      end = reader.offset
      isPadded = reader.sawPadding
    } catch {
      throw UpdateError(error)
    }
    // What follows an update is no part of it, and is not kept.
    let source = end < bytes.count ? Array(bytes[..<end]) : bytes
    if decoder.isOutOfOrder {
      self = Update.ordering(decoder.records, of: source, deleteSet: deleteSet)
    } else {
      self.init(
        source: source, records: decoder.records, deleteSet: deleteSet,
        exactByteCount: decoder.mustRewrite ? nil : end)
    }
    hasPaddedNumbers = isPadded
  }

  /// Sections that came in another order than Yjs writes, or two of one client.
  private static func ordering(
    _ records: [UpdateRecord], of source: [UInt8], deleteSet: DeleteSet
  ) -> Update {
    let sorted = records.enumerated().sorted {
      UpdateRecord.precedes($0.element, $1.element)
        || (!UpdateRecord.precedes($1.element, $0.element) && $0.offset < $1.offset)
    }.map { $0.element }
    let update = Update(
      source: source, records: sorted, deleteSet: deleteSet, exactByteCount: nil)
    for index in sorted.indices.dropFirst()
    where sorted[index - 1].client == sorted[index].client
      && sorted[index - 1].end > sorted[index].clock
    {
      return Update.rewriting([update])
    }
    return update
  }
}

extension UpdateRecord {
  /// The order of records in an update.
  static func precedes(_ left: UpdateRecord, _ right: UpdateRecord) -> Bool {
    left.client != right.client ? left.client > right.client : left.clock < right.clock
  }
}

/// Reads the structs of an update into records.
private struct UpdateDecoder {
  var records: [UpdateRecord] = []
  var isOutOfOrder = false
  var mustRewrite = false

  mutating func structs(_ reader: inout ByteReader) throws(DecodingError) {
    let sections = try reader.varUInt()
    guard sections <= UInt64(reader.remaining / 3) else {
      throw .invalid(offset: 0, what: "more clients than bytes")
    }
    var previous: ClientID?
    for _ in 0..<sections {
      let start = reader.offset
      let count = try reader.varUInt()
      let client = try reader.varUInt()
      var clock = try reader.varUInt()
      guard count <= UInt64(reader.remaining / 2) else {
        throw .invalid(offset: start, what: "more structs than bytes")
      }
      // The usual struct has as many bytes; one that claims more structs than that gets no more
      // memory for it than it has bytes, times ten.
      if count > 16 {
        let room = min(Int(count), reader.remaining / 8)
        if records.count + room > records.capacity {
          records.reserveCapacity(max(records.count + room, records.count * 2))
        }
      }
      if let previous, previous <= client { isOutOfOrder = true }
      previous = client
      // yrs stops at a section without structs.
      if count == 0 { mustRewrite = true }
      for _ in 0..<count {
        let length = try one(&reader, client: client, clock: clock)
        clock += length
      }
    }
  }

  /// One struct. The result is its length.
  private mutating func one(
    _ reader: inout ByteReader, client: ClientID, clock: UInt64
  ) throws(DecodingError) -> UInt64 {
    let start = reader.offset
    let info = try reader.byte()
    var record = UpdateRecord(client: client, clock: clock, length: 0, info: info)
    switch info & InfoBit.kind {
    case ContentKind.gc, ContentKind.skip:
      record.length = try reader.varUInt()
      // yrs would take it for an item.
      if info & ~InfoBit.kind != 0 { mustRewrite = true }
    case 1...9:
      try neighbours(&reader, &record)
      try content(&reader, &record)
    default: throw .invalid(offset: start, what: "an unknown kind of struct")
    }
    guard clock + record.length <= maxSafeInteger else { throw .integerOutOfRange(offset: start) }
    if record.kind == ContentKind.skip { return record.length }
    if record.length == 0 {
      mustRewrite = true
      return 0
    }
    if record.kind == ContentKind.gc {
      record.info = 0
      // A message full of GC structs takes no more memory than one.
      if let last = records.last, last.kind == ContentKind.gc, last.client == client,
        last.end == clock
      {
        records[records.count - 1].length += record.length
        return record.length
      }
    }
    // The first by a literal, which makes an array of just that size: most updates have one.
    if records.isEmpty, records.capacity == 0 { records = [record] } else { records.append(record) }
    return record.length
  }

  private func neighbours(
    _ reader: inout ByteReader, _ record: inout UpdateRecord
  ) throws(DecodingError) {
    let start = reader.offset
    if record.hasOrigin {
      record.originClient = try reader.varUInt()
      record.originClock = try reader.varUInt()
      try check(record.originClient, record.originClock, of: record, at: start)
    }
    if record.hasRightOrigin {
      record.rightClient = try reader.varUInt()
      record.rightClock = try reader.varUInt()
      try check(record.rightClient, record.rightClock, of: record, at: start)
    }
    guard record.hasParent else { return }
    switch try reader.varUInt() {
    case 1:
      let (offset, count) = try text(&reader)
      record.originClient = UInt64(offset)
      record.originClock = UInt64(count)
      record.parentIsRoot = true
    case 0:
      record.originClient = try reader.varUInt()
      record.originClock = try reader.varUInt()
      try check(record.originClient, record.originClock, of: record, at: start)
    default: throw .invalid(offset: start, what: "a parent that is neither root nor id")
    }
    if record.hasKey {
      let (offset, count) = try text(&reader)
      record.keyOffset = UInt32(offset)
      record.keyCount = UInt32(count)
    }
  }

  /// Nobody can refer to what they make later; such a struct could never be integrated.
  private func check(
    _ client: ClientID, _ clock: UInt64, of record: UpdateRecord, at offset: Int
  ) throws(DecodingError) {
    guard client != record.client || clock < record.clock else {
      throw .invalid(offset: offset, what: "a struct that refers to itself or to later ones")
    }
  }

  /// A checked string: where its bytes are.
  private func text(
    _ reader: inout ByteReader
  ) throws(DecodingError) -> (offset: Int, count: Int) {
    let start = reader.offset
    let bytes = try reader.varBytes()
    guard UTF16Length.ofUTF8(bytes) != nil else { throw .invalidUTF8(offset: start) }
    return (reader.offset - bytes.count, bytes.count)
  }

  private func content(
    _ reader: inout ByteReader, _ record: inout UpdateRecord
  ) throws(DecodingError) {
    var start = reader.offset
    record.length = 1
    switch record.kind {
    case ContentKind.deleted:
      record.length = try reader.varUInt()
      return
    case ContentKind.string:
      let bytes = try reader.varBytes()
      guard let units = UTF16Length.ofUTF8(bytes) else { throw .invalidUTF8(offset: start) }
      record.length = UInt64(units)
      start = reader.offset - bytes.count
    case ContentKind.any, ContentKind.json:
      record.length = try reader.varUInt()
      guard record.length <= UInt64(reader.remaining) else {
        throw .invalid(offset: start, what: "more values than bytes")
      }
      start = reader.offset
      for _ in 0..<record.length {
        if record.kind == ContentKind.any { try reader.skipAny() } else {
          try json(&reader, allowsUndefined: true)
        }
      }
    case ContentKind.binary: _ = try reader.varBytes()
    case ContentKind.embed: try json(&reader)
    case ContentKind.format:
      _ = try reader.skipString()
      try json(&reader)
    case ContentKind.type:
      let reference = try reader.varUInt()
      guard reference <= 6 else { throw .invalid(offset: start, what: "an unknown shared type") }
      if reference == TypeKind.xmlElement || reference == TypeKind.xmlHook {
        _ = try reader.skipString()
      }
    default:
      _ = try reader.skipString()
      try reader.skipAny()
    }
    record.contentOffset = UInt32(start)
    record.contentCount = UInt32(reader.offset - start)
  }

  private func json(
    _ reader: inout ByteReader, allowsUndefined: Bool = false
  ) throws(DecodingError) {
    let bytes = try reader.varBytes()
    if allowsUndefined, JSONText.isUndefined(bytes) { return }
    let start = reader.offset - bytes.count
    do { try JSON.check(bytes) } catch {
      throw .invalid(offset: start + UpdateError(error).offset, what: "bad JSON")
    }
  }
}
