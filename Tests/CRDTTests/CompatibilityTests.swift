import Lib0
import Testing
import TestSupport

@testable import CRDT

/// Whatever real Yjs did with these updates, we do.
@Suite("Compatibility with Yjs 13.6")
struct CompatibilityTests {
  /// Roots of these cases are (or hold) XML, which has no reading API yet; bytes are compared.
  static let withXMLRoots: Set<String> = [
    "xml-element", "xml-nested", "xml-text-format", "xml-attribute-types", "xml-hook", "xml-in-map",
  ]

  @Test func vectorsAreThere() {
    #expect(Vectors.cases.count == 80)
    #expect(Vectors.sessions.count == 320 + 137 + 150)
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
    if !CompatibilityTests.withXMLRoots.contains(item.name) {
      #expect(Roots.differences(doc, item.value, joined: false) == [])
    }
  }

  /// Delivery as recorded, as one merged update, and shuffled by a seed: always the same document.
  @Test(arguments: Vectors.sessions.filter { !$0.hasXML })
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
}
