import Foundation
import TestSupport
import Testing

@testable import Lib0

/// lib0.json: what JavaScript's lib0 writes and reads. The column encoders are in
/// `ColumnVectorTests`.
@Suite("lib0 vectors")
struct VectorTests {
  static let vectors: AnyValue = {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let path = root.appendingPathComponent("Protocol/vectors/lib0.json")
    guard let data = try? Data(contentsOf: path) else { return .null }
    let bytes = [UInt8](data)
    return (try? JSON.parse(bytes.span)) ?? .null
  }()

  /// The rows of a group. A row that cannot be read makes the list empty, and so its test fail.
  static func rows(_ name: String) -> [(value: AnyValue, bytes: [UInt8])] {
    let all = vectors[name]?.arrayValue ?? []
    let read = all.compactMap { row -> (value: AnyValue, bytes: [UInt8])? in
      guard let bytes = row["hex"]?.stringValue.flatMap({ bytes(hex: $0) }) else { return nil }
      return (value: row, bytes: bytes)
    }
    return read.count == all.count ? read : []
  }

  /// How many rows each group has; each has its test here or in `ColumnVectorTests`.
  static let groups = [
    "var_uint": 21, "var_int": 25, "var_string": 12, "var_bytes": 3, "any": 47, "fixed": 6,
    "rle_uint8": 6, "uint_opt_rle": 9, "int_diff_opt_rle": 10, "string_encoder": 7, "errors": 8,
  ]

  @Test func noGroupIsLeftOut() {
    let entries = VectorTests.vectors.objectValue?.entries ?? []
    #expect(Set(entries.map(\.key)) == Set(VectorTests.groups.keys))
    for (name, count) in VectorTests.groups {
      #expect(VectorTests.rows(name).count == count, "\(name)")
    }
  }

