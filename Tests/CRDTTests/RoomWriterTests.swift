import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Numbers that are written as words, beside those that are written byte by byte.
@Suite struct RoomWriterTests {
  /// Each power of two and its neighbours, and numbers of every length.
  private static let numbers: [UInt64] = {
    var numbers: [UInt64] = [0]
    var random = SplitMix64(seed: 5)
    for bit in 0..<53 as Range<UInt64> {
      let power: UInt64 = 1 << bit
      numbers += [power - 1, power, power + 1, power | random.next() % power]
    }
    return numbers.filter { $0 <= maxSafeInteger }
  }()

  @Test func numbersAreThoseOfTheByteWriter() {
    for number in Self.numbers {
      var writer = ByteWriter()
      writer.varUInt(number)
      let plain = written(17) { room in room.varUInt(number) }
      #expect(plain == writer.bytes, "\(number)")
      let encoded = written(17) { room in room.put(EncodedNumber(number)) }
      #expect(encoded == writer.bytes, "\(number)")
    }
  }

  @Test func whatIsWrittenStandsOneBehindTheOther() {
    var writer = ByteWriter()
    let text = Array("some text that is longer than eight bytes".utf8)
    for number in Self.numbers {
      writer.byte(7)
      writer.varUInt(number)
      writer.raw(text, 3..<10)
      writer.raw(text, 1..<text.count)
    }
    let found = written(Self.numbers.count * 64) { room in
      for number in Self.numbers {
        room.byte(7)
        room.varUInt(number)
        room.bytes(text, 3..<10)
        room.bytes(text, 1..<text.count)
      }
    }
    #expect(found == writer.bytes)
  }

  /// The room says how much of it is left, and a number never takes more than it has.
  @Test func roomEndsWhereItWasSaid() {
    var left = 0
    let bytes = written(24) { room in
      room.varUInt(maxSafeInteger)
      left = room.left
    }
    #expect(bytes.count == 8)
    #expect(left >= 24 - 8 - RoomWriter.slack)
  }

  private func written(_ count: Int, _ write: (inout RoomWriter) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(addingCapacity: count) { output in
      unsafe output.withUnsafeMutableBufferPointer { buffer, count in
        var room = unsafe RoomWriter(buffer, from: count)
        write(&room)
        count = room.count
      }
    }
    return bytes
  }
}
