import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Moments of a document, as Yjs 13.6 records and restores them.
@Suite("Snapshots")
struct SnapshotTests {
  @Test(arguments: Vectors.cases)
  func theMomentAfterEachCaseIsEncodedAsInYjs(_ item: Case) throws {
    guard let wanted = item.final("snapshot_v1"), let inV2 = item.final("snapshot_v2") else {
      return
    }
    var doc = Doc(clientID: 77, collectsGarbage: item.collectsGarbage)
    for bytes in item.updates { doc.apply(try Update(v1: bytes)) }
    let snapshot = doc.snapshot
    #expect(hex(snapshot.encodedV1()) == hex(wanted))
    #expect(hex(snapshot.encodedV2()) == hex(inV2))
    #expect(try Snapshot(v1: wanted) == snapshot)
    #expect(try Snapshot(v2: inV2) == snapshot)
    #expect(!doc.hasPending == snapshot.contains(try Update(v1: doc.encodeStateAsUpdate())))
  }

  @Test func momentsAreRestoredAsInYjs() throws {
    let item = try #require(
      Vectors.json("updates-api.json").arrayValue?.first { $0["op"]?.stringValue == "snapshot" })
    var doc = Doc(clientID: 7, collectsGarbage: false)
    let all = try Update(v1: field(item["doc_state_v1"]))
    doc.apply(all)
    for name in ["s1", "s2"] {
      let snapshot = try Snapshot(v1: field(item["\(name)_v1"]))
      #expect(hex(snapshot.encodedV2()) == item["\(name)_v2"]?.stringValue)
      let restored = try doc.restoring(snapshot, clientID: 8)
      let wanted = item["restored_\(name)"]
      #expect(hex(restored.encodeStateAsUpdate()) == wanted?["state_v1"]?.stringValue)
      #expect(try restored.string(of: #require(restored.root("t"))) == wanted?["t"]?.stringValue)
      #expect(restored.problems() == [])
    }
    let first = try Snapshot(v1: field(item["s1_v1"]))
    #expect(!first.contains(all))
    #expect(first.contains(try Update(v1: doc.restoring(first, clientID: 8).encodeStateAsUpdate())))
    #expect(hex(Snapshot().encodedV1()) == item["empty_snapshot_v1"]?.stringValue)
  }

  /// Every moment of a session, restored from the document at its end. (Where an emoji is cut
  /// later, its halves are lost for the time before as well, as in Yjs.)
  @Test(
    arguments: Vectors.sessions.enumerated().filter { number, session in
      number % 23 == 0 && !session.file.contains("surrogates")
    }.map(\.element))
  func everyMomentComesBack(_ session: Session) throws {
    var doc = Doc(clientID: 4_000_000_000, collectsGarbage: false)
    var moments: [(snapshot: Snapshot, roots: String)] = []
    for bytes in session.updates {
      doc.apply(try Update(v1: bytes))
      moments.append((doc.snapshot, roots(doc, session)))
    }
    for moment in moments {
      let restored = try doc.restoring(moment.snapshot, clientID: 1, collectsGarbage: false)
      #expect(restored.snapshot == moment.snapshot)
      #expect(roots(restored, session) == moment.roots)
    }
  }

  @Test func whatCannotBeRestoredSaysWhy() throws {
    let update = try Update(v1: [1, 1, 1, 0, 4, 1, 1, 0x74, 2, 0x61, 0x62, 0])
    var doc = Doc(clientID: 1)
    doc.apply(update)
    #expect(throws: SnapshotError.garbageCollected) { try doc.restoring(Snapshot(), clientID: 2) }
    doc = Doc(clientID: 1, collectsGarbage: false)
    doc.apply(update)
    var later = doc.snapshot
    later.stateVector[1] = 3
    #expect(throws: SnapshotError.unknown(client: 1, clock: 3)) {
      try doc.restoring(later, clientID: 2)
    }
    #expect(throws: UpdateError.self) { try Snapshot(v1: [1]) }
    #expect(throws: UpdateError.self) { try Snapshot(v2: [1, 1, 1, 0xff]) }
  }

  private func roots(_ doc: Doc, _ session: Session) -> String {
    (session.value["roots"]?.objectValue?.entries ?? []).map { root in
      let kind = root.value["type"]?.stringValue ?? ""
      return Roots.text(Roots.read(doc, root.key, kind, joined: true))
    }.joined()
  }

  private func field(_ value: AnyValue?) throws -> [UInt8] {
    try #require(value?.stringValue.flatMap { bytes(hex: $0) })
  }
}
