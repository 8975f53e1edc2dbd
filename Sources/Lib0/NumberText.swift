/// JavaScript's text of a number, and back.
///
/// - Source: ECMA-262, `Number::toString` and `StringToNumber` (the part that JSON needs).
public enum NumberText {
  /// What `String(value)` is in JavaScript: the shortest digits that read back as `value`.
  public static func text(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    if value == 0 { return "0" }
    let (digits, point) = shortestDigits(value.magnitude)
    let sign = value < 0 ? "-" : ""
    return sign + layOut(digits, point: point)
  }

  /// `0.digits × 10^point` in JavaScript's layout: plain from 1e-7 to 1e21, else with an exponent.
  private static func layOut(_ digits: [UInt8], point: Int) -> String {
    var text: [UInt8] = []
    if point > 0, point <= 21 {
      for index in 0..<max(point, digits.count) {
        if index == point { text.append(0x2e) }
        text.append(index < digits.count ? digits[index] : 0x30)
      }
    } else if point > -6, point <= 0 {
      text = [0x30, 0x2e] + [UInt8](repeating: 0x30, count: -point) + digits
    } else {
      text.append(digits[0])
      if digits.count > 1 {
        text.append(0x2e)
        text.append(contentsOf: digits[1...])
      }
      text.append(0x65)
      text.append(point - 1 < 0 ? 0x2d : 0x2b)
      text.append(contentsOf: String((point - 1).magnitude).utf8)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The significant digits and where the decimal point stands in front of them. Swift's own
  /// description has the same shortest digits, only laid out differently.
  private static func shortestDigits(_ value: Double) -> (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    var point = 0
    var exponent = 0
    var exponentSign = 1
    var afterPoint = false
    var inExponent = false
    for byte in value.description.utf8 {
      switch byte {
      case 0x2e: afterPoint = true
      case 0x65: inExponent = true
      case 0x2d: exponentSign = -1
      case 0x2b: break
      default:
        if inExponent {
          exponent = exponent * 10 + Int(byte - 0x30)
        } else {
          digits.append(byte)
          if !afterPoint { point += 1 }
        }
      }
    }
    let leadingZeros = digits.prefix { $0 == 0x30 }.count
    digits.removeFirst(leadingZeros)
    point += exponent * exponentSign - leadingZeros
    while digits.last == 0x30 { digits.removeLast() }
    return (digits, point)
  }

  /// The nearest double to a decimal text that matches JSON's grammar of numbers.
  ///
  /// The one place that parses doubles: the standard library's way does not link in Embedded Swift.
  public static func parse(_ text: Span<UInt8>) -> Double? {
    var isInteger = text.count <= 15
    var value: Int64 = 0
    for index in text.indices {
      let byte = text[index]
      if byte >= 0x30, byte <= 0x39 {
        if isInteger { value = value * 10 + Int64(byte - 0x30) }
      } else if index > 0 || byte != 0x2d {
        isInteger = false
      }
    }
    let isNegative = text.count > 0 && text[0] == 0x2d
    if isInteger { return isNegative ? -Double(value) : Double(value) }
    guard let utf8 = try? UTF8Span(validating: text) else { return nil }
    return Double(String(copying: utf8))
  }
}
