import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Format V2 as Yjs 13.6 reads and writes it.
@Suite("Update format V2")
struct UpdateV2Tests {
  @Test(arguments: Vectors.cases)
  func casesAreTheSameInBothFormats(_ item: Case) throws {
    // Made by Yjs's conversion, which leaves something out (see `encodedV2`).
    let isConverted = ["pending-map-delete-first", "skip-leading"].contains(item.name)
    for update in item.value["updates"]?.arrayValue ?? [] where !isConverted {
      try expectSame(update["v1"], update["v2"])
    }
    var doc = Doc(clientID: 77, collectsGarbage: item.collectsGarbage)
    for update in item.value["updates"]?.arrayValue ?? [] {
      doc.apply(try Update(v2: field(update["v2"])))
    }
    #expect(hex(doc.encodeStateAsUpdate()) == hex(item.final("update_v1") ?? []))
    #expect(try hex(doc.encodeStateAsUpdateV2()) == item.value["final"]?["update_v2"]?.stringValue)
    try expectSame(item.value["final"]?["update_v1"], item.value["final"]?["update_v2"])
  }

  @Test func operationsOnUpdatesEndInTheBytesOfYjs() throws {
    var compared = 0
    for item in try Vectors.json("updates-api.json").arrayValue ?? [] {
      let wanted = item["output_v2"]?.stringValue
      let label = item["label"]?.stringValue ?? ""
      switch item["op"]?.stringValue {
      case "mergeUpdates":
        let updates = try (item["inputs_v2"]?.arrayValue ?? [])
          .map { input throws in try Update(v2: field(input)) }
        if updates.isEmpty { continue }
        #expect(try hex(Update.merging(updates).encodedV2()) == wanted, "\(label)")
      case "diffUpdate":
        let state = try vector(item["state_vector"])
        let update = try Update(v1: field(item["update_v1"])).since(state)
        #expect(try hex(update.encodedV2()) == wanted, "\(label)")
      case "encodeStateAsUpdate":
        var doc = Doc(clientID: 7, collectsGarbage: false)
        doc.apply(try Update(v1: field(item["doc_state_v1"])))
        let state = try vector(item["state_vector"])
        let rest = try Update(v1: doc.encodeStateAsUpdate(since: state))
        #expect(try hex(rest.encodedV2()) == wanted, "\(label)")
        #expect(try hex(doc.encodeStateAsUpdateV2(since: state)) == wanted, "\(label)")
      case "convertV1ToV2": try expectSame(item["v1"], item["v2"])
      default: continue
      }
      compared += 1
    }
    #expect(compared > 25)
  }

  @Test(arguments: Vectors.sessionsInV2)
  func sessionsConverge(_ session: Session) throws {
    var doc = Doc(clientID: 4_000_000_000)
    var states = [StateVector()]
    for (number, bytes) in session.updates.enumerated() {
      let update = try Update(v2: bytes)
      #expect(try hex(update.encodedV2()) == hex(bytes))
      doc.apply(update)
      if number % 8 == 0 { states.append(doc.stateVector) }
    }
    for state in states {
      let converted = try Update(v1: doc.encodeStateAsUpdate(since: state)).encodedV2()
      // Read once more, as conversion joins GC structs that stand apart in the store.
      let direct = try Update(v2: doc.encodeStateAsUpdateV2(since: state)).encodedV2()
      #expect(hex(direct) == hex(converted))
    }
    #expect(!doc.hasPending)
    #expect(Roots.differences(doc, session.value, joined: true) == [])
  }

  /// Two marks of one key of which the second repeats the number: no writer of today does it.
  @Test func keysThatCameBeforeAreReadByTheirNumber() throws {
    let reused = bytes(
      hex: "00" + "020100" + "024100" + "0100" + "00" + "03060086" + "080574626f6c640104" + "0101"
        + "0000" + "010200787e00")
    let fresh = bytes(
      hex: "00" + "020002" + "024100" + "0100" + "00" + "03060086" + "0d0974626f6c64626f6c64014400"
        + "0101" + "0000" + "010200787e00")
    let plain = "0102010006010174" + "04626f6c64" + "0474727565" + "860100" + "04626f6c64"
      + "046e756c6c" + "00"
    let update = try Update(v2: reused ?? [])
    #expect(hex(update.encodedV1()) == plain)
    #expect(try hex(update.encodedV2()) == hex(fresh ?? []))
  }

  @Test func prefixesAndFlippedBitsAreErrorsOrUpdates() throws {
    var random = SplitMix64(seed: 20)
    for item in Vectors.cases {
      let whole = try field(item.value["final"]?["update_v2"])
      for end in whole.indices { _ = try? Update(v2: Array(whole[..<end])) }
      for _ in 0..<100 {
        var odd = whole
        let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
        odd[Int.random(in: odd.indices, using: &random)] ^= bit
        guard let update = try? Update(v2: odd) else { continue }
        _ = try Update(v1: update.encodedV1())
      }
    }
  }

  /// A column says in four bytes that a million structs are alike.
  @Test func manyStructsInAFewBytesAreRefused() throws {
    func update(of count: UInt64) -> [UInt8] {
      var rest = ByteWriter()
      rest.varUInt(1)
      rest.varUInt(count)
      rest.varUInt(0)
      rest.varUInt(0)
      // client 1; kind GC; length 1, all in runs
      let lengths: [UInt8] = [0x41] + varUInt(count - 2)
      return [0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, UInt8(lengths.count)] + lengths + rest.bytes
    }
    let many = try Update(v2: update(of: 50_000))
    #expect(many.clientRanges.first?.to == 50_000)
    let error = #expect(throws: UpdateError.self) { try Update(v2: update(of: 1 << 40)) }
    #expect(error?.description.contains("more structs than so few bytes may hold") == true)
  }

  @Test func errorsNameTheOffsetInTheV2Form() throws {
    let flag = UpdateError(.invalid(offset: 0, what: "a first byte that format V2 lacks"))
    #expect(throws: flag) { try Update(v2: [1, 1, 0]) }
    // An item whose origin is itself: found by the reader of V1, told of the V2 form.
    let own = bytes(
      hex: "00" + "00" + "024100" + "0100" + "00" + "0184" + "03016101" + "000000" + "01010000")
    let error = #expect(throws: UpdateError.self) { try Update(v2: own ?? []) }
    #expect(error?.reason == "a struct that refers to itself or to later ones")
    #expect(error?.offset == 20)
  }

  private func varUInt(_ value: UInt64) -> [UInt8] {
    var writer = ByteWriter()
    writer.varUInt(value)
    return writer.bytes
  }

  private func field(_ value: AnyValue?) throws -> [UInt8] {
    try #require(value?.stringValue.flatMap { bytes(hex: $0) })
  }

  private func vector(_ value: AnyValue?) throws -> StateVector {
    let bytes = try field(value)
    return try StateVector(decoding: bytes.span)
  }

  private func expectSame(_ v1: AnyValue?, _ v2: AnyValue?) throws {
    let (plain, columns) = try (field(v1), field(v2))
    #expect(try hex(Update(v1: plain).encodedV2()) == hex(columns))
    #expect(try hex(Update(v2: columns).encodedV1()) == hex(plain))
  }
}
