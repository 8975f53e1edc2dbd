import Lib0
import Testing
import TestSupport

@testable import CRDT

/// Local edits: what they do here, and that everybody else agrees.
@Suite("Editing")
struct EditingTests {
  @Test func mapKeepsTheLastValue() throws {
    var doc = Doc(clientID: 1)
    let update = try doc.transact { edit throws(EditError) in
      let root = edit.root("m")
      edit.set("k", to: .number(1), in: root)
      edit.set("k", to: .number(2), in: root)
      edit.set("gone", to: .string("x"), in: root)
      edit.removeValue(for: "gone", in: root)
      let inner = edit.set("shape", toNew: .map, in: root)
      edit.set("x", to: .number(3.5), in: inner)
    }
    #expect(update != nil)
    let root = try #require(doc.root("m"))
    #expect(JSON.text(doc.json(root, as: .map)) == #"{"k":2,"shape":{"x":3.5}}"#)
    var other = Doc(clientID: 2)
    other.apply(try Update(v1: update ?? []))
    #expect(other.encodeStateAsUpdate() == doc.encodeStateAsUpdate())
    #expect(doc.problems() == [])
  }

  /// A root's type is not on the wire, and a type can stand first in a text as well.
  @Test func aRootIsSeenAsWhatAllOfItFits() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let text = edit.root("t")
      _ = try edit.insertNew(.map, at: 0, in: text, attributes: ObjectValue())
      try edit.insert("a😀b", at: 1, in: text)
      _ = try edit.insertNew(.map, at: 5, in: text, attributes: ObjectValue())
      _ = try edit.insertNew(.map, at: 0, in: edit.root("a"))
      _ = try edit.insertNew(.xmlElement("p"), at: 0, in: edit.root("x"))
    }
    let kinds = try ["t", "a", "x"].map { doc.naturalKind(of: try #require(doc.root($0))) }
    #expect(kinds == [.text, .array, .xmlFragment])
  }

  @Test func nothingChangedMeansNoUpdate() {
    var doc = Doc(clientID: 1)
    let update = doc.transact { edit in
      edit.removeValue(for: "absent", in: edit.root("m"))
    }
    #expect(update == nil)
  }

  @Test func indexBeyondTheEndIsAnError() {
    var doc = Doc(clientID: 1)
    #expect(throws: EditError.outOfBounds(index: 1, length: 0)) {
      _ = try doc.transact { edit throws(EditError) in
        try edit.insert("x", at: 1, in: edit.root("t"))
      }
    }
    #expect(doc.problems() == [])
  }

  @Test func indexInsideSurrogatePairMovesToItsStart() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let text = edit.root("t")
      try edit.insert("a😀b", at: 0, in: text)
      try edit.insert("-", at: 2, in: text)
    }
    #expect(doc.string(of: try #require(doc.root("t"))) == "a-😀b")
  }

  @Test func formattingReadsBack() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let text = edit.root("t")
      try edit.insert("Hello world", at: 0, in: text)
      try edit.format(0..<5, ObjectValue([.init(key: "bold", value: .bool(true))]), in: text)
      try edit.insert("!", at: 11, in: text, attributes: ObjectValue())
      try edit.insertEmbed(.object(["img": .number(1)]), at: 5, in: text)
      try edit.deleteText(0..<2, in: text)
    }
    let text = try #require(doc.root("t"))
    let runs = JSON.text(doc.json(text, as: .text, .exact))
    #expect(
      runs == #"[{"insert":"llo","attributes":{"bold":true}},{"insert":{"img":1}},"#
        + #"{"insert":" world!"}]"#)
  }

  /// Against a plain array of code units: every insertion and deletion at random places.
  @Test(arguments: 0..<16 as Range<UInt64>)
  func textAndArrayAgreeWithAPlainArray(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var doc = Doc(clientID: 5)
    var model: [UInt8] = []
    for _ in 0..<300 {
      _ = try doc.transact { edit throws(EditError) in
        let text = edit.root("t")
        let array = edit.root("a")
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          if model.isEmpty || Int.random(in: 0..<3, using: &random) > 0 {
            let index = Int.random(in: 0...model.count, using: &random)
            let new = (0..<Int.random(in: 1...4, using: &random)).map { _ in
              UInt8.random(in: 97...122, using: &random)
            }
            model.insert(contentsOf: new, at: index)
            try edit.insert(String(decoding: new, as: UTF8.self), at: index, in: text)
            try edit.insert(new.map { .number(Double($0)) }, at: index, in: array)
          } else {
            let start = Int.random(in: 0..<model.count, using: &random)
            let end = min(model.count, start + Int.random(in: 1...5, using: &random))
            model.removeSubrange(start..<end)
            try edit.deleteText(start..<end, in: text)
            try edit.delete(start..<end, in: array)
          }
        }
      }
    }
    let text = try #require(doc.root("t"))
    #expect(doc.string(of: text) == String(decoding: model, as: UTF8.self))
    let array = doc.json(try #require(doc.root("a")), as: .array)
    #expect(array == .array(model.map { .number(Double($0)) }))
    #expect(doc.problems() == [])
  }

  /// Three writers, each on its own copy, updates delivered late and in any order: the same end
  /// everywhere, and every question asked before an update was answered truly.
  @Test(arguments: 0..<24 as Range<UInt64>)
  func writersConverge(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var docs = [Doc(clientID: 3), Doc(clientID: 1 << 40), Doc(clientID: 17)]
    var inboxes: [[[UInt8]]] = [[], [], []]
    for _ in 0..<120 {
      let writer = Int.random(in: 0..<3, using: &random)
      if Bool.random(using: &random), !inboxes[writer].isEmpty {
        let index = Int.random(in: inboxes[writer].indices, using: &random)
        try Asked.apply(inboxes[writer].remove(at: index), to: &docs[writer])
        continue
      }
      guard let update = try Scribble.edit(&docs[writer], &random) else { continue }
      for other in 0..<3 where other != writer { inboxes[other].append(update) }
    }
    for writer in 0..<3 {
      for update in inboxes[writer].shuffled(using: &random) {
        try Asked.apply(update, to: &docs[writer])
      }
      #expect(docs[writer].problems() == [])
    }
    let views = docs.map(Scribble.view)
    #expect(views[0] == views[1])
    #expect(views[1] == views[2])
    #expect(docs[0].stateVector == docs[1].stateVector)
  }

  @Test func copiesAreIndependent() throws {
    var doc = Doc(clientID: 1)
    _ = doc.transact { edit in edit.set("k", to: .number(1), in: edit.root("m")) }
    let before = doc
    let bytes = before.encodeStateAsUpdate()
    _ = doc.transact { edit in edit.set("k", to: .number(2), in: edit.root("m")) }
    #expect(before.encodeStateAsUpdate() == bytes)
    #expect(doc.encodeStateAsUpdate() != bytes)
    #expect(before.problems() == [])
  }
}

