import Lib0
import Testing

@testable import CRDT

/// Somebody else used up the clocks of our client id: they end at 2^53, and so do the bits that a
/// struct has for one.
@Suite("The end of one's own clock")
struct OwnClockTests {
  /// Garbage of one client, from clock 0 on.
  private func garbage(_ client: UInt64, _ length: UInt64) throws -> Update {
    var writer = ByteWriter()
    for number in [1, 1, client, 0] { writer.varUInt(number) }
    writer.byte(0)
    writer.varUInt(length)
    writer.varUInt(0)
    return try Update(v1: writer.bytes)
  }

  @Test(
    arguments: [0, 1, 2, 3] as [UInt64],
    [7, 305_419_896, 1 << 31, 4_294_967_280, 4_294_967_295, 1 << 45, maxSafeInteger - 4]
      as [ClientID])
  func editsGoOnUnderAnotherID(left: UInt64, own: ClientID) throws {
    var doc = Doc(clientID: own)
    doc.apply(try garbage(own, maxSafeInteger - left))
    var other = Doc(clientID: 8)
    other.apply(try garbage(own, maxSafeInteger - left))
    for text in ["a", "bc", "d"] {
      let length = doc.root("t").map { doc.length(of: $0) } ?? 0
      let update = try #require(
        try doc.transact { edit throws(EditError) in
          try edit.insert(text, at: length, in: edit.root("t"))
        })
      other.apply(try Update(v1: update))
    }
    _ = doc.transact { edit in edit.set("k", to: .number(1), in: edit.root("m")) }
    #expect(doc.clientID != own && doc.clientID < 1 << 32)
    #expect(doc.clock(of: own) <= maxSafeInteger)
    #expect(doc.problems() == [])
    #expect(other.problems() == [])
    let text = try #require(other.root("t"))
    #expect(other.string(of: text) == "abcd")
    _ = try Update(v1: doc.encodeStateAsUpdate())
  }

  /// Taking back writes copies under the document's own id, in the middle of what came under it.
  @Test func takingBackGoesOnUnderAnotherID() throws {
    var doc = Doc(clientID: 7)
    _ = doc.transact { edit in edit.set("k", to: .number(1), in: edit.root("m")) }
    doc.clientID = 9
    var writer = Doc(clientID: 5)
    writer.apply(try Update(v1: doc.encodeStateAsUpdate()))
    let replaced = writer.transact { edit in edit.set("k", to: .number(2), in: edit.root("m")) }
    doc.apply(try garbage(9, maxSafeInteger))
    _ = try doc.applyTakenBack(try Update(v1: replaced ?? []))
    let map = try #require(doc.root("m"))
    #expect(JSON.text(doc.json(map, as: .map)) == #"{"k":1}"#)
    #expect(doc.problems() == [])
    _ = try Update(v1: doc.encodeStateAsUpdate())
  }

  /// What undoing and marks remember of a struct of ours is its own id, old or new.
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64]) func undoingAndMarksGoOn(left: UInt64) throws {
    var doc = Doc(clientID: 7)
    doc.apply(try garbage(7, maxSafeInteger - left))
    var undo = UndoManager(.document)
    let inner = ObjectValue([.init(key: "a", value: .number(1))])
    let mark = ObjectValue([.init(key: "mark", value: .object(inner))])
    try undo.transact(&doc, at: 0) { edit throws(EditError) in
      try edit.insert("abc", at: 0, in: edit.root("t"), attributes: mark)
    }
    try undo.transact(&doc, at: 10_000) { edit throws(EditError) in
      try edit.deleteText(0..<2, in: edit.root("t"))
      try edit.insert("x", at: 1, in: edit.root("t"), attributes: mark)
    }
    let text = try #require(doc.root("t"))
    for _ in 0..<3 {
      _ = undo.undo(&doc)
      #expect(doc.string(of: text) == "abc")
      _ = undo.redo(&doc)
      #expect(doc.string(of: text) == "cx")
    }
    #expect(doc.problems() == [])
    var other = Doc(clientID: 8)
    other.apply(try Update(v1: doc.encodeStateAsUpdate()))
    #expect(other.root("t").map { other.string(of: $0) } == "cx")
  }
}
