import TestSupport
import Testing

@testable import Lib0

@Suite("lib0 columns, random")
struct ColumnProperties {
  /// Property: what is written is read back, also from the middle of other bytes, and of no
  /// column but that of bytes (whose last value repeats) does a prefix hold as many values.
  /// Method: 20 seeds for each kind of column; a failure prints its seed.
  @Test(arguments: Column.allCases, 0..<20 as Range<UInt64>)
  func whatIsWrittenIsReadBack(column: Column, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let values = column.random(using: &random)
    let bytes = try Column.encode(values)
    let read = try column.decode(bytes, count: values.count)
    #expect(read.values == values)
    #expect(read.isAtEnd)
    #expect(try column.decode([9, 9, 9] + bytes, at: 3, count: values.count).values == values)
    guard values.count > 0 else { return }
    for count in 0..<bytes.count {
      let prefix = Array(bytes[..<count])
      if column == .bytes {
        _ = try? column.decode(prefix, count: values.count)
      } else {
        #expect(throws: DecodingError.self, "\(count) of \(bytes.count) bytes") {
          try column.decode(prefix, count: values.count)
        }
      }
    }
  }

  /// Property: damaged columns give values or an error, and no more text than they hold; asking on
  /// after an error does no harm.
  /// Method: for each kind of column 10,000 times one to four flipped bits.
  @Test(arguments: Column.allCases, [1] as [UInt64])
  func flippedBitsAreValuesOrErrors(column: Column, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var bytes: [UInt8] = []
    var failures = 0
    for round in 0..<10_000 {
      if round % 100 == 0 {
        repeat { bytes = try Column.encode(column.random(using: &random)) } while bytes.isEmpty
      }
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let bit = Int.random(in: 0..<bytes.count * 8, using: &random)
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      }
      do {
        let values = try column.decode(damaged, count: 50).values
        guard case .strings(let strings) = values else { continue }
        let units = strings.reduce(0) { $0 + $1.utf16.count }
        if units > damaged.count { Issue.record("\(units) units from \(hex(damaged))") }
      } catch {
        failures += 1
        column.readOn(damaged, count: 50)
        if error.offset > damaged.count { Issue.record("\(error) in \(hex(damaged))") }
      }
    }
    #expect(failures > 0)
  }

  /// Property: cutting text at any code unit gives what JavaScript's `slice` gives, each lone half
  /// of a pair as U+FFFD. The model is Swift's own decoding of the cut code units.
  @Test(arguments: 0..<64 as Range<UInt64>)
  func textIsCutByCodeUnits(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    guard case .strings(let pieces) = Column.strings.random(using: &random) else {
      Issue.record("no strings")
      return
    }
    let text = pieces.prefix(20).joined()
    let units = Array(text.utf16)
    var lengths = UintOptRleEncoder()
    var expected: [String] = []
    var start = 0
    while start < units.count {
      let end = min(units.count, start + Int.random(in: 0...3, using: &random))
      try lengths.append(UInt64(end - start))
      expected.append(String(decoding: units[start..<end], as: UTF16.self))
      start = end
    }
    var writer = ByteWriter()
    writer.string(text)
    writer.raw(lengths.encoded())
    let read = try Column.strings.decode(writer.bytes, count: expected.count)
    #expect(read.values == .strings(expected))
    #expect(read.isAtEnd)
  }
}
