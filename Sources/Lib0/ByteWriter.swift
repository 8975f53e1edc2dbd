/// Appends lib0 values to an array of bytes.
///
/// - Source: lib0 `encoding.js`.
public struct ByteWriter: Sendable {
  public var bytes: [UInt8]

  public init(reservingCapacity capacity: Int = 0) {
    bytes = []
    if capacity > 0 { bytes.reserveCapacity(capacity) }
  }

  public mutating func byte(_ value: UInt8) { bytes.append(value) }

  /// Unsigned LEB128 in its shortest form.
  public mutating func varUInt(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  public mutating func varUInt(_ value: Int) {
    precondition(value >= 0)
    varUInt(UInt64(value))
  }

  /// A signed integer given as sign and magnitude, so that -0 can be written.
  public mutating func signedMagnitude(_ magnitude: UInt64, isNegative: Bool) {
    var rest = magnitude >> 6
    bytes.append(
      UInt8(magnitude & 0x3f) | (isNegative ? 0x40 : 0) | (rest > 0 ? 0x80 : 0))
    while rest > 0 {
      let more = rest >> 7
      bytes.append(UInt8(rest & 0x7f) | (more > 0 ? 0x80 : 0))
      rest = more
    }
  }

  public mutating func varInt(_ value: Int64) {
    signedMagnitude(value.magnitude, isNegative: value < 0)
  }

  public mutating func raw(_ value: [UInt8]) { bytes.append(contentsOf: value) }

  /// Part of an array, without a slice in between.
  public mutating func raw(_ value: [UInt8], _ range: Range<Int>) {
    bytes.append(contentsOf: value[range])
  }

  public mutating func varBytes(_ value: [UInt8]) {
    varUInt(value.count)
    raw(value)
  }

  public mutating func string(_ value: String) {
    varUInt(value.utf8.count)
    bytes.append(contentsOf: value.utf8)
  }
}
