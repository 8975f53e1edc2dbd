import TestSupport
import Testing

@testable import Lib0

@Suite("JSON as in JavaScript")
struct JSONTests {
  /// Value and what `String(value)` gives in JavaScript.
  static let numbers: [(Double, String)] = [
    (0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (1e21, "1e+21"),
    (1e20, "100000000000000000000"), (123_456_789_012_345_683_968, "123456789012345680000"),
    (1e-6, "0.000001"), (1e-7, "1e-7"), (1.5e-7, "1.5e-7"), (0.000001234, "0.000001234"),
    (.leastNonzeroMagnitude, "5e-324"), (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
    (9_007_199_254_740_991, "9007199254740991"), (1.0 / 3, "0.3333333333333333"),
    (1e16, "10000000000000000"), (1.25e-5, "0.0000125"), (4.35, "4.35"), (100, "100"),
    (-1e-10, "-1e-10"), (123456.789, "123456.789"),
  ]

  @Test(arguments: numbers)
  func numbersLookAsInJavaScript(_ row: (Double, String)) {
    #expect(NumberText.text(row.0) == row.1)
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func numbersReadBack(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<2000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let text = Array(JSON.text(.number(value)).utf8)
      #expect(try JSON.parse(text.span) == .number(value))
    }
  }

  @Test func textIsWhatStringifyGives() {
    let value: AnyValue = .object([
      "z": .array([.undefined, .null, .number(.nan), .bool(true)]), "gone": .undefined,
      "10": .string("a\"\\\n\u{1}\u{7f}é😀/"), "2": .bytes([7, 8]),
    ])
    #expect(
      JSON.text(value)
        == #"{"2":{"0":7,"1":8},"10":"a\"\\\n\u0001\#u{7f}é😀/","z":[null,null,null,true]}"#)
  }

  @Test func escapesAndSurrogatesAreRead() throws {
    let text = Array(#" ["\u0041\n\/", "\ud83d\ude00", "\ud83dx", "\udc00", 1e3, -0.5] "#.utf8)
    #expect(
      try JSON.parse(text.span)
        == .array([
          .string("A\n/"), .string("😀"), .string("\u{fffd}x"), .string("\u{fffd}"), .number(1000),
          .number(-0.5),
        ]))
  }

  static let bad = [
    "", " ", "{", "[1,]", "{\"a\":}", "{a:1}", "01", "1.", "-", "1e", "\"\u{1}\"", "\"\\x\"",
    "\"abc", "nul", "[1] 2", "+1", ".5", "\"\\u12g4\"", "{\"a\" 1}", "NaN",
  ]

  @Test(arguments: bad)
  func whatIsNotJSONIsRefused(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(throws: DecodingError.self) { try JSON.parse(bytes.span) }
  }

  @Test func depthIsBounded() {
    let bytes = [UInt8](repeating: 0x5b, count: 100_000)
    #expect(throws: DecodingError.self) { try JSON.parse(bytes.span) }
  }

  @Test func laterKeyWinsInTheFormerPlace() throws {
    let bytes = Array(#"{"b":1,"a":2,"b":3}"#.utf8)
    #expect(JSON.text(try JSON.parse(bytes.span)) == #"{"b":3,"a":2}"#)
  }
}
