import ArgumentParser
import Lib0
import Storage

/// A recording as JSON lines, one update each.
struct ReplayPrinter {
  private let recording: Recording
  private let choice: ReplaySource.Choice

  init(_ recording: Recording, _ choice: ReplaySource.Choice) {
    self.recording = recording
    self.choice = choice
  }

  /// - Throws: `ExitCode.failure` at the end where records are lost, after saying which.
  func run() throws {
    var cursor = recording.cursor()
    while let record = try cursor.next() {
      guard choice.takes(record), record.sequence >= choice.from else { continue }
      Console.print(json: Self.value(record))
    }
    for damage in recording.damage + cursor.damage { Console.complain("damaged: \(damage)") }
    let lost = cursor.lost.filter {
      $0.lowerBound <= choice.through && $0.upperBound >= choice.from
    }
    for range in lost {
      Console.complain("lost: sequences \(range.lowerBound) to \(range.upperBound)")
    }
    if !lost.isEmpty { throw ExitCode.failure }
  }

  private static func value(_ record: JournalRecord) -> AnyValue {
    .object([
      "sequence": .number(Double(record.sequence)), "time": .number(Double(record.time)),
      "board": .string(record.board), "author": .string(record.author),
      "kind": .number(Double(record.kind.rawValue)), "bytes": .string(hex(record.payload)),
    ])
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
