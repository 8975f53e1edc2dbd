/// Reads lib0 values from bytes it borrows. Nothing is copied until a `String` is asked for.
///
/// - Limits: integers up to 2^53-1, like JavaScript; every count is checked against the bytes left.
/// - Throws: `DecodingError`, always the peer's fault. After an error `offset` is unspecified.
/// - Source: lib0 `decoding.js`.
public struct ByteReader: ~Escapable {
  @usableFromInline let bytes: Span<UInt8>
  /// Where the next value begins, counted from the start of the borrowed bytes.
  public private(set) var offset: Int
  /// Whether a number had more bytes than it needs.
  public private(set) var sawPadding = false
  /// Whether a value that was stepped over has an object with the key `__proto__` for an object,
  /// an array or bytes: to JavaScript that is no key but another prototype.
  public internal(set) var sawPrototype = false

  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>) {
    self.bytes = bytes
    offset = 0
  }

  /// Starts in the middle. `offset` must be at most `bytes.count`.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>, at offset: Int) {
    precondition(offset >= 0 && offset <= bytes.count)
    self.bytes = bytes
    self.offset = offset
  }

  public var remaining: Int { bytes.count - offset }

  public mutating func byte() throws(DecodingError) -> UInt8 {
    guard offset < bytes.count else { throw .truncated(offset: offset, needed: 1) }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// Unsigned LEB128. Non-minimal forms are fine (`80 00` is 0), values over 2^53-1 are not.
  public mutating func varUInt() throws(DecodingError) -> UInt64 {
    guard offset < bytes.count else { throw .truncated(offset: offset, needed: 1) }
    let first = bytes[offset]
    if first < 0x80 {
      offset += 1
      return UInt64(first)
    }
    if let value = short() { return value }
    let start = offset
    offset += 1
    return try rest(of: UInt64(first & 0x7f), shift: 7, start: start)
  }

  /// An integer of up to seven bytes, read at once: one byte at a time, where it ends would be
  /// guessed wrong each time. `nil` for the others, and near the end of the bytes.
  @inline(__always) private mutating func short() -> UInt64? {
    guard remaining >= 8 else { return nil }
    let raw = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    let word = UInt64(littleEndian: raw)
    // The top bit of each byte that ends an integer; the first one is ours.
    let ends = ~word & 0x0080_8080_8080_8080
    guard ends != 0 else { return nil }
    let count = ends.trailingZeroBitCount / 8 + 1
    if word >> UInt64(8 * count - 8) & 0xff == 0 { sawPadding = true }
    // Groups of seven bits move together: two of a pair, two pairs, two fours.
    var value = word & (1 << UInt64(8 * count) - 1) & 0x007f_7f7f_7f7f_7f7f
    value = value & 0x007f_007f_007f_007f | value >> 1 & 0x3f80_3f80_3f80_3f80
    value = value & 0x0000_3fff_0000_3fff | value >> 2 & 0x0fff_c000_0fff_c000
    value = value & 0x0000_0000_0fff_ffff | value >> 4 & 0x00ff_ffff_f000_0000
    offset += count
    return value
  }

  /// The bytes of an integer after its first, which had `shift` bits.
  private mutating func rest(
    of first: UInt64, shift: UInt64, start: Int
  ) throws(DecodingError) -> UInt64 {
    var value = first
    var shift = shift
    while offset < bytes.count {
      let byte = bytes[offset]
      let bits = UInt64(byte & 0x7f)
      // From bit 53 on only zeros may follow: padding, which lib0 accepts as well.
      guard shift < 53 || bits == 0 else { throw .integerOutOfRange(offset: start) }
      if shift < 53 {
        value |= bits << shift
        guard value <= maxSafeInteger else { throw .integerOutOfRange(offset: start) }
      }
      offset += 1
      if byte < 0x80 {
        if byte == 0 { sawPadding = true }
        return value
      }
      shift += 7
    }
    throw .truncated(offset: offset, needed: 1)
  }

  /// A signed integer as sign and magnitude: lib0 knows -0, and gives it a meaning.
  public mutating func signedMagnitude() throws(DecodingError) -> (
    magnitude: UInt64, isNegative: Bool
  ) {
    let start = offset
    let first = try byte()
    let isNegative = first & 0x40 != 0
    let bits = UInt64(first & 0x3f)
    guard first & 0x80 != 0 else { return (bits, isNegative) }
    return (try rest(of: bits, shift: 6, start: start), isNegative)
  }

  /// A signed integer; -0 reads as 0.
  public mutating func varInt() throws(DecodingError) -> Int64 {
    let (magnitude, isNegative) = try signedMagnitude()
    return isNegative ? -Int64(magnitude) : Int64(magnitude)
  }

  /// The next `count` bytes, still borrowed.
  @_lifetime(copy self)
  public mutating func take(_ count: Int) throws(DecodingError) -> Span<UInt8> {
    precondition(count >= 0)
    guard count <= remaining else { throw .truncated(offset: offset, needed: count - remaining) }
    defer { offset += count }
    return bytes.extracting(offset..<offset + count)
  }

  /// A byte count and that many bytes, still borrowed.
  @_lifetime(copy self)
  public mutating func varBytes() throws(DecodingError) -> Span<UInt8> {
    let start = offset
    let count = try varUInt()
    // `count` is the peer's: compare as unsigned before it becomes an Int.
    guard count <= UInt64(remaining) else {
      throw .truncated(offset: start, needed: Int(clamping: count) - remaining)
    }
    return try take(Int(count))
  }

  /// A byte count and that many bytes of UTF-8.
  public mutating func string() throws(DecodingError) -> String {
    let start = offset
    let payload = try varBytes()
    do { return String(copying: try UTF8Span(validating: payload)) } catch {
      throw .invalidUTF8(offset: start)
    }
  }

  /// Steps over a string. The result is its length in UTF-16 code units.
  ///
  /// - Throws: also where the bytes are not UTF-8.
  public mutating func skipString() throws(DecodingError) -> Int {
    let start = offset
    let payload = try varBytes()
    guard let length = UTF16Length.ofUTF8(payload) else { throw .invalidUTF8(offset: start) }
    return length
  }
}

/// 2^53-1, the largest integer that JavaScript holds exactly, and so the largest clock and id.
public let maxSafeInteger: UInt64 = 1 << 53 - 1
