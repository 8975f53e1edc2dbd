import Lib0

extension Update {
  /// The update in format V1. For one that was decoded and not changed: the bytes it came from.
  public func encodedV1() -> [UInt8] {
    if let exactByteCount {
      return exactByteCount == source.count ? source : Array(source[..<exactByteCount])
    }
    var pieces: [UpdatePiece] = []
    pieces.reserveCapacity(records.count)
    for index in records.indices { pieces.append(UpdatePiece(update: 0, record: index)) }
    return Update.encode(pieces, of: [self], deleteSet: deleteSet)
  }

  /// Writes pieces that are in order and do not overlap; a hole between two becomes a Skip.
  static func encode(
    _ pieces: [UpdatePiece], of updates: [Update], deleteSet: DeleteSet
  ) -> [UInt8] {
    var total = 0
    for update in updates { total += update.source.count }
    var writer = ByteWriter(reservingCapacity: total + 16)
    var sections = 0
    var client: ClientID?
    for piece in pieces {
      let next = updates[piece.update].records[piece.record].client
      if client != next { sections += 1 }
      client = next
    }
    writer.varUInt(sections)
    var index = 0
    while index < pieces.count {
      index = section(from: index, pieces, updates, &writer)
    }
    deleteSet.encode(to: &writer)
    return writer.bytes
  }

  /// One client's structs. The result is the index after them.
  private static func section(
    from first: Int, _ pieces: [UpdatePiece], _ updates: [Update], _ writer: inout ByteWriter
  ) -> Int {
    let start = updates[pieces[first].update].records[pieces[first].record]
    var count = 0
    var end = first
    var clock = start.clock + pieces[first].cut
    while end < pieces.count {
      let record = updates[pieces[end].update].records[pieces[end].record]
      guard record.client == start.client else { break }
      count += record.clock + pieces[end].cut > clock ? 2 : 1
      clock = record.end + pieces[end].extra
      end += 1
    }
    writer.varUInt(count)
    writer.varUInt(start.client)
    clock = start.clock + pieces[first].cut
    writer.varUInt(clock)
    for piece in pieces[first..<end] {
      let record = updates[piece.update].records[piece.record]
      if record.clock + piece.cut > clock {
        writer.byte(ContentKind.skip)
        writer.varUInt(record.clock + piece.cut - clock)
      }
      record.encode(
        cut: piece.cut, extra: piece.extra, source: updates[piece.update].source, to: &writer)
      clock = record.end + piece.extra
    }
    return end
  }
}

/// A struct of one of several updates, or what of it is left after a cut.
struct UpdatePiece {
  var update: Int
  var record: Int
  /// Clock units left away at its start.
  var cut: UInt64 = 0
  /// Clock units added at its end (GC structs that became one).
  var extra: UInt64 = 0
}

extension UpdateRecord {
  /// Writes the struct without its first `cut` units (Yjs `Item.write` with an offset).
  func encode(cut: UInt64, extra: UInt64 = 0, source: [UInt8], to writer: inout ByteWriter) {
    if kind == ContentKind.gc {
      writer.byte(0)
      writer.varUInt(length - cut + extra)
      return
    }
    // Yjs forgets that there is a key where a neighbour says which.
    let info = hasParent ? info : info & ~InfoBit.key
    writer.byte(cut > 0 ? info | InfoBit.origin : info)
    if cut > 0 {
      writer.varUInt(client)
      writer.varUInt(clock + cut - 1)
    } else if hasOrigin {
      writer.varUInt(originClient)
      writer.varUInt(originClock)
    }
    if hasRightOrigin {
      writer.varUInt(rightClient)
      writer.varUInt(rightClock)
    }
    if hasParent, cut == 0 {
      writer.varUInt(parentIsRoot ? 1 : 0)
      if parentIsRoot {
        writer.varUInt(rootNameRange.count)
        writer.raw(source, rootNameRange)
      } else {
        writer.varUInt(originClient)
        writer.varUInt(originClock)
      }
      if hasKey {
        writer.varUInt(keyRange.count)
        writer.raw(source, keyRange)
      }
    }
    ContentWriter.write(
      kind, length: length, source, contentRange, cut: cut, to: &writer)
  }
}

/// Content as it stands in an update's source or in a document, back to the wire.
enum ContentWriter {
  static func write(
    _ kind: UInt8, length: UInt64, _ bytes: [UInt8], _ range: Range<Int>, cut: UInt64,
    to writer: inout ByteWriter
  ) {
    switch kind {
    case ContentKind.deleted: writer.varUInt(length - cut)
    case ContentKind.string:
      guard cut > 0 else {
        writer.varUInt(range.count)
        writer.raw(bytes, range)
        return
      }
      let place = ContentCut.find(
        kind, bytes.span.extracting(range), units: Int(cut), of: Int(length))
      let rest = range.lowerBound + place.byteOffset..<range.upperBound
      writer.varUInt(rest.count + (place.splitsPair ? 3 : 0))
      if place.splitsPair { writer.raw(ContentCut.replacement) }
      writer.raw(bytes, rest)
    case ContentKind.any, ContentKind.json:
      writer.varUInt(length - cut)
      var start = range.lowerBound
      if cut > 0 {
        let place = ContentCut.find(
          kind, bytes.span.extracting(range), units: Int(cut), of: Int(length))
        start += place.byteOffset
      }
      writer.raw(bytes, start..<range.upperBound)
    default: writer.raw(bytes, range)
    }
  }
}
