/// Writes a column of integers that often grow or shrink by the same amount.
///
/// - Shape: each value is its difference from the one before (from 0 at first). A difference goes
///   as `varInt` of twice itself, plus 1 where it repeats; then `varUInt` run length - 2 follows.
/// - Limits: values up to ±(2^53-1), differences up to ±(2^52-1), as they travel doubled.
/// - Source: lib0 `encoding.js`, `IntDiffOptRleEncoder`.
public struct IntDiffOptRleEncoder: Sendable {
  private var writer = ByteWriter()
  private var value: Int64 = 0
  private var difference: Int64 = 0
  /// The length of the run of `difference` so far; 0 only before the first value.
  private var count: UInt64 = 0
  /// Values in the column, for errors.
  private var total: UInt64 = 0

  public init() {}

  /// - Throws: where the value or its difference from the one before is beyond the limits. Two
  ///   clocks that JavaScript can hold may be that far apart.
  public mutating func append(_ value: Int64) throws(EncodingError) {
    guard value.magnitude <= maxSafeInteger else { throw .integerOutOfRange(index: total) }
    let difference = value - self.value
    guard difference.magnitude <= maxSafeInteger / 2 else { throw .integerOutOfRange(index: total) }
    total += 1
    self.value = value
    if difference == self.difference {
      count += 1
      return
    }
    endRun()
    self.difference = difference
    count = 1
  }

  private mutating func endRun() {
    guard count > 0 else { return }
    writer.varInt(difference * 2 + (count > 1 ? 1 : 0))
    if count > 1 { writer.varUInt(count - 2) }
  }

  /// The whole column; no bytes for no values.
  public consuming func encoded() -> [UInt8] {
    endRun()
    return writer.bytes
  }
}

/// Reads a column of integers that was written as differences, one value at a time.
///
/// - Limits: values up to ±(2^53-1). Memory does not grow with the run lengths: a few bytes can
///   stand for 2^53 values, so the caller bounds how many it asks for.
/// - Throws: `DecodingError`; after an error what comes next is unspecified, but never a trap.
/// - Source: lib0 `decoding.js`, `IntDiffOptRleDecoder`; past the end that one repeats its value
///   and past 2^53-1 it loses digits, this one throws.
public struct IntDiffOptRleDecoder: ~Escapable {
  private var reader: ByteReader
  private var value: Int64 = 0
  private var difference: Int64 = 0
  /// How often `difference` comes once more.
  private var left: UInt64 = 0
  /// Where the run of `difference` begins, for errors.
  private var runOffset = 0

  /// The column is what `bytes` holds from `offset` on; errors count from the start of `bytes`.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>, at offset: Int = 0) {
    reader = ByteReader(bytes, at: offset)
  }

  /// Whether all values have been read.
  public var isAtEnd: Bool { left == 0 && reader.remaining == 0 }

  /// - Throws: `.truncated` past the last value or where a run is cut, `.integerOutOfRange` where
  ///   a value, a difference or a run length is over 2^53-1.
  public mutating func next() throws(DecodingError) -> Int64 {
    if left > 0 {
      left -= 1
    } else {
      runOffset = reader.offset
      let doubled = try reader.varInt()
      // Rounds down, also below zero: -3 is a run of -2.
      difference = doubled >> 1
      if doubled & 1 != 0 { left = try reader.varUInt() + 1 }
    }
    // Both are at most 2^53, so the sum fits; it is kept only where JavaScript can hold it.
    let sum = value + difference
    guard sum.magnitude <= maxSafeInteger else { throw .integerOutOfRange(offset: runOffset) }
    value = sum
    return value
  }
}
