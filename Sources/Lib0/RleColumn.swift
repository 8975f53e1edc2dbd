/// Writes a column of bytes in which neighbours are often equal.
///
/// - Shape: a run is its value, then `varUInt` run length - 1; the last run has no length.
/// - Source: lib0 `encoding.js`, `RleEncoder` with `writeUint8`.
public struct RleEncoder: Sendable {
  private var writer = ByteWriter()
  private var value: UInt8 = 0
  /// The length of the run so far; 0 only before the first value.
  private var count: UInt64 = 0

  public init() {}

  public mutating func append(_ value: UInt8) {
    if count > 0 {
      if value == self.value {
        count += 1
        return
      }
      writer.varUInt(count - 1)
    }
    writer.byte(value)
    self.value = value
    count = 1
  }

  /// The whole column; no bytes for no values.
  public consuming func encoded() -> [UInt8] { writer.bytes }
}

/// Reads a column of bytes, one value at a time.
///
/// - Limits: memory does not grow with the run lengths. The column does not say where it ends: its
///   last value repeats for as long as the caller asks, so the caller bounds how often that is.
/// - Throws: `DecodingError`; after an error what comes next is unspecified, but never a trap.
/// - Source: lib0 `decoding.js`, `RleDecoder` with `readUint8`.
public struct RleDecoder: ~Escapable {
  private var reader: ByteReader
  private var value: UInt8 = 0
  /// How often `value` comes once more, unless it is the last one.
  private var left: UInt64 = 0
  private var isLast = false

  /// The column is what `bytes` holds from `offset` on; errors count from the start of `bytes`.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>, at offset: Int = 0) {
    reader = ByteReader(bytes, at: offset)
  }

  /// - Throws: `.truncated` where the column is empty or a run length is cut, and
  ///   `.integerOutOfRange` where a run length is over 2^53-1.
  public mutating func next() throws(DecodingError) -> UInt8 {
    if isLast { return value }
    if left > 0 {
      left -= 1
      return value
    }
    value = try reader.byte()
    if reader.remaining == 0 { isLast = true } else { left = try reader.varUInt() }
    return value
  }
}
