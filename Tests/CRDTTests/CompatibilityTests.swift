import Lib0
import Testing
import TestSupport

@testable import CRDT

/// Whatever real Yjs did with these updates, we do.
@Suite("Compatibility with Yjs 13.6")
struct CompatibilityTests {
  @Test func vectorsAreThere() {
    #expect(Vectors.cases.count == 80)
    #expect(Vectors.sessions.count == 320 + 137 + 150)
    #expect(Vectors.sessionsInV2.count == 70)
  }

  @Test(arguments: Vectors.cases)
  func caseEndsInTheSameBytesAndRoots(_ item: Case) throws {
    var doc = Doc(clientID: 77, collectsGarbage: item.collectsGarbage)
    for bytes in item.updates {
      let update = try Update(v1: bytes)
      #expect(hex(update.encodedV1()) == hex(bytes))
      doc.apply(update)
    }
    #expect(hex(doc.encodeStateAsUpdate()) == hex(item.final("update_v1") ?? []))
    #expect(hex(doc.stateVector.encoded()) == hex(item.final("state_vector") ?? []))
    #expect(Roots.differences(doc, item.value, joined: false) == [])
  }

  /// Delivery as recorded, as one merged update, and shuffled by a seed: always the same document.
  @Test(arguments: Vectors.sessions)
  func sessionConverges(_ session: Session) throws {
    let updates = try session.updates.map { bytes throws in try Update(v1: bytes) }
    var random = SplitMix64(seed: UInt64(updates.count) &* 31)
    for order in [updates, [Update.merging(updates)], updates.shuffled(using: &random)] {
      var doc = Doc(clientID: 4_000_000_000)
      for update in order { doc.apply(update) }
      #expect(!doc.hasPending)
      #expect(Roots.differences(doc, session.value, joined: true) == [])
      for entry in session.value["state_vector"]?.objectValue?.entries ?? [] {
        #expect(Double(doc.clock(of: UInt64(entry.key) ?? 0)) == entry.value.numberValue)
      }
    }
  }

  @Test func updatesMergeAsInYjs() throws {
    for item in try Vectors.json("updates-api.json").arrayValue ?? [] {
      guard item["op"]?.stringValue == "mergeUpdates", let inputs = item["inputs_v1"]?.arrayValue
      else { continue }
      let updates = try inputs.compactMap(\.stringValue).compactMap { bytes(hex: $0) }
        .map { bytes throws in try Update(v1: bytes) }
      let label = item["label"]?.stringValue ?? ""
      #expect(
        hex(Update.merging(updates).encodedV1()) == item["output_v1"]?.stringValue, "\(label)")
    }
  }

  @Test func updatesAreAskedAndCutAsInYjs() throws {
    var compared = 0
    for item in try Vectors.json("updates-api.json").arrayValue ?? [] {
      let label = item["label"]?.stringValue ?? ""
      func field(_ name: String) throws -> [UInt8] {
        try #require(item[name]?.stringValue.flatMap { bytes(hex: $0) }, "\(label)")
      }
      switch item["op"]?.stringValue {
      case "diffUpdate":
        let state = try field("state_vector")
        let known = try StateVector(decoding: state.span)
        let rest = try Update(v1: field("update_v1")).since(known).encodedV1()
        #expect(hex(rest) == item["output_v1"]?.stringValue, "\(label)")
      case "encodeStateVectorFromUpdate":
        let vector = try Update(v1: field("update_v1")).stateVector
        #expect(hex(vector.encoded()) == item["output"]?.stringValue, "\(label)")
      case "encodeStateAsUpdate":
        let state = try field("state_vector")
        var doc = Doc(clientID: 7, collectsGarbage: false)
        doc.apply(try Update(v1: field("doc_state_v1")))
        let rest = try doc.encodeStateAsUpdate(since: StateVector(decoding: state.span))
        #expect(hex(rest) == item["output_v1"]?.stringValue, "\(label)")
      default: continue
      }
      compared += 1
    }
    #expect(compared == 19)
  }
}
