/// A recursive-descent reader of JSON; its depth is bounded by the caller.
struct JSONParser: ~Escapable {
  private let bytes: Span<UInt8>
  private var offset = 0

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) { self.bytes = bytes }

  mutating func end() throws(DecodingError) {
    skipSpace()
    guard offset == bytes.count else { throw .invalid(offset: offset, what: "JSON: text after it") }
  }

  mutating func value(maxDepth: Int) throws(DecodingError) -> AnyValue {
    skipSpace()
    guard offset < bytes.count else { throw .truncated(offset: offset, needed: 1) }
    switch bytes[offset] {
    case 0x22: return .string(try string())
    case 0x7b: return try object(maxDepth: maxDepth)
    case 0x5b: return try array(maxDepth: maxDepth)
    case 0x74:
      try word("true")
      return .bool(true)
    case 0x66:
      try word("false")
      return .bool(false)
    case 0x6e:
      try word("null")
      return .null
    default: return .number(try number())
    }
  }

  private mutating func skipSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0a, 0x0d: offset += 1
      default: return
      }
    }
  }

  /// Takes `byte` if it comes next.
  private mutating func accept(_ byte: UInt8) -> Bool {
    guard offset < bytes.count, bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  private mutating func word(_ text: String) throws(DecodingError) {
    let start = offset
    for byte in text.utf8 {
      guard accept(byte) else { throw .invalid(offset: start, what: "JSON: word") }
    }
  }

  private mutating func array(maxDepth: Int) throws(DecodingError) -> AnyValue {
    guard maxDepth > 0 else { throw .tooDeep(offset: offset) }
    offset += 1
    var values: [AnyValue] = []
    skipSpace()
    if accept(0x5d) { return .array([]) }
    while true {
      values.append(try value(maxDepth: maxDepth - 1))
      skipSpace()
      if accept(0x5d) { return .array(values) }
      guard accept(0x2c) else { throw .invalid(offset: offset, what: "JSON: array") }
    }
  }

  private mutating func object(maxDepth: Int) throws(DecodingError) -> AnyValue {
    guard maxDepth > 0 else { throw .tooDeep(offset: offset) }
    offset += 1
    var entries: [ObjectValue.Entry] = []
    skipSpace()
    if accept(0x7d) { return .object(ObjectValue()) }
    while true {
      skipSpace()
      guard offset < bytes.count, bytes[offset] == 0x22 else {
        throw .invalid(offset: offset, what: "JSON: key")
      }
      let key = try string()
      skipSpace()
      guard accept(0x3a) else { throw .invalid(offset: offset, what: "JSON: colon") }
      entries.append(.init(key: key, value: try value(maxDepth: maxDepth - 1)))
      skipSpace()
      if accept(0x7d) { return .object(ObjectValue(entries)) }
      guard accept(0x2c) else { throw .invalid(offset: offset, what: "JSON: object") }
    }
  }

  private mutating func number() throws(DecodingError) -> Double {
    let start = offset
    _ = accept(0x2d)
    let whole = offset
    let count = digits()
    guard count == 1 || (count > 1 && bytes[whole] != 0x30) else {
      throw .invalid(offset: start, what: "JSON: value")
    }
    if accept(0x2e) {
      guard digits() > 0 else { throw .invalid(offset: start, what: "JSON: number") }
    }
    if accept(0x65) || accept(0x45) {
      if !accept(0x2b) { _ = accept(0x2d) }
      guard digits() > 0 else { throw .invalid(offset: start, what: "JSON: number") }
    }
    guard let value = NumberText.parse(bytes.extracting(start..<offset)) else {
      throw .invalid(offset: start, what: "JSON: number")
    }
    return value
  }

  private mutating func digits() -> Int {
    let start = offset
    while offset < bytes.count, bytes[offset] >= 0x30, bytes[offset] <= 0x39 { offset += 1 }
    return offset - start
  }

  private mutating func string() throws(DecodingError) -> String {
    offset += 1
    let start = offset
    // The usual string has no escapes: one look, one copy.
    while offset < bytes.count, bytes[offset] != 0x22, bytes[offset] != 0x5c,
      bytes[offset] >= 0x20
    {
      offset += 1
    }
    var text = try utf8(start..<offset)
    while true {
      guard offset < bytes.count else { throw .truncated(offset: offset, needed: 1) }
      switch bytes[offset] {
      case 0x22:
        offset += 1
        return text
      case 0x5c: text.unicodeScalars.append(try escape())
      case 0..<0x20: throw .invalid(offset: offset, what: "JSON: control character")
      default:
        let piece = offset
        while offset < bytes.count, bytes[offset] != 0x22, bytes[offset] != 0x5c,
          bytes[offset] >= 0x20
        {
          offset += 1
        }
        text += try utf8(piece..<offset)
      }
    }
  }

  private func utf8(_ range: Range<Int>) throws(DecodingError) -> String {
    do { return String(copying: try UTF8Span(validating: bytes.extracting(range))) } catch {
      throw .invalidUTF8(offset: range.lowerBound)
    }
  }

  private mutating func escape() throws(DecodingError) -> Unicode.Scalar {
    let start = offset
    offset += 1
    guard offset < bytes.count else { throw .truncated(offset: offset, needed: 1) }
    let kind = bytes[offset]
    offset += 1
    switch kind {
    case 0x22, 0x5c, 0x2f: return Unicode.Scalar(kind)
    case 0x62: return "\u{8}"
    case 0x66: return "\u{c}"
    case 0x6e: return "\n"
    case 0x72: return "\r"
    case 0x74: return "\t"
    case 0x75: return try unicodeEscape(start)
    default: throw .invalid(offset: start, what: "JSON: escape")
    }
  }

  private mutating func unicodeEscape(_ start: Int) throws(DecodingError) -> Unicode.Scalar {
    let unit = try fourHexDigits(start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // A surrogate: half of a pair, or alone.
    guard unit < 0xdc00, offset + 1 < bytes.count, bytes[offset] == 0x5c, bytes[offset + 1] == 0x75
    else { return "\u{fffd}" }
    let back = offset
    offset += 2
    let low = try fourHexDigits(start)
    guard low >= 0xdc00, low <= 0xdfff else {
      offset = back
      return "\u{fffd}"
    }
    return Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)) ?? "\u{fffd}"
  }

  private mutating func fourHexDigits(_ start: Int) throws(DecodingError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard offset < bytes.count else { throw .truncated(offset: offset, needed: 1) }
      let byte = bytes[offset]
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x37
      case 0x61...0x66: digit = byte - 0x57
      default: throw .invalid(offset: start, what: "JSON: escape")
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }
}
