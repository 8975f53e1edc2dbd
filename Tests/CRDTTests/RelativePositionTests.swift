import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Places that stay: as bytes, as JSON, and after edits (Protocol/vectors).
@Suite("Relative positions")
struct RelativePositionTests {
  static let files = ["positions.json", "relative-positions.json"]

  private func doc(_ key: String, of file: String = files[0]) throws -> Doc {
    var doc = Doc(clientID: 1)
    let state = try #require(bytes(hex: try Vectors.json(file)[key]?.stringValue ?? ""))
    doc.apply(try Update(v1: state))
    return doc
  }

  private func type(_ row: AnyValue, in doc: Doc) throws -> SharedType {
    if row["type"]?.stringValue == "t" { return try #require(doc.root("t")) }
    let map = try #require(doc.root("m"))
    guard case .type(let inner, _) = doc.value(of: map, key: "n") else {
      throw UpdateError(.truncated(offset: 0, needed: 1))
    }
    return inner
  }

  @Test(arguments: files)
  func everyRecordedPositionIsMadeAndWrittenAsYjsDoes(file: String) throws {
    let doc = try doc("doc_state_v1", of: file)
    let rows = try Vectors.json(file)["positions"]?.arrayValue ?? []
    #expect(rows.count >= 20)
    for row in rows {
      let type = try type(row, in: doc)
      let index = try #require(row["index"]?.numberValue.map { Int($0) })
      let side = try #require(row["assoc"]?.numberValue.map { Int64($0) })
      let position = doc.relativePosition(at: index, in: type, association: side)
      #expect(hex(position.encoded()) == row["hex"]?.stringValue)
      #expect(JSON.text(position.json) == JSON.text(row["json"] ?? .null))
      #expect(RelativePosition(json: position.json) == position)
      let bytes = position.encoded()
      let read = try RelativePosition(bytes.span)
      #expect(read.encoded() == bytes)
      for position in [position, read] {
        let found = try #require(doc.resolve(position))
        #expect(found.type == type)
        #expect(Double(found.index) == row["resolves_to"]?["index"]?.numberValue)
      }
    }
  }

  @Test(arguments: files)
  func everyRecordedPositionIsFoundAgainAfterEdits(file: String) throws {
    let doc = try doc("state_after_v1", of: file)
    let rows = try Vectors.json(file)["resolved_after"]?.arrayValue ?? []
    #expect(rows.count >= 12)
    for row in rows {
      let known = try #require(bytes(hex: row["hex"]?.stringValue ?? ""))
      let position = try RelativePosition(known.span)
      let found = try #require(doc.resolve(position))
      #expect(Double(found.index) == row["index_after"]?.numberValue)
    }
  }

  @Test func oldBytesWithoutAnAssociationStayOnTheRight() throws {
    let bytes: [UInt8] = [0, 7, 3]
    #expect(
      try RelativePosition(bytes.span)
        == RelativePosition(parent: nil, element: CRDT.ElementID(client: 7, clock: 3)))
  }

  @Test func whatIsMissingOrCollectedResolvesToNothing() throws {
    var doc = Doc(clientID: 4)
    var inner: SharedType?
    _ = try doc.transact { edit throws(EditError) in
      let array = edit.set("a", toNew: .array, in: edit.root("m"))
      try edit.insert([.null, .null], at: 0, in: array)
      inner = array
    }
    let array = try #require(inner)
    let at = doc.relativePosition(at: 1, in: array)
    let end = doc.relativePosition(at: 2, in: array)
    #expect(doc.resolve(at)?.index == 1 && doc.resolve(end)?.index == 2)
    #expect(Doc(clientID: 5).resolve(at) == nil && Doc(clientID: 5).resolve(end) == nil)
    _ = doc.transact { edit in edit.removeValue(for: "a", in: edit.root("m")) }
    #expect(doc.resolve(at) == nil && doc.resolve(end) == nil)
  }

  @Test func aPositionInWhatIsUndoneComesBackWithIt() throws {
    var doc = Doc(clientID: 4)
    var undo = UndoManager(.document)
    try undo.transact(&doc, at: 0) { edit throws(EditError) in
      try edit.insert("abcd", at: 0, in: edit.root("t"))
      let inner = edit.set("n", toNew: .text, in: edit.root("m"))
      try edit.insert("x", at: 0, in: inner)
    }
    let text = try #require(doc.root("t"))
    let cursor = doc.relativePosition(at: 2, in: text)
    guard case .type(let inner, _) = doc.value(of: try #require(doc.root("m")), key: "n") else {
      Issue.record("no text")
      return
    }
    let end = doc.relativePosition(at: 1, in: inner)
    try undo.transact(&doc, at: 10_000) { edit throws(EditError) in
      try edit.deleteText(1..<4, in: edit.root("t"))
      edit.removeValue(for: "n", in: edit.root("m"))
    }
    #expect(doc.resolve(cursor)?.index == 1)
    _ = undo.undo(&doc)
    #expect(doc.string(of: text) == "abcd")
    #expect(doc.resolve(cursor)?.index == 2)
    #expect(doc.resolve(end)?.index == 1)
  }

  @Test(arguments: [
    "null", "{}", #"{"item":5}"#, #"{"item":{"client":-1,"clock":0}}"#,
    #"{"tname":"t","assoc":"x"}"#, #"{"tname":"t","assoc":0.5}"#, #"{"type":{"client":1}}"#,
    #"{"item":{"client":1e300,"clock":0}}"#, #"{"tname":"t","assoc":1e300}"#,
  ])
  func jsonThatIsNoPositionIsRefused(text: String) throws {
    let bytes = Array(text.utf8)
    #expect(RelativePosition(json: try JSON.parse(bytes.span)) == nil)
  }

  @Test func bytesThatAreNoPositionAreRefusedAndResolvingNeverTraps() throws {
    let doc = try doc("doc_state_v1")
    var random = SplitMix64(seed: 1)
    for _ in 0..<5_000 {
      let count = Int.random(in: 0...8, using: &random)
      let bytes = (0..<count).map { _ in
        UInt8.random(in: 0...(Bool.random(using: &random) ? 9 : 255), using: &random)
      }
      if let position = try? RelativePosition(bytes.span) { _ = doc.resolve(position) }
    }
    for bytes in [[3, 0], [], [0, 1]] as [[UInt8]] {
      #expect(throws: DecodingError.self) { _ = try RelativePosition(bytes.span) }
    }
  }
}