/// Applying an update after asking all that can be asked of it.
enum Asked {
  static func apply(_ bytes: [UInt8], to doc: inout Doc) throws {
    let update = try Update(v1: bytes)
    let hadPending = doc.hasPending
    let missing = doc.missing(for: update)
    let touches = doc.touches(update)
    let news = doc.news(in: update)
    #expect(ranges(news.newStructs) == ranges(touches.newStructs))
    #expect(news.newDeletes == touches.newDeletes)
    #expect(news.touches.isEmpty)
    if !hadPending {
      var cut = doc
      cut.apply(doc.integrable(update))
      let pends = cut.hasPending
      #expect(!pends)
    }
    let clients = doc.clientCount
    let applied = doc.apply(update)
    guard !hadPending else { return }
    #expect(doc.clientCount == clients + news.newClientCount)
    let pends = doc.hasPending
    #expect((missing == nil) == !pends)
    #expect(touches.isEmpty == !applied.changed)
    #expect(ranges(touches.newStructs) == ranges(applied.newStructs))
    #expect(touches.newDeletes.union(applied.newDeletes) == applied.newDeletes)
  }

  private static func ranges(_ list: [(client: ClientID, from: UInt64, to: UInt64)]) -> [[UInt64]] {
    list.map { [$0.client, $0.from, $0.to] }.sorted { $0[0] < $1[0] }
  }
}

/// Random edits of a document with a map, an array and a formatted text.
enum Scribble {
  static func edit(_ doc: inout Doc, _ random: inout SplitMix64) throws -> [UInt8]? {
    try doc.transact { edit throws(EditError) in
      for _ in 0..<Int.random(in: 1...3, using: &random) { try one(&edit, &random) }
    }
  }

  private static func one(
    _ edit: inout Transaction, _ random: inout SplitMix64
  ) throws(EditError) {
    let keys = ["a", "b", "ключ"]
    let key = keys[Int.random(in: 0..<3, using: &random)]
    switch Int.random(in: 0..<9, using: &random) {
    case 0:
      let value = Double(Int.random(in: 0..<99, using: &random)) / 4
      edit.set(key, to: .number(value), in: edit.root("m"))
    case 1: edit.removeValue(for: key, in: edit.root("m"))
    case 2:
      let inner = edit.set(key, toNew: .map, in: edit.root("m"))
      edit.set("x", to: .bytes([1, 2]), in: inner)
    case 3:
      guard case .type(let inner, .map) = edit.document.value(of: edit.root("m"), key: key) else {
        return
      }
      edit.set(keys[Int.random(in: 0..<3, using: &random)], to: .null, in: inner)
    case 4:
      let array = edit.root("a")
      let index = Int.random(in: 0...edit.document.length(of: array), using: &random)
      try edit.insert([.bool(true), .bytes([7]), .string("é")], at: index, in: array)
    case 5: try delete(&edit, "a", &random)
    case 6: try delete(&edit, "t", &random)
    case 7:
      let text = edit.root("t")
      let length = edit.document.length(of: text)
      let start = Int.random(in: 0...length, using: &random)
      let end = min(length, start + 4)
      let value: AnyValue = Bool.random(using: &random) ? .bool(true) : .null
      try edit.format(start..<end, ObjectValue([.init(key: key, value: value)]), in: text)
    default:
      let text = edit.root("t")
      let index = Int.random(in: 0...edit.document.length(of: text), using: &random)
      try edit.insert(Bool.random(using: &random) ? "héllo😀" : "w", at: index, in: text)
    }
  }

  private static func delete(
    _ edit: inout Transaction, _ root: String, _ random: inout SplitMix64
  ) throws(EditError) {
    let sequence = edit.root(root)
    let length = edit.document.length(of: sequence)
    if length == 0 { return }
    let start = Int.random(in: 0..<length, using: &random)
    let end = min(length, start + Int.random(in: 1...3, using: &random))
    if root == "t" { try edit.deleteText(start..<end, in: sequence) } else {
      try edit.delete(start..<end, in: sequence)
    }
  }

  /// All that can be seen of the document.
  static func view(_ doc: Doc) -> String {
    ["m", "a", "t"].map { name in
      Roots.text(
        Roots.read(doc, name, name == "m" ? "map" : name == "a" ? "array" : "text", joined: true))
    }.joined(separator: "\n")
  }
}
