import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Documents as people make them, and a bit beyond.
enum Sized: String, CaseIterable, CustomTestStringConvertible {
  case typedText = "text typed at its end"
  case scatteredText = "letters typed at random places"
  case wideText = "text beyond ASCII"
  case formattedText = "text with marks"
  case overwrittenKeys = "keys of a map, overwritten"
  case shapes = "a map of maps"
  case list = "an array with values of every kind"
  case mostlyDeletedText = "text, most of it deleted"
  case deletedShapes = "a map of maps, half of them deleted"

  var testDescription: String { rawValue }

  func document(client: ClientID, collectsGarbage: Bool = true) throws -> Doc {
    var doc = Doc(clientID: client, collectsGarbage: collectsGarbage)
    var random = SplitMix64(seed: 7)
    for step in 0..<600 {
      _ = try doc.transact { edit throws(EditError) in try change(&edit, step, &random) }
    }
    return doc
  }

  private func change(
    _ edit: inout Transaction, _ step: Int, _ random: inout SplitMix64
  ) throws(EditError) {
    let text = edit.root("text")
    let length = edit.document.length(of: text)
    switch self {
    case .typedText: try edit.insert("word ", at: length, in: text)
    case .scatteredText, .wideText:
      let place = Int.random(in: 0...length, using: &random)
      try edit.insert(self == .wideText ? "ї😀" : "a", at: place, in: text)
    case .formattedText:
      try edit.insert("a few words ", at: length, in: text)
      let bold = ObjectValue([.init(key: "bold", value: .bool(true))])
      try edit.format(length + 2..<length + 5, bold, in: text)
    case .overwrittenKeys:
      edit.set("key\(step % 20)", to: .string("value \(step)"), in: edit.root("map"))
    case .shapes, .deletedShapes:
      let shapes = edit.root("shapes")
      let shape = edit.set("shape-\(step)", toNew: .map, in: shapes)
      for name in ["x", "y", "width", "height"] { edit.set(name, to: .number(7.5), in: shape) }
      if self == .deletedShapes, step % 2 == 1 {
        edit.removeValue(for: "shape-\(step / 2)", in: shapes)
      }
    case .list:
      let list = edit.root("list")
      let place = Int.random(in: 0...edit.document.length(of: list), using: &random)
      let values: [AnyValue] = [.number(1), .string("two"), .bytes([3]), .null]
      try edit.insert(values, at: place, in: list)
    case .mostlyDeletedText:
      try edit.insert("some words ", at: length, in: text)
      if step % 2 == 1 { try edit.deleteText(2..<22, in: text) }
    }
  }
}

@Suite("The size of a document")
struct SizeTests {
  private func expectClose(_ doc: Doc, _ comment: Comment) {
    let encoded = doc.integratedStateAsUpdate().count
    let ratio = Double(doc.approximateByteCount) / Double(encoded)
    #expect(ratio > 0.5 && ratio < 3, "\(comment): \(doc.approximateByteCount) for \(encoded)")
  }

  @Test(arguments: Sized.allCases, [1, 3_141_592_653] as [ClientID])
  func itIsAboutThatOfTheEncodedDocument(kind: Sized, client: ClientID) throws {
    for collectsGarbage in [true, false] {
      let doc = try kind.document(client: client, collectsGarbage: collectsGarbage)
      expectClose(doc, "\(kind), collecting: \(collectsGarbage)")
      #expect(doc.problems() == [])
      #expect(doc.memoryByteCount > doc.structCount * MemoryLayout<Item>.stride)
    }
  }

  @Test(arguments: Sized.allCases)
  func loadingItAgainDoesNotChangeIt(kind: Sized) throws {
    let doc = try kind.document(client: 3_141_592_653)
    var loaded = Doc(clientID: 5)
    loaded.apply(try Update(v1: doc.encodeStateAsUpdate()))
    let ratio = Double(loaded.approximateByteCount) / Double(doc.approximateByteCount)
    #expect(ratio > 0.9 && ratio < 1.1, "\(kind): \(ratio)")
  }

  @Test func theSessionsOfTheVectorsAreCountedRight() throws {
    for session in Vectors.sessions {
      var doc = Doc(clientID: 4_000_000_000)
      for bytes in session.updates { doc.apply(try Update(v1: bytes)) }
      #expect(doc.problems() == [], "\(session.testDescription)")
      #expect(doc.encodedStateVector() == doc.stateVector.encoded())
      // In a few bytes the constants say it all.
      if doc.integratedStateAsUpdate().count >= 100 { expectClose(doc, "\(session)") }
    }
  }

  @Test func deletingEverythingInATypeLeavesNextToNothing() throws {
    var doc = Doc(clientID: 3_141_592_653)
    for (name, kind) in [("map", NewSharedType.map), ("text", .text), ("list", .array)] {
      _ = try doc.transact { edit throws(EditError) in
        let type = edit.set(name, toNew: kind, in: edit.root("board"))
        for index in 0..<2_000 {
          switch kind {
          case .map: edit.set("key \(index)", to: .number(Double(index)), in: type)
          case .text: try edit.insert("letters", at: index, in: type)
          default: try edit.insert([.string("value")], at: index / 2, in: type)
          }
        }
      }
    }
    #expect(doc.approximateByteCount > 60_000)
    _ = doc.transact { edit in
      for name in ["map", "text", "list"] { edit.removeValue(for: name, in: edit.root("board")) }
    }
    #expect(doc.approximateByteCount < 150)
    #expect(doc.problems() == [])
  }

