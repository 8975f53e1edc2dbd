import Foundation
import TestSupport
import Testing

@testable import Lib0

/// lib0.json: what JavaScript's lib0 writes and reads.
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

  private func rows(_ name: String) -> [(value: AnyValue, bytes: [UInt8])] {
    (VectorTests.vectors[name]?.arrayValue ?? []).compactMap { row in
      guard let bytes = row["hex"]?.stringValue.flatMap({ bytes(hex: $0) }) else { return nil }
      return (value: row, bytes: bytes)
    }
  }

  @Test func unsignedIntegers() throws {
    #expect(rows("var_uint").count > 15)
    for row in rows("var_uint") {
      let number = UInt64(try #require(row.value["value"]?.numberValue))
      var reader = ByteReader(row.bytes.span)
      let read = try reader.varUInt()
      #expect(read == number)
      var writer = ByteWriter()
      writer.varUInt(number)
      #expect(writer.bytes == row.bytes)
    }
  }

  @Test func signedIntegers() throws {
    #expect(rows("var_int").count > 15)
    for row in rows("var_int") {
      let isMinusZero = row.value["value"]?.stringValue == "-0"
      let number = Int64(row.value["value"]?.numberValue ?? 0)
      var reader = ByteReader(row.bytes.span)
      let read = try reader.signedMagnitude()
      #expect(read.magnitude == number.magnitude)
      #expect(read.isNegative == (isMinusZero || number < 0))
      var writer = ByteWriter()
      writer.signedMagnitude(read.magnitude, isNegative: read.isNegative)
      #expect(writer.bytes == row.bytes)
    }
  }

  @Test func strings() throws {
    for row in rows("var_string") {
      guard let text = row.value["value"]?.stringValue else { continue }
      var reader = ByteReader(row.bytes.span)
      let read = try reader.string()
      #expect(read == text)
      var again = ByteReader(row.bytes.span)
      let length = try again.skipString()
      #expect(Double(length) == row.value["utf16_length"]?.numberValue)
      var writer = ByteWriter()
      writer.string(text)
      #expect(writer.bytes == row.bytes)
    }
  }

  @Test func anyValuesRoundTrip() throws {
    #expect(rows("any").count > 30)
    for row in rows("any") {
      var reader = ByteReader(row.bytes.span)
      let value = try reader.any()
      if let expected = row.value["json"] { #expect(value == expected) }
      var writer = ByteWriter()
      writer.any(value)
      #expect(hex(writer.bytes) == hex(row.bytes), "\(JSON.text(row.value["label"] ?? .null))")
      var skipper = ByteReader(row.bytes.span)
      try skipper.skipAny()
      #expect(skipper.remaining == 0)
    }
  }

  @Test func badBytesAreErrors() {
    let rows = rows("errors").filter {
      $0.value["lib0_0_2_117"]?.stringValue?.hasPrefix("error") ?? false
    }
    #expect(rows.count == 6)
    for row in rows {
      let label = row.value["label"]?.stringValue ?? ""
      #expect(throws: DecodingError.self, "\(label)") {
        var reader = ByteReader(row.bytes.span)
        if label.hasPrefix("varUint") { _ = try reader.varUInt() }
        if label.hasPrefix("varString") { _ = try reader.string() }
        if label.hasPrefix("any") { _ = try reader.any() }
      }
    }
  }
}
