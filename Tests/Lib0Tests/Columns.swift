import Lib0

/// The four kinds of column behind one face, so that a property is written once.
enum Column: String, CaseIterable, Sendable {
  case bytes, unsigned, differences, strings

  enum Values: Equatable, Sendable {
    case bytes([UInt8])
    case unsigned([UInt64])
    case differences([Int64])
    case strings([String])

    var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .unsigned(let values): values.count
      case .differences(let values): values.count
      case .strings(let values): values.count
      }
    }
  }

  static func encode(_ values: Values) throws(EncodingError) -> [UInt8] {
    switch values {
    case .bytes(let values):
      var encoder = RleEncoder()
      for value in values { encoder.append(value) }
      return encoder.encoded()
    case .unsigned(let values):
      var encoder = UintOptRleEncoder()
      for value in values { try encoder.append(value) }
      return encoder.encoded()
    case .differences(let values):
      var encoder = IntDiffOptRleEncoder()
      for value in values { try encoder.append(value) }
      return encoder.encoded()
    case .strings(let values):
      var encoder = StringEncoder()
      for value in values { encoder.append(value) }
      return encoder.encoded()
    }
  }

  /// The first `count` values of the column that begins at `offset`.
  func decode(
    _ bytes: [UInt8], at offset: Int = 0, count: Int
  ) throws(DecodingError) -> (values: Values, isAtEnd: Bool) {
    switch self {
    case .bytes:
      var decoder = RleDecoder(bytes.span, at: offset)
      var values: [UInt8] = []
      for _ in 0..<count { values.append(try decoder.next()) }
      return (.bytes(values), true)
    case .unsigned:
      var decoder = UintOptRleDecoder(bytes.span, at: offset)
      var values: [UInt64] = []
      for _ in 0..<count { values.append(try decoder.next()) }
      return (.unsigned(values), decoder.isAtEnd)
    case .differences:
      var decoder = IntDiffOptRleDecoder(bytes.span, at: offset)
      var values: [Int64] = []
      for _ in 0..<count { values.append(try decoder.next()) }
      return (.differences(values), decoder.isAtEnd)
    case .strings:
      var decoder = try StringDecoder(bytes.span, at: offset)
      var values: [String] = []
      for _ in 0..<count { values.append(try decoder.next()) }
      return (.strings(values), decoder.isAtEnd)
    }
  }

  /// Asks for `count` values whatever the errors: after one there may be more of either.
  func readOn(_ bytes: [UInt8], count: Int) {
    switch self {
    case .bytes:
      var decoder = RleDecoder(bytes.span)
      for _ in 0..<count { _ = try? decoder.next() }
    case .unsigned:
      var decoder = UintOptRleDecoder(bytes.span)
      for _ in 0..<count { _ = try? decoder.next() }
    case .differences:
      var decoder = IntDiffOptRleDecoder(bytes.span)
      for _ in 0..<count { _ = try? decoder.next() }
    case .strings:
      guard var decoder = try? StringDecoder(bytes.span) else { return }
      for _ in 0..<count { _ = try? decoder.next() }
    }
  }

  /// A random column: runs of all lengths, and values of every magnitude.
  func random(using random: inout some RandomNumberGenerator) -> Values {
    var bytes: [UInt8] = []
    var unsigned: [UInt64] = []
    var differences: [Int64] = []
    var strings: [String] = []
    var value: Int64 = 0
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      let length = Bool.random(using: &random) ? 1 : Int.random(in: 2...200, using: &random)
      let number = UInt64.random(in: 0...maxSafeInteger, using: &random)
        >> UInt64.random(in: 0...53, using: &random)
      let step = Int64(number / 256) * (Bool.random(using: &random) ? 1 : -1)
      let string = Column.randomString(using: &random)
      for _ in 0..<length {
        bytes.append(UInt8(truncatingIfNeeded: number))
        unsigned.append(number)
        strings.append(string)
        if (value + step).magnitude <= maxSafeInteger { value += step }
        differences.append(value)
      }
    }
    return switch self {
    case .bytes: .bytes(bytes)
    case .unsigned: .unsigned(unsigned)
    case .differences: .differences(differences)
    case .strings: .strings(strings)
    }
  }

  private static func randomString(using random: inout some RandomNumberGenerator) -> String {
    let alphabet: [Character] = ["a", "b", "\u{0}", "é", "漢", "😀", "\u{fffd}", "\u{feff}"]
    // Plain text now and then, as it takes a shorter way.
    let choices = Bool.random(using: &random) ? alphabet[..<3] : alphabet[...]
    let count = Int.random(in: 0...6, using: &random)
    return String((0..<count).compactMap { _ in choices.randomElement(using: &random) })
  }
}