  /// Each key keeps a tombstone with its name; the values go.
  @Test func deletingTheKeysOfARootLeavesTheirTombstones() throws {
    var doc = Doc(clientID: 3_141_592_653)
    let value = AnyValue.string(String(repeating: "x", count: 200))
    for index in 0..<1_000 {
      _ = doc.transact { edit in edit.set("k\(index)", to: value, in: edit.root("m")) }
    }
    let full = doc.approximateByteCount
    _ = doc.transact { edit in
      for index in 0..<1_000 { edit.removeValue(for: "k\(index)", in: edit.root("m")) }
    }
    #expect(doc.approximateByteCount < full / 10)
    expectClose(doc, "tombstones")
  }

  @Test func deletingTheSmallestValuesNeverMakesItBigger() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      for index in 0..<300 { edit.set("\(index)", to: .null, in: edit.root("m")) }
      for _ in 0..<300 { _ = try edit.insertNew(.map, at: 0, in: edit.root("l")) }
      for _ in 0..<300 { try edit.insert("a", at: 0, in: edit.root("t")) }
    }
    for index in 0..<300 {
      let before = doc.approximateByteCount
      _ = try doc.transact { edit throws(EditError) in
        edit.removeValue(for: "\(index)", in: edit.root("m"))
        try edit.delete(0..<1, in: edit.root("l"))
        try edit.deleteText(0..<1, in: edit.root("t"))
      }
      #expect(doc.approximateByteCount <= before)
    }
    #expect(doc.problems() == [])
  }

  @Test func deletedContentThatIsKeptStillCounts() throws {
    var doc = Doc(clientID: 3_141_592_653, collectsGarbage: false)
    _ = try doc.transact { edit throws(EditError) in
      try edit.insert(String(repeating: "x", count: 10_000), at: 0, in: edit.root("t"))
    }
    _ = try doc.transact { edit throws(EditError) in
      try edit.deleteText(0..<10_000, in: edit.root("t"))
    }
    #expect(doc.approximateByteCount > 10_000)
  }

  @Test func whatPendsCounts() throws {
    var writer = Doc(clientID: 3)
    _ = writer.transact { edit in edit.set("a", to: .number(1), in: edit.root("m")) }
    let second = writer.transact { edit in
      edit.set("b", to: .string(String(repeating: "x", count: 1_000)), in: edit.root("m"))
    }
    var doc = Doc(clientID: 9)
    doc.apply(try Update(v1: try #require(second)))
    #expect(doc.hasPending)
    #expect(doc.approximateByteCount > 1_000)
  }
}

@Suite("Client ids of a document")
struct ClientCountTests {
  /// One GC struct each: the least that a client id can come with.
  private func strangers(_ ids: Range<UInt64>) throws -> Update {
    var writer = ByteWriter()
    writer.varUInt(ids.count)
    for id in ids.reversed() {
      for number in [1, id, 0] { writer.varUInt(number) }
      writer.byte(ContentKind.gc)
      writer.varUInt(1 as UInt64)
    }
    writer.varUInt(0)
    return try Update(v1: writer.bytes)
  }

  @Test func anUpdateSaysHowManyAreNew() throws {
    var doc = Doc(clientID: 9)
    doc.apply(try strangers(100..<110))
    let update = try strangers(105..<125)
    #expect(update.clientCount == 20)
    #expect(doc.clientCount == 10)
    #expect(doc.news(in: update).newClientCount == 15)
    #expect(doc.touches(update).newClientCount == 15)
    doc.apply(update)
    #expect(doc.clientCount == 25)
    #expect(doc.news(in: update).newClientCount == 0)
    #expect(Update().clientCount == 0)
  }

  @Test func moreThanAnyDocumentHasAreRefused() throws {
    var doc = Doc(clientID: 9)
    let before = doc.encodeStateAsUpdate()
    let update = try strangers(100..<200_100)
    #expect(throws: CostlyUpdate.self) { try doc.applyBounded(update) }
    #expect(doc.encodeStateAsUpdate() == before)
    #expect(doc.clientCount == 0)
    #expect(throws: Never.self) { try doc.applyBounded(try strangers(100..<65_636)) }
    #expect(doc.clientCount == 65_536)
  }

  /// What a hub asks at each edit. Adding up over all clients took some 5 seconds here.
  @Test func askingForTheSizeDoesNotLookAtTheClients() throws {
    var doc = Doc(clientID: 9)
    doc.apply(try strangers(100..<65_636))
    let started = threadSeconds()
    var sum = 0
    for _ in 0..<10_000 { sum &+= doc.approximateByteCount &+ doc.clientCount }
    #expect(sum > 0)
    #expect(threadSeconds() - started < 1)
  }
}
