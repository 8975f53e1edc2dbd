import TestSupport
import Testing

@testable import Lib0

/// lib0.json: the columns of update format v2.
@Suite("lib0 vectors of columns")
struct ColumnVectorTests {
  static let groups: [(name: String, column: Column)] = [
    ("rle_uint8", .bytes), ("uint_opt_rle", .unsigned), ("int_diff_opt_rle", .differences),
    ("string_encoder", .strings),
  ]

  @Test(arguments: groups)
  func everyRowIsWrittenAndRead(_ group: (name: String, column: Column)) throws {
    let rows = VectorTests.rows(group.name)
    #expect(rows.count == VectorTests.groups[group.name])
    for row in rows {
      let listed = try #require(row.value["values"]?.arrayValue)
      let expected = try #require(values(listed, group.column))
      #expect(hex(try Column.encode(expected)) == hex(row.bytes))
      let read = try group.column.decode(row.bytes, count: listed.count)
      #expect(read.values == expected, "\(hex(row.bytes))")
      #expect(read.isAtEnd, "\(hex(row.bytes))")
      // In the middle of something longer, as in an update.
      let moved = try group.column.decode([0xff, 0xff] + row.bytes, at: 2, count: listed.count)
      #expect(moved.values == expected, "\(hex(row.bytes))")
    }
  }

  private func values(_ listed: [AnyValue], _ column: Column) -> Column.Values? {
    let numbers = listed.compactMap(\.numberValue)
    let strings = listed.compactMap(\.stringValue)
    guard (column == .strings ? strings.count : numbers.count) == listed.count else { return nil }
    return switch column {
    case .bytes: .bytes(numbers.map { UInt8($0) })
    case .unsigned: .unsigned(numbers.map { UInt64($0) })
    case .differences: .differences(numbers.map { Int64($0) })
    case .strings: .strings(strings)
    }
  }
}
