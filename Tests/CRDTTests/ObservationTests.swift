import Lib0
import TestSupport
import Testing

@testable import CRDT

/// What an observed document reports.
@Suite("Observation")
struct ObservationTests {
  @Test func nobodyIsToldUnlessTheDocumentIsObserved() throws {
    var doc = Doc(clientID: 1)
    let quiet = try doc.transact(origin: "me") { edit throws(EditError) in
      try edit.insert("a", at: 0, in: edit.root("t"))
    }
    #expect(quiet.changes.isEmpty)
    #expect(quiet.origin == "me")
    doc.isObserved = true
    let told = doc.apply(try Update(v1: [1, 1, 2, 0, 4, 1, 1, 0x74, 1, 0x62, 0]), origin: "network")
    #expect(told.origin == "network")
    #expect(told.changes.count == 1)
    #expect(doc.apply(try Update(v1: [1, 1, 2, 0, 4, 1, 1, 0x74, 1, 0x62, 0])).changes.isEmpty)
  }

  @Test func formatsAreRetainedWithAttributes() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      try edit.insert("Hello world", at: 0, in: edit.root("t"))
    }
    doc.isObserved = true
    let bold = try doc.transact(origin: nil) { edit throws(EditError) in
      let text = edit.root("t")
      try edit.insert(",", at: 5, in: text)
      try edit.format(6..<12, .of(["bold": .bool(true)]), in: text)
    }
    let text = try #require(doc.root("t"))
    #expect(
      try Self.text(bold, of: text)
        == #"[{"retain":5},{"insert":","},{"retain":6,"attributes":{"bold":true}}]"#)
    let plain = try doc.transact(origin: nil) { edit throws(EditError) in
      try edit.format(0..<9, .of(["bold": .null]), in: text)
      try edit.deleteText(0..<1, in: text)
    }
    #expect(
      try Self.text(plain, of: text)
        == #"[{"delete":1},{"retain":5},{"retain":3,"attributes":{"bold":null}}]"#)
  }

  private static func text(_ applied: Applied, of type: SharedType) throws -> String {
    Reported.text(try #require(applied.changes.of(type)))
  }

  @Test func whatComesAndGoesAtOnceAppearsNowhere() throws {
    var doc = Doc(clientID: 1)
    doc.isObserved = true
    let applied = try doc.transact(origin: nil) { edit throws(EditError) in
      try edit.insert("gone", at: 0, in: edit.root("t"))
      try edit.deleteText(0..<4, in: edit.root("t"))
      edit.set("k", to: .number(1), in: edit.root("m"))
      edit.removeValue(for: "k", in: edit.root("m"))
    }
    #expect(applied.changed)
    #expect(applied.changes.isEmpty)
  }

  @Test func keysTellTheirOldValues() throws {
    var doc = Doc(clientID: 1)
    _ = doc.transact { edit in
      edit.set("a", to: .number(1), in: edit.root("m"))
      edit.set("b", to: .string("old"), in: edit.root("m"))
    }
    doc.isObserved = true
    let applied = doc.transact(origin: nil) { edit in
      let map = edit.root("m")
      edit.set("a", to: .number(2), in: map)
      edit.set("a", to: .number(3), in: map)
      edit.removeValue(for: "b", in: map)
      edit.set("c", to: .null, in: map)
    }
    let map = try #require(doc.root("m"))
    let change = try #require(applied.changes.of(map))
    guard case .updated(.value(.number(1))) = change["a"],
      case .deleted(.value(.string("old"))) = change["b"], case .added = change["c"],
      change["d"] == nil
    else {
      Issue.record("\(change.keys)")
      return
    }
    #expect(change.keys.map(\.key) == ["a", "c", "b"])
  }

  @Test func typesInsideAreToldWithTheirPaths() throws {
    var doc = Doc(clientID: 1)
    var inner: SharedType?
    _ = try doc.transact { edit throws(EditError) in
      let list = edit.root("a")
      try edit.insert([.null, .null], at: 0, in: list)
      let map = try edit.insertNew(.map, at: 2, in: list)
      inner = edit.set("text", toNew: .text, in: map)
    }
    doc.isObserved = true
    let applied = try doc.transact(origin: nil) { edit throws(EditError) in
      try edit.delete(0..<1, in: edit.root("a"))
      if let inner { try edit.insert("x", at: 0, in: inner) }
    }
    #expect(applied.changes.map(\.path) == [[], [.index(1), .key("text")]])
    #expect(applied.changes.map(\.root) == ["a", "a"])
    let list = try #require(doc.root("a"))
    guard case .type(let map, .map) = doc.elements(of: list)[1] else {
      Issue.record("no map")
      return
    }
    #expect(applied.changes.inside(list).map(\.path.count) == [0, 2])
    #expect(applied.changes.inside(map).map(\.path) == [[.key("text")]])
    #expect(applied.changes.inside(try #require(inner)).map(\.path) == [[]])
    #expect(applied.changes.of(map) == nil)
  }

  @Test func anEditThatFailsIsToldAsFarAsItCame() throws {
    var doc = Doc(clientID: 1)
    doc.isObserved = true
    var applied = Applied()
    #expect(throws: EditError.self) {
      try doc.transact(origin: "me", into: &applied) { edit throws(EditError) in
        try edit.insert("a", at: 0, in: edit.root("t"))
        try edit.insert("b", at: 9, in: edit.root("t"))
      }
    }
    #expect(applied.changes.count == 1)
    #expect(applied.origin == "me")
    #expect(doc.problems() == [])
  }

  /// Sessions of real Yjs with everything in them, XML and cut characters too.
  @Test(arguments: Vectors.sessions)
  func reportsLeadFromEachStateToTheNext(_ session: Session) throws {
    let roots = (session.value["roots"]?.objectValue?.entries ?? []).map(\.key)
    for collects in [true, false] {
      var doc = Doc(clientID: 4_000_000_000, collectsGarbage: collects)
      doc.isObserved = true
      var tree = ShownTree(doc, roots)
      for bytes in session.updates {
        let applied = doc.apply(try Update(v1: bytes))
        tree.apply(applied.changes, doc, roots: roots)
      }
      #expect(tree.mistakes == [])
      #expect(tree.differences(ShownTree(doc, roots)) == [])
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func reportsOfOwnEditsLeadFromEachStateToTheNext(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var doc = Doc(clientID: 5)
    doc.isObserved = true
    var tree = ShownTree(doc, NestedScribble.roots)
    for _ in 0..<80 {
      let applied = try doc.transact(origin: nil) { edit throws(EditError) in
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          try NestedScribble.edit(&edit, &random)
        }
      }
      tree.apply(applied.changes, doc, roots: NestedScribble.roots)
      let differences = tree.differences(ShownTree(doc, NestedScribble.roots))
      #expect(tree.mistakes == [])
      #expect(differences == [])
      if !differences.isEmpty { return }
    }
  }
}
