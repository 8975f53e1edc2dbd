/// Writes a column of strings.
///
/// - Shape: `varString` of all strings in one, then their lengths as a `UintOptRle` column.
/// - Unit: lengths count UTF-16 code units.
/// - Source: lib0 `encoding.js`, `StringEncoder`.
public struct StringEncoder: Sendable {
  private var text: [UInt8] = []
  private var lengths = UintOptRleEncoder()

  public init() {}

  public mutating func append(_ value: String) {
    let start = text.count
    text.append(contentsOf: value.utf8)
    endString(from: start)
  }

  /// Part of an array, which must be whole characters in valid UTF-8.
  public mutating func append(_ source: [UInt8], _ range: Range<Int>) {
    let start = text.count
    text.append(contentsOf: source[range])
    endString(from: start)
  }

  /// The same, where its length is known.
  public mutating func append(_ source: [UInt8], _ range: Range<Int>, units: UInt64) {
    text.append(contentsOf: source[range])
    lengths.append(inRange: units)
  }

  private mutating func endString(from start: Int) {
    let length = UTF16Length.ofValid(text.span.extracting(start..<text.count))
    lengths.append(inRange: UInt64(length))
  }

  /// The whole column; one zero byte for no values.
  public consuming func encoded() -> [UInt8] {
    let lengths = self.lengths.encoded()
    // Nine bytes hold any count that the text's own can be.
    var writer = ByteWriter(reservingCapacity: text.count + lengths.count + 9)
    writer.varBytes(text)
    writer.raw(lengths)
    return writer.bytes
  }
}

/// Reads a column of strings, one at a time. The text is borrowed until a `String` is asked for.
///
/// - Unit: lengths count UTF-16 code units. Where one cuts a surrogate pair, each half reads as
///   U+FFFD: that has the same length, and is what JavaScript writes for a lone half.
/// - Limits: all strings together are as long as the text. A few bytes can stand for 2^53 empty
///   strings, so the caller bounds how many it asks for.
/// - Throws: `DecodingError`; after an error what comes next is unspecified, but never a trap.
/// - Source: lib0 `decoding.js`, `StringDecoder`; where the text ends too early that one gives what
///   there is, this one throws.
public struct StringDecoder: ~Escapable {
  private let text: Span<UInt8>
  private var lengths: UintOptRleDecoder
  /// Where the next character begins in `text`, or the one whose first half has been read.
  private var position = 0
  private var isInsidePair = false
  private var unitsLeft: Int
  private let isASCII: Bool

  /// The column is what `bytes` holds from `offset` on; errors count from the start of `bytes`.
  ///
  /// - Throws: where the text is cut or not UTF-8.
  /// - Complexity: O(length of the text), which is checked once.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>, at offset: Int = 0) throws(DecodingError) {
    var reader = ByteReader(bytes, at: offset)
    let text = try reader.varBytes()
    guard let units = UTF16Length.ofUTF8(text) else { throw .invalidUTF8(offset: offset) }
    self.text = text
    lengths = UintOptRleDecoder(bytes, at: reader.offset)
    unitsLeft = units
    isASCII = units == text.count
  }

  /// Whether all strings have been read.
  public var isAtEnd: Bool { lengths.isAtEnd }

  /// - Throws: `.invalid` where the string would be longer than what is left of the text; else as
  ///   the column of lengths throws.
  public mutating func next() throws(DecodingError) -> String {
    let piece = try nextPiece()
    let whole = try string(piece.range)
    guard piece.opensWithHalf || piece.endsWithHalf else { return whole }
    return (piece.opensWithHalf ? "\u{fffd}" : "") + whole + (piece.endsWithHalf ? "\u{fffd}" : "")
  }

  /// Writes the next string as a `varString`, without making a `String` of it. The result is its
  /// length.
  ///
  /// - Throws: as `next()`.
  public mutating func copyNext(to writer: inout ByteWriter) throws(DecodingError) -> UInt64 {
    let piece = try nextPiece()
    let halves = (piece.opensWithHalf ? 3 : 0) + (piece.endsWithHalf ? 3 : 0)
    writer.varUInt(piece.range.count + halves)
    if piece.opensWithHalf { writer.raw(StringDecoder.half) }
    for index in piece.range { writer.byte(text[index]) }
    if piece.endsWithHalf { writer.raw(StringDecoder.half) }
    return piece.length
  }

  /// U+FFFD as UTF-8.
  private static let half: [UInt8] = [0xef, 0xbf, 0xbd]

  /// One string: the whole characters of it, and whether halves of others stand around them.
  private struct Piece {
    var range = 0..<0
    var length: UInt64 = 0
    var opensWithHalf = false
    var endsWithHalf = false
  }

  private mutating func nextPiece() throws(DecodingError) -> Piece {
    let length = try lengths.next()
    guard length <= UInt64(unitsLeft) else {
      throw .invalid(offset: lengths.runOffset, what: "a string past the end of its column's text")
    }
    guard length > 0 else { return Piece() }
    unitsLeft -= Int(length)
    var piece = Piece(length: length, opensWithHalf: isInsidePair)
    if isInsidePair {
      isInsidePair = false
      position += 4
    }
    let start = position
    advance(by: Int(length) - (piece.opensWithHalf ? 1 : 0))
    piece.range = start..<position
    piece.endsWithHalf = isInsidePair
    return piece
  }

  /// Moves over that many code units, which the text is known to have.
  private mutating func advance(by units: Int) {
    if isASCII {
      position += units
      return
    }
    var units = units
    while units > 0 {
      switch text[position] {
      case 0..<0x80: position += 1
      case 0x80..<0xe0: position += 2
      case 0xe0..<0xf0: position += 3
      default:
        guard units > 1 else {
          isInsidePair = true
          return
        }
        units -= 1
        position += 4
      }
      units -= 1
    }
  }

  /// Throws for form's sake: the whole text has been checked, and cuts are between characters.
  private func string(_ range: Range<Int>) throws(DecodingError) -> String {
    do { return String(copying: try UTF8Span(validating: text.extracting(range))) } catch {
      throw .invalidUTF8(offset: range.lowerBound)
    }
  }
}
