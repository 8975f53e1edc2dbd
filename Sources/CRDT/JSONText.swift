import Lib0

/// What of a JSON text that was checked not all implementations read.
struct JSONOddities {
  /// Where the four digits of escapes begin that are half a surrogate pair.
  var loneSurrogates: [Int] = []
  /// Where integers end that fit 64 bits without a sign, and not with one.
  var wideIntegerEnds: [Int] = []
  /// A number that no double can hold, or only just: readers that multiply digits by a power of
  /// ten lose the last of them.
  var hasHugeNumber = false
}

/// Looks at JSON as bytes.
enum JSONText {
  /// The one word that legacy JSON content has beyond JSON.
  static func isUndefined(_ bytes: Span<UInt8>) -> Bool { equals(bytes, "undefined") }

  /// - Precondition: `bytes` were checked; of others the result is meaningless, and harmless.
  /// - Complexity: O(bytes).
  static func oddities(_ bytes: Span<UInt8>) -> JSONOddities {
    var found = JSONOddities()
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""): index = afterString(bytes, from: index + 1, &found)
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        index = afterNumber(bytes, from: index, &found)
      default: index += 1
      }
    }
    return found
  }

  private static func equals(_ bytes: Span<UInt8>, _ text: String) -> Bool {
    guard bytes.count == text.utf8.count else { return false }
    var index = 0
    for byte in text.utf8 {
      if bytes[index] != byte { return false }
      index += 1
    }
    return true
  }

  // MARK: strings

  private static func afterString(
    _ bytes: Span<UInt8>, from start: Int, _ found: inout JSONOddities
  ) -> Int {
    var index = start
    /// A first half right before `index`.
    var high: Int?
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
        if let place = high { found.loneSurrogates.append(place) }
        high = nil
        index += 1
        continue
      }
      let unit = bytes[index + 1] == UInt8(ascii: "u") ? codeUnit(bytes, at: index + 2) : nil
      let isLow = unit.map { 0xdc00...0xdfff ~= $0 } ?? false
      if let place = high, !isLow { found.loneSurrogates.append(place) }
      if isLow, high == nil { found.loneSurrogates.append(index + 2) }
      high = unit.map { 0xd800...0xdbff ~= $0 } ?? false ? index + 2 : nil
      index += unit == nil ? 2 : 6
    }
    if let place = high { found.loneSurrogates.append(place) }
    return index + 1
  }

  private static func codeUnit(_ bytes: Span<UInt8>, at start: Int) -> UInt16? {
    guard start + 4 <= bytes.count else { return nil }
    var value: UInt16 = 0
    for index in start..<start + 4 {
      guard let digit = hexDigit(bytes[index]) else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  // MARK: numbers

  private static func afterNumber(
    _ bytes: Span<UInt8>, from start: Int, _ found: inout JSONOddities
  ) -> Int {
    var index = start
    var isInteger = true
    var hasExponent = false
    scan: while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): break
      case UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"): isInteger = false
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        hasExponent = true
        isInteger = false
      default: break scan
      }
      index += 1
    }
    let text = bytes.extracting(start..<index)
    if hasExponent || text.count > 300 {
      if isHuge(text) { found.hasHugeNumber = true }
    } else if isInteger, 19...20 ~= text.count, isWide(text) {
      found.wideIntegerEnds.append(index)
    }
    return index
  }

  /// JavaScript's own text of the largest double is well known to everybody.
  private static func isHuge(_ text: Span<UInt8>) -> Bool {
    guard let value = NumberText.parse(text), value.magnitude >= 1.797693134862315e308 else {
      return false
    }
    return !equals(text, "1.7976931348623157e+308") && !equals(text, "-1.7976931348623157e+308")
  }

  private static func isWide(_ text: Span<UInt8>) -> Bool {
    var value: UInt64 = 0
    for index in text.indices {
      let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOver) = tens.addingReportingOverflow(UInt64(text[index] &- UInt8(ascii: "0")))
      if tooLarge || isOver { return false }
      value = sum
    }
    return value > UInt64(Int64.max)
  }
}