  @Test func unsignedIntegers() throws {
    for row in VectorTests.rows("var_uint") {
      let number = UInt64(try #require(row.value["value"]?.numberValue))
      var reader = ByteReader(row.bytes.span)
      let read = try reader.varUInt()
      #expect(read == number)
      #expect(reader.remaining == 0)
      var writer = ByteWriter()
      writer.varUInt(number)
      #expect(writer.bytes == row.bytes)
    }
  }

  @Test func signedIntegers() throws {
    for row in VectorTests.rows("var_int") {
      let isMinusZero = row.value["value"]?.stringValue == "-0"
      let number = isMinusZero ? 0 : Int64(try #require(row.value["value"]?.numberValue))
      var reader = ByteReader(row.bytes.span)
      let read = try reader.signedMagnitude()
      #expect(read.magnitude == number.magnitude)
      #expect(read.isNegative == (isMinusZero || number < 0))
      #expect(reader.remaining == 0)
      var writer = ByteWriter()
      if isMinusZero { writer.signedMagnitude(0, isNegative: true) } else { writer.varInt(number) }
      #expect(writer.bytes == row.bytes)
    }
  }

  /// Two rows are lone surrogates, which a `String` cannot hold: U+FFFD stands for each.
  @Test func strings() throws {
    for row in VectorTests.rows("var_string") {
      let text: String
      if let units = row.value["value_utf16_hex"]?.stringValue {
        let units = units.split(separator: " ").compactMap { UInt16($0, radix: 16) }
        text = String(decoding: units, as: UTF16.self)
      } else {
        text = try #require(row.value["value"]?.stringValue)
        #expect(Double(text.utf16.count) == row.value["utf16_length"]?.numberValue)
      }
      var reader = ByteReader(row.bytes.span)
      let read = try reader.string()
      #expect(Array(read.utf8) == Array(text.utf8))
      #expect(reader.remaining == 0)
      var again = ByteReader(row.bytes.span)
      let length = try again.skipString()
      #expect(length == text.utf16.count)
      var writer = ByteWriter()
      writer.string(text)
      #expect(writer.bytes == row.bytes)
    }
  }

  @Test func byteArrays() throws {
    for row in VectorTests.rows("var_bytes") {
      let payload = try #require(row.value["bytes"]?.stringValue.flatMap { bytes(hex: $0) })
      var reader = ByteReader(row.bytes.span)
      let read = try reader.varBytes()
      #expect(read.indices.map { read[$0] } == payload)
      #expect(reader.remaining == 0)
      var writer = ByteWriter()
      writer.varBytes(payload)
      #expect(writer.bytes == row.bytes)
    }
  }

  /// The rows of `any` whose value JSON lacks.
  static let beyondJSON: [String: AnyValue] = [
    "undefined": .undefined, "number -0": .number(-0.0), "NaN": .number(.nan),
    "Infinity": .number(.infinity), "-Infinity": .number(-.infinity),
    "bigint 1": .bigInt(1), "bigint -1": .bigInt(-1), "bigint 2^63-1": .bigInt(.max),
    "bigint -2^63": .bigInt(.min), "bytes": .bytes([1, 2, 3]), "empty bytes": .bytes([]),
    "object with undefined value": .object(["u": .undefined]),
  ]

  @Test func anyValues() throws {
    for row in VectorTests.rows("any") {
      let label = row.value["label"]?.stringValue ?? ""
      let expected = try #require(row.value["json"] ?? VectorTests.beyondJSON[label], "\(label)")
      var reader = ByteReader(row.bytes.span)
      let value = try reader.any()
      if let number = expected.numberValue, let read = value.numberValue {
        // As bits: NaN equals nothing, and -0 equals 0.
        #expect(read.bitPattern == number.bitPattern, "\(label)")
      } else {
        #expect(value == expected, "\(label)")
      }
      #expect(reader.remaining == 0, "\(label)")
      var writer = ByteWriter()
      writer.any(expected)
      #expect(hex(writer.bytes) == hex(row.bytes), "\(label)")
      var skipper = ByteReader(row.bytes.span)
      try skipper.skipAny()
      #expect(skipper.remaining == 0, "\(label)")
    }
  }

  @Test func fixedWidths() throws {
    for row in VectorTests.rows("fixed") {
      let kind = try #require(row.value["kind"]?.stringValue)
      var reader = ByteReader(row.bytes.span)
      var writer = ByteWriter()
      switch kind {
      case "uint16 LE 0x1234":
        #expect(try reader.littleEndian16() == 0x1234)
        writer.littleEndian16(0x1234)
      case "uint32 LE 0x12345678":
        #expect(try reader.littleEndian32() == 0x1234_5678)
        writer.littleEndian32(0x1234_5678)
      case "uint32 BE 0x12345678":
        #expect(try reader.bigEndian32() == 0x1234_5678)
        writer.bigEndian32(0x1234_5678)
      case "float32 BE 0.5":
        #expect(Float(bitPattern: try reader.bigEndian32()) == 0.5)
        writer.bigEndian32(Float(0.5).bitPattern)
      case "float64 BE 0.1":
        #expect(Double(bitPattern: try reader.bigEndian64()) == 0.1)
        writer.bigEndian64(0.1.bitPattern)
      case "bigint64 BE -2":
        #expect(Int64(bitPattern: try reader.bigEndian64()) == -2)
        writer.bigEndian64(UInt64(bitPattern: -2))
      default: Issue.record("no test for \(kind)")
      }
      #expect(reader.remaining == 0, "\(kind)")
      #expect(writer.bytes == row.bytes, "\(kind)")
      for count in 0..<row.bytes.count { try cutIsAnError(kind, Array(row.bytes[..<count])) }
    }
  }

  private func cutIsAnError(_ kind: String, _ bytes: [UInt8]) throws {
    #expect(throws: DecodingError.self, "\(kind), \(bytes.count) bytes") {
      var reader = ByteReader(bytes.span)
      if kind.hasPrefix("uint16 LE") { _ = try reader.littleEndian16() }
      if kind.hasPrefix("uint32 LE") { _ = try reader.littleEndian32() }
      if kind.contains("32 BE") { _ = try reader.bigEndian32() }
      if kind.contains("64 BE") { _ = try reader.bigEndian64() }
    }
  }

  /// What each row of `errors` gives here. `nil` is the number 0.
  ///
  /// One row differs from lib0: an empty `varInt` is 0 there, by accident of JavaScript's
  /// `undefined & 63`, and an error here.
  static let errors: [String: DecodingError?] = [
    "varUint without end": .truncated(offset: 1, needed: 1),
    "varUint empty": .truncated(offset: 0, needed: 1),
    "varUint over 2^53": .integerOutOfRange(offset: 0),
    "varUint not minimal": nil,
    "varString truncated": .truncated(offset: 0, needed: 4),
    "varString invalid utf8": .invalidUTF8(offset: 0),
    "any unknown tag": .invalid(offset: 0, what: "Any tag"),
    "varInt empty": .truncated(offset: 0, needed: 1),
  ]

  @Test func badBytesAreErrors() throws {
    let rows = VectorTests.rows("errors")
    #expect(Set(rows.map { $0.value["label"]?.stringValue }) == Set(VectorTests.errors.keys))
    for row in rows {
      let label = try #require(row.value["label"]?.stringValue)
      let expected = try #require(VectorTests.errors[label])
      var reader = ByteReader(row.bytes.span)
      var thrown: DecodingError?
      do {
        if label.hasPrefix("varUint") { #expect(try reader.varUInt() == 0, "\(label)") }
        if label.hasPrefix("varInt") { #expect(try reader.varInt() == 0, "\(label)") }
        if label.hasPrefix("varString") { _ = try reader.string() }
        if label.hasPrefix("any") { _ = try reader.any() }
      } catch { thrown = error }
      #expect(thrown == expected, "\(label)")
      let theirs = row.value["lib0_0_2_117"]?.stringValue ?? ""
      #expect(theirs.hasPrefix("error") == (expected != nil && label != "varInt empty"), "\(label)")
    }
  }
}
