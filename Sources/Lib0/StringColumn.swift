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
    let length = try lengths.next()
    guard length <= UInt64(unitsLeft) else {
      throw .invalid(offset: lengths.runOffset, what: "a string past the end of its column's text")
    }
    guard length > 0 else { return "" }
    unitsLeft -= Int(length)
    let beginsInside = isInsidePair
    if beginsInside {
      isInsidePair = false
      position += 4
    }
    let start = position
    advance(by: Int(length) - (beginsInside ? 1 : 0))
    let whole = try string(start..<position)
    guard beginsInside || isInsidePair else { return whole }
    return (beginsInside ? "\u{fffd}" : "") + whole + (isInsidePair ? "\u{fffd}" : "")
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
