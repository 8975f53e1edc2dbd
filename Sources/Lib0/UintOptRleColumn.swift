/// Writes a column of unsigned integers of which some repeat.
///
/// - Shape: a value that stands alone is a positive `varInt`. A run is its value as a negative
///   `varInt` (0 as -0), then `varUInt` run length - 2.
/// - Limits: values up to 2^53-1, like JavaScript.
/// - Source: lib0 `encoding.js`, `UintOptRleEncoder`.
public struct UintOptRleEncoder: Sendable {
  private var writer = ByteWriter()
  private var value: UInt64 = 0
  /// The length of the run so far; 0 only before the first value.
  private var count: UInt64 = 0
  /// Values in the column, for errors.
  private var total: UInt64 = 0

  public init() {}

  /// - Throws: where the value is over 2^53-1.
  public mutating func append(_ value: UInt64) throws(EncodingError) {
    guard value <= maxSafeInteger else { throw .integerOutOfRange(index: total) }
    append(inRange: value)
  }

  /// For what is known to be small, such as the length of something in memory.
  mutating func append(inRange value: UInt64) {
    total += 1
    if value == self.value {
      count += 1
      return
    }
    endRun()
    self.value = value
    count = 1
  }

  private mutating func endRun() {
    guard count > 0 else { return }
    writer.signedMagnitude(value, isNegative: count > 1)
    if count > 1 { writer.varUInt(count - 2) }
  }

  /// The whole column; no bytes for no values.
  public consuming func encoded() -> [UInt8] {
    endRun()
    return writer.bytes
  }
}

/// Reads a column of unsigned integers, one value at a time.
///
/// - Limits: values up to 2^53-1. Memory does not grow with the run lengths: a few bytes can stand
///   for 2^53 values, so the caller bounds how many it asks for.
/// - Throws: `DecodingError`; after an error what comes next is unspecified, but never a trap.
/// - Source: lib0 `decoding.js`, `UintOptRleDecoder`; past the end that one gives 0, this one
///   throws.
public struct UintOptRleDecoder: ~Escapable {
  private var reader: ByteReader
  private var value: UInt64 = 0
  /// How often `value` comes once more.
  private var left: UInt64 = 0
  /// Where the run of `value` begins, for errors.
  private(set) var runOffset = 0

  /// The column is what `bytes` holds from `offset` on; errors count from the start of `bytes`.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>, at offset: Int = 0) {
    reader = ByteReader(bytes, at: offset)
  }

  /// Whether all values have been read.
  public var isAtEnd: Bool { left == 0 && reader.remaining == 0 }

  /// - Throws: `.truncated` past the last value or where a run is cut, `.integerOutOfRange` where
  ///   a value or a run length is over 2^53-1.
  public mutating func next() throws(DecodingError) -> UInt64 {
    if left > 0 {
      left -= 1
      return value
    }
    runOffset = reader.offset
    let (magnitude, isRun) = try reader.signedMagnitude()
    value = magnitude
    if isRun { left = try reader.varUInt() + 1 }
    return value
  }
}
