import TestSupport
import Testing

@testable import Lib0

@Suite("lib0 columns")
struct ColumnTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var column: Column
    var hex: String
    /// What comes before the error, or all that is asked for.
    var values: Column.Values
    var error: DecodingError?
    var testDescription: String { "\(column): \(name)" }
  }

  static let halfOfSafe = Int64(maxSafeInteger / 2)

  static let rows: [Row] = [
    Row(
      name: "empty", column: .bytes, hex: "", values: .bytes([]),
      error: .truncated(offset: 0, needed: 1)),
    Row(
      name: "the last value repeats", column: .bytes, hex: "050107",
      values: .bytes([5, 5, 7, 7, 7])),
    Row(
      name: "a run length cut", column: .bytes, hex: "05c7", values: .bytes([]),
      error: .truncated(offset: 2, needed: 1)),
    Row(
      name: "a run length over 2^53-1", column: .bytes, hex: "05ffffffffffffffff7f",
      values: .bytes([]), error: .integerOutOfRange(offset: 1)),
    Row(
      name: "the longest run", column: .bytes, hex: "05ffffffffffffff0f07",
      values: .bytes([UInt8](repeating: 5, count: 1000))),

    Row(
      name: "empty", column: .unsigned, hex: "", values: .unsigned([]),
      error: .truncated(offset: 0, needed: 1)),
    Row(
      name: "past the last value", column: .unsigned, hex: "014200", values: .unsigned([1, 2, 2]),
      error: .truncated(offset: 3, needed: 1)),
    Row(
      name: "-0 without a run length", column: .unsigned, hex: "40", values: .unsigned([]),
      error: .truncated(offset: 1, needed: 1)),
    Row(
      name: "a value over 2^53-1", column: .unsigned, hex: "01bfffffffffffff3f",
      values: .unsigned([1]), error: .integerOutOfRange(offset: 1)),
    Row(
      name: "a run length over 2^53-1", column: .unsigned, hex: "41ffffffffffffffff7f",
      values: .unsigned([]), error: .integerOutOfRange(offset: 1)),
    Row(
      name: "the longest run", column: .unsigned, hex: "40ffffffffffffff0f",
      values: .unsigned([UInt64](repeating: 0, count: 1000))),

    Row(
      name: "-0 is a difference of 0", column: .differences, hex: "0440",
      values: .differences([2, 2]), error: .truncated(offset: 2, needed: 1)),
    Row(
      name: "a run length cut", column: .differences, hex: "0203", values: .differences([1]),
      error: .truncated(offset: 2, needed: 1)),
    Row(
      name: "the smallest difference", column: .differences, hex: "ffffffffffffff1f00",
      values: .differences([-halfOfSafe - 1]), error: .integerOutOfRange(offset: 0)),
    Row(
      name: "a sum over 2^53-1", column: .differences, hex: "bfffffffffffff1f01",
      values: .differences([halfOfSafe, 2 * halfOfSafe]), error: .integerOutOfRange(offset: 0)),
    Row(
      name: "the longest run", column: .differences, hex: "01ffffffffffffff0f",
      values: .differences([Int64](repeating: 0, count: 1000))),

    Row(
      name: "empty", column: .strings, hex: "", values: .strings([]),
      error: .truncated(offset: 0, needed: 1)),
    Row(
      name: "text cut", column: .strings, hex: "0561", values: .strings([]),
      error: .truncated(offset: 0, needed: 4)),
    Row(
      name: "text that is not UTF-8", column: .strings, hex: "02c32802", values: .strings([]),
      error: .invalidUTF8(offset: 0)),
    Row(
      name: "past the last string", column: .strings, hex: "016101", values: .strings(["a"]),
      error: .truncated(offset: 3, needed: 1)),
    Row(
      name: "shorter than the text", column: .strings, hex: "02616200014004",
      values: .strings(["", "a", "", "", "", "", "", ""]),
      error: .truncated(offset: 7, needed: 1)),
    Row(
      name: "one unit too many", column: .strings, hex: "0261620102", values: .strings(["a"]),
      error: .invalid(offset: 4, what: "a string past the end of its column's text")),
    Row(
      name: "a run past the text", column: .strings, hex: "0261624105",
      values: .strings(["a", "b"]),
      error: .invalid(offset: 3, what: "a string past the end of its column's text")),
    Row(
      name: "the longest string", column: .strings, hex: "0161bfffffffffffff1f",
      values: .strings([]),
      error: .invalid(offset: 2, what: "a string past the end of its column's text")),
    Row(
      name: "the longest run of empty strings", column: .strings, hex: "0040ffffffffffffff0f",
      values: .strings([String](repeating: "", count: 1000))),
    Row(
      name: "a pair cut in two", column: .strings, hex: "04f09f98804100",
      values: .strings(["\u{fffd}", "\u{fffd}"]), error: .truncated(offset: 7, needed: 1)),
    Row(
      name: "a pair cut inside text", column: .strings, hex: "0661f09f988062020002",
      values: .strings(["a\u{fffd}", "", "\u{fffd}b"])),
    Row(
      name: "two pairs, cut in both", column: .strings, hex: "08f09f9880f09f9881010201",
      values: .strings(["\u{fffd}", "\u{fffd}\u{fffd}", "\u{fffd}"])),
  ]

  @Test(arguments: rows)
  func isReadUpToTheError(_ row: Row) throws {
    let column = try #require(bytes(hex: row.hex))
    let count = row.values.count
    // A column of strings with bad text fails before its first value, so none is asked for.
    if count > 0 { #expect(try row.column.decode(column, count: count).values == row.values) }
    guard let error = row.error else { return }
    #expect(throws: error) { try row.column.decode(column, count: count + 1) }
    do {
      _ = try row.column.decode([1, 2, 3] + column, at: 3, count: count + 1)
      Issue.record("no error in the middle of other bytes")
    } catch let moved {
      #expect(moved.offset == error.offset + 3)
    }
  }

  @Test func emptyColumnsAreAtTheirEnd() throws {
    for column in Column.allCases {
      let bytes: [UInt8] = column == .strings ? [0] : []
      #expect(try column.decode(bytes, count: 0).isAtEnd)
    }
    #expect(try !Column.unsigned.decode([0x40, 0], count: 1).isAtEnd)
    #expect(try !Column.differences.decode([0x01, 0], count: 1).isAtEnd)
    #expect(try !Column.strings.decode([0, 0x40, 0], count: 1).isAtEnd)
  }

  @Test func whatJavaScriptCannotHoldIsNotWritten() throws {
    var unsigned = UintOptRleEncoder()
    try unsigned.append(7)
    #expect(throws: EncodingError.integerOutOfRange(index: 1)) {
      try unsigned.append(maxSafeInteger + 1)
    }
    try unsigned.append(7)
    #expect(throws: EncodingError.integerOutOfRange(index: 2)) { try unsigned.append(.max) }
    #expect(unsigned.encoded() == [0x47, 0], "a refused value leaves no trace")

    let half = ColumnTests.halfOfSafe
    var differences = IntDiffOptRleEncoder()
    for bad in [.min, .max, half + 1, -half - 1] {
      #expect(throws: EncodingError.integerOutOfRange(index: 0)) { try differences.append(bad) }
    }
    try differences.append(half)
    try differences.append(2 * half)
    #expect(throws: EncodingError.integerOutOfRange(index: 2)) { try differences.append(3 * half) }
    #expect(throws: EncodingError.integerOutOfRange(index: 2)) { try differences.append(0) }
    let bytes = differences.encoded()
    #expect(try Column.differences.decode(bytes, count: 2).values == .differences([half, 2 * half]))
  }
}
