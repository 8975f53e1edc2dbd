// Integers of a fixed width. Floats travel as their bit patterns, most significant byte first
// (lib0 `readUint16`, `readUint32`, `readUint32BigEndian`, `readFloat32`, `readFloat64`,
// `readBigInt64`).

extension ByteReader {
  /// Eight bytes, most significant first.
  public mutating func bigEndian64() throws(DecodingError) -> UInt64 {
    let payload = try take(8)
    var value: UInt64 = 0
    for index in 0..<8 { value = value << 8 | UInt64(payload[index]) }
    return value
  }

  /// Four bytes, most significant first.
  public mutating func bigEndian32() throws(DecodingError) -> UInt32 {
    let payload = try take(4)
    var value: UInt32 = 0
    for index in 0..<4 { value = value << 8 | UInt32(payload[index]) }
    return value
  }

  /// Four bytes, least significant first.
  public mutating func littleEndian32() throws(DecodingError) -> UInt32 {
    try bigEndian32().byteSwapped
  }

  /// Two bytes, least significant first.
  public mutating func littleEndian16() throws(DecodingError) -> UInt16 {
    let payload = try take(2)
    return UInt16(payload[1]) << 8 | UInt16(payload[0])
  }
}

extension ByteWriter {
  /// Eight bytes, most significant first.
  public mutating func bigEndian64(_ value: UInt64) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }

  /// Four bytes, most significant first.
  public mutating func bigEndian32(_ value: UInt32) {
    for shift in stride(from: 24, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
    }
  }

  /// Four bytes, least significant first.
  public mutating func littleEndian32(_ value: UInt32) { bigEndian32(value.byteSwapped) }

  /// Two bytes, least significant first.
  public mutating func littleEndian16(_ value: UInt16) {
    bytes.append(UInt8(truncatingIfNeeded: value))
    bytes.append(UInt8(truncatingIfNeeded: value >> 8))
  }
}
