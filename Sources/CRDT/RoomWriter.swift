import Lib0

/// An unsigned LEB128 as it is written: its bytes, the first one lowest, and how many.
struct EncodedNumber: Sendable {
  let bytes: UInt64
  let count: UInt8

  /// - Parameter value: Below 2^56, so that eight bytes hold it.
  @inline(__always) init(_ value: UInt64) {
    // Groups of seven bits move apart: two fours, two pairs of each, two of a pair.
    var word = value & 0x0fff_ffff | (value & 0x00ff_ffff_f000_0000) << 4
    word = word & 0x0000_3fff_0000_3fff | (word & 0x0fff_c000_0fff_c000) << 2
    word = word & 0x007f_007f_007f_007f | (word & 0x3f80_3f80_3f80_3f80) << 1
    // By a product: (bits + 6) / 7 for up to 56 bits.
    let bits = 64 - (value | 1).leadingZeroBitCount
    let count = (bits * 37 + 222) >> 8
    // All bytes but the last say that another follows.
    bytes = word | 0x8080_8080_8080_8080 & (1 << UInt64(8 * (count - 1)) - 1)
    self.count = UInt8(truncatingIfNeeded: count)
  }
}

/// Writes into room that was made for all of it before.
///
/// Every number is stored as one word of eight bytes, of which only the first few count: writing
/// byte by byte, each with a question for room, takes twice as long. Nothing here asks whether
/// there is room: who writes asks `left` first. Debug builds check each store.
@safe struct RoomWriter: ~Copyable {
  /// What the last word may go beyond its number.
  static let slack = 8

  private let room: UnsafeMutableRawBufferPointer
  /// Bytes from the start of the room.
  private(set) var count: Int

  @unsafe init(_ room: UnsafeMutableBufferPointer<UInt8>, from count: Int) {
    unsafe self.room = UnsafeMutableRawBufferPointer(room)
    self.count = count
  }

  /// How many bytes may be written.
  @inline(__always) var left: Int { unsafe room.count - count - Self.slack }

  @inline(__always) mutating func byte(_ value: UInt8) {
    unsafe room.storeBytes(of: value, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  @inline(__always) mutating func put(_ number: EncodedNumber) {
    unsafe room.storeBytes(of: number.bytes.littleEndian, toByteOffset: count, as: UInt64.self)
    count += Int(number.count)
  }

  /// - Parameter value: Below 2^56; clocks, ids and counts end at 2^53.
  @inline(__always) mutating func varUInt(_ value: UInt64) {
    if value < 0x80 { byte(UInt8(truncatingIfNeeded: value)) } else { put(EncodedNumber(value)) }
  }

  @inline(__always) mutating func bytes(_ source: [UInt8], _ range: Range<Int>) {
    if range.count <= 8 {
      for index in range { byte(source[index]) }
    } else {
      unsafe source.span.extracting(range).withUnsafeBytes { bytes in
        unsafe UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyMemory(from: bytes)
      }
      count += range.count
    }
  }
}
