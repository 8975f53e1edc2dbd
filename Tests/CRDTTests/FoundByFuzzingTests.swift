import Lib0
import TestSupport
import Testing

@testable import CRDT

/// What libFuzzer stopped at, and the known attacks on others' engines.
@Suite("Found by fuzzing")
struct FoundByFuzzingTests {
  /// A key's value is a text of several units, and a deletion cuts it. Yjs ends in these bytes.
  @Test func aKeysValueThatIsCut() throws {
    let update = try Update(
      v1: bytes(
        hex: "0107010024" + "01016d0166" + "06070001000607" + "0001" + "0000" + "0000" + "0006"
          + "0700010006" + "0000" + "0101010101") ?? [])
    var doc = Doc(clientID: 9)
    doc.apply(update)
    #expect(!doc.hasPending)
    #expect(
      hex(doc.encodeStateAsUpdate())
        == "010401002401016d01660107a1010001a401010401000607000801010201010608")
  }

  /// A first hole, which format V2 can say in two ways.
  @Test func aHoleInFrontOfAll() throws {
    let update = try Update(
      v2: bytes(hex: "000001010000030a002807046d6b6d6c4102010100024100010300017d017d0200") ?? [])
    let again = try Update(v2: update.encodedV2())
    #expect(Update.rewriting([again]).encodedV1() == Update.rewriting([update]).encodedV1())
    #expect(again.clientRanges.first?.from == 1)
  }

  /// Four billion entries in five bytes, for which others set memory aside.
  @Test func aStateVectorOfFiveBytes() {
    for input: [UInt8] in [
      [0xff, 0xff, 0xff, 0xff, 0x0f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
      [0x80, 0x80, 0x80, 0x80, 0x08, 1, 1],
    ] {
      #expect(throws: DecodingError.self) { try StateVector(decoding: input.span) }
      #expect(throws: UpdateError.self) { try Snapshot(v1: [0] + input) }
      #expect(throws: UpdateError.self) { try Snapshot(v1: input) }
      #expect(throws: UpdateError.self) { try Update(v1: input) }
    }
  }

  /// yjs#687: columns that go on for ever. Every struct is a map in a map, in no byte at all.
  @Test(arguments: [200, 100_000])
  func columnsThatGoOnForEver(free: Int) throws {
    func update(of count: UInt64) -> [UInt8] {
      func run(_ first: UInt8) -> [UInt8] {
        let column = [first] + varUInt(count - 2)
        return [UInt8(column.count)] + column
      }
      var rest = ByteWriter()
      for number in [1, count, 1, 0] { rest.varUInt(number) }
      // clients 1, left clocks 0, kind 7, parents by id, maps
      var clients: [UInt8] = [0x41] + varUInt(count - 1)
      clients.insert(UInt8(clients.count), at: 0)
      return [0, 0] + clients + run(1) + [0, 1, 7, 1, 0, 1, 0] + run(0x41) + [0] + rest.bytes
    }
    let allowed = try Update(v2: update(of: UInt64(free - 100)), freeStructs: free)
    #expect(allowed.structCount == free - 100)
    for count: UInt64 in [UInt64(free) + 1_000, 1 << 31, 1 << 40] {
      let error = #expect(throws: UpdateError.self) {
        try Update(v2: update(of: count), freeStructs: free)
      }
      #expect(error?.description.contains("more structs than so few bytes may hold") == true)
    }
  }

  private func varUInt(_ number: UInt64) -> [UInt8] {
    var writer = ByteWriter()
    writer.varUInt(number)
    return writer.bytes
  }
}
