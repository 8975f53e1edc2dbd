/// JSON as JavaScript reads and writes it, to and from `AnyValue`.
///
/// - Source: ECMA-262 `JSON.parse`, `JSON.stringify`; RFC 8259.
public enum JSON {
  /// Reads one value that fills `bytes` (white space around it is fine).
  ///
  /// - Limits: `maxDepth` arrays and objects inside each other. A lone surrogate escape reads as
  ///   U+FFFD, which is also what JavaScript would write for it as UTF-8.
  public static func parse(
    _ bytes: Span<UInt8>, maxDepth: Int = 100
  ) throws(DecodingError) -> AnyValue {
    var parser = JSONParser(bytes)
    let value = try parser.value(maxDepth: maxDepth)
    try parser.end()
    return value
  }

  /// Checks that `bytes` is one JSON value, without building it.
  public static func check(_ bytes: Span<UInt8>, maxDepth: Int = 100) throws(DecodingError) {
    // Text in updates is short; the cost of building is small beside a second grammar.
    _ = try parse(bytes, maxDepth: maxDepth)
  }

  /// `JSON.stringify(value)`: no spaces, JavaScript's numbers and key order. What JSON lacks goes
  /// as JavaScript has it: undefined and non-finite numbers become null (a key with undefined is
  /// left out), bytes an object of index and value. A BigInt, which throws there, is its digits.
  public static func text(_ value: AnyValue) -> String {
    var out: [UInt8] = []
    append(value, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  private static func append(_ value: AnyValue, to out: inout [UInt8]) {
    switch value {
    case .undefined, .null: append("null", to: &out)
    case .bool(let value): append(value ? "true" : "false", to: &out)
    case .number(let value): append(value.isFinite ? NumberText.text(value) : "null", to: &out)
    case .bigInt(let value): append(String(value), to: &out)
    case .string(let value): append(quoting: value, to: &out)
    case .bytes(let bytes):
      out.append(0x7b)
      for (index, byte) in bytes.enumerated() {
        if index > 0 { out.append(0x2c) }
        append(quoting: String(index), to: &out)
        out.append(0x3a)
        append(String(byte), to: &out)
      }
      out.append(0x7d)
    case .array(let values):
      out.append(0x5b)
      for (index, value) in values.enumerated() {
        if index > 0 { out.append(0x2c) }
        append(value, to: &out)
      }
      out.append(0x5d)
    case .object(let object):
      out.append(0x7b)
      var isFirst = true
      for entry in object.entries {
        if case .undefined = entry.value { continue }
        if !isFirst { out.append(0x2c) }
        isFirst = false
        append(quoting: entry.key, to: &out)
        out.append(0x3a)
        append(entry.value, to: &out)
      }
      out.append(0x7d)
    }
  }

  private static func append(_ text: String, to out: inout [UInt8]) {
    let bytes = text.utf8.span
    for index in bytes.indices { out.append(bytes[index]) }
  }

  private static func append(quoting text: String, to out: inout [UInt8]) {
    out.append(0x22)
    let bytes = text.utf8.span
    for index in bytes.indices {
      let byte = bytes[index]
      switch byte {
      case 0x22, 0x5c: out.append(contentsOf: [0x5c, byte])
      case 0x08: out.append(contentsOf: [0x5c, 0x62])
      case 0x09: out.append(contentsOf: [0x5c, 0x74])
      case 0x0a: out.append(contentsOf: [0x5c, 0x6e])
      case 0x0c: out.append(contentsOf: [0x5c, 0x66])
      case 0x0d: out.append(contentsOf: [0x5c, 0x72])
      case 0..<0x20:
        append("\\u00", to: &out)
        out.append(contentsOf: [hexDigit(byte >> 4), hexDigit(byte & 15)])
      default: out.append(byte)
      }
    }
    out.append(0x22)
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
