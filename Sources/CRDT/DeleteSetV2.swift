import Lib0

/// Format V2 of a delete set: clocks are differences from the end of the range before, lengths one
/// less than they are (Yjs `DSEncoderV2`, `DSDecoderV2`).
extension DeleteSet {
  func encodeV2(to writer: inout ByteWriter) {
    var sections = 0
    for index in ranges.indices where index == 0 || ranges[index - 1].client != ranges[index].client
    {
      sections += 1
    }
    writer.varUInt(sections)
    var first = 0
    while first < ranges.count {
      var end = first
      while end < ranges.count, ranges[end].client == ranges[first].client { end += 1 }
      writer.varUInt(ranges[first].client)
      writer.varUInt(end - first)
      var clock: UInt64 = 0
      for range in ranges[first..<end] {
        writer.varUInt(range.clock - clock)
        writer.varUInt(range.length - 1)
        clock = range.end
      }
      first = end
    }
  }

  /// Reads format V2 and writes format V1.
  static func transcodeV2(
    _ reader: inout ByteReader, to writer: inout ByteWriter
  ) throws(DecodingError) {
    let start = reader.offset
    let sections = try reader.varUInt()
    guard sections <= UInt64(reader.remaining / 2) else {
      throw .invalid(offset: start, what: "more clients in the delete set than bytes")
    }
    writer.varUInt(sections)
    for _ in 0..<sections {
      writer.varUInt(try reader.varUInt())
      let place = reader.offset
      let count = try reader.varUInt()
      guard count <= UInt64(reader.remaining / 2) else {
        throw .invalid(offset: place, what: "more deleted ranges than bytes")
      }
      writer.varUInt(count)
      var clock: UInt64 = 0
      for _ in 0..<count {
        let place = reader.offset
        clock += try reader.varUInt()
        let length = try reader.varUInt() + 1
        guard clock + length <= maxSafeInteger else { throw .integerOutOfRange(offset: place) }
        writer.varUInt(clock)
        writer.varUInt(length)
        clock += length
      }
    }
  }
}
