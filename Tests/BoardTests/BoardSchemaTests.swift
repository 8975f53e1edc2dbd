import CRDT
import Lib0
import Testing

@testable import Board

/// What may come onto a board, by example.
@Suite("The board's schema")
struct BoardSchemaTests {
  typealias Edit = (inout Transaction) throws(EditError) -> Void

  /// What a note has that our own client makes.
  static let note: [(String, AnyValue)] = [
    ("type", .string("note")), ("x", .number(-80)), ("y", .number(0)), ("w", .number(1600)),
    ("h", .number(1600)), ("order", .string("a0V")), ("color", .string("yellow")),
    ("author", .string("g-ann")), ("name", .string("Ганна")), ("made", .number(1_790_000_000_000)),
  ]

  static func make(_ id: String, _ edit: inout Transaction) -> SharedType {
    let shape = edit.set(id, toNew: .map, in: edit.root(BoardSchema.root))
    for (key, value) in note { edit.set(key, to: value, in: shape) }
    return shape
  }

  /// A board with one note that has text, and one stroke.
  static func board() throws -> Doc {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let note = make("note1", &edit)
      try edit.insert("hi", at: 0, in: edit.set("text", toNew: .text, in: note))
      let pen = make("pen1", &edit)
      let points = edit.set("points", toNew: .array, in: pen)
      try edit.insert([.number(8), .number(-8)], at: 0, in: points)
    }
    return doc
  }

  /// What the schema says to somebody else's edit of a board that has everything.
  func verdict(_ edit: Edit) throws -> SchemaViolation? {
    let doc = try Self.board()
    var other = doc
    other.clientID = 2
    let bytes = try #require(try other.transact(edit))
    return BoardSchema.violation(in: try Update(v1: bytes), on: doc)
  }

  static func type(
    _ path: [String], _ edit: borrowing Transaction
  ) -> SharedType? {
    var type = edit.document.root(BoardSchema.root)
    for key in path {
      guard let holder = type, case .type(let next, _) = edit.document.value(of: holder, key: key)
      else { return nil }
      type = next
    }
    return type
  }

  @Test func whatOurClientMakesIsAllowed() throws {
    let empty = Doc(clientID: 9)
    let all = try Update(v1: Self.board().encodeStateAsUpdate())
    #expect(BoardSchema.violation(in: all, on: empty) == nil)
  }

  @Test(arguments: [
    ("x", AnyValue.number(0.5)), ("x", .string("1")), ("y", .number(134_217_729)),
    ("y", .number(.nan)), ("y", .number(.infinity)), ("w", .number(0)), ("h", .bigInt(8)),
    ("type", .string("note")), ("order", .string("")), ("order", .string("a0")),
    ("order", .string("ä")), ("color", .string("#ff0000")), ("size", .number(7)),
    ("author", .string("")), ("author", .string(String(repeating: "a", count: 129))),
    ("name", .null), ("made", .number(-1)), ("text", .string("plain")), ("points", .array([])),
    ("later", .string(String(repeating: "a", count: 5_000))),
  ])
  func wrongValueIsNamedWithItsPlace(key: String, value: AnyValue) throws {
    let violation = try verdict { edit in
      if let shape = Self.type(["note1"], edit) { edit.set(key, to: value, in: shape) }
    }
    #expect(violation?.path == ["note1", key])
    #expect(violation?.description.hasPrefix("shapes/note1/\(key): ") == true)
  }

  @Test(arguments: [
    ("x", AnyValue.number(134_217_728)), ("w", .number(1)), ("color", .string("teal")),
    ("order", .string("Zz")), ("later", .object(["a": .bool(true)])), ("size", .number(512)),
  ])
  func rightValueIsAllowed(key: String, value: AnyValue) throws {
    #expect(
      try verdict { edit in
        if let shape = Self.type(["note1"], edit) { edit.set(key, to: value, in: shape) }
      } == nil)
  }

  @Test func typeMayComeWithANewShapeOnly() throws {
    #expect(
      try verdict { edit in
        guard let shape = Self.type(["note1"], edit) else { return }
        edit.set("type", to: .string("pen"), in: shape)
      }?.reason == "a shape's type never changes")
    #expect(try verdict { edit in _ = Self.make("note1", &edit) } == nil)
  }

  @Test(arguments: ["", "Ä", "A", "a b", String(repeating: "a", count: 65)])
  func shapesHaveIdsOfASlug(id: String) throws {
    #expect(try verdict { edit in _ = Self.make(id, &edit) }?.path.first == id)
  }

  @Test func shapesAreMapsUnderKeys() throws {
    #expect(
      try verdict { edit in
        edit.set("new", to: .number(1), in: edit.root(BoardSchema.root))
      }?.reason == "a shape is a Y.Map")
    #expect(
      try verdict { edit throws(EditError) in
        try edit.insert([.number(1)], at: 0, in: edit.root(BoardSchema.root))
      }?.path == [])
    #expect(
      try verdict { edit throws(EditError) in
        if let shape = Self.type(["note1"], edit) { try edit.insert([.null], at: 0, in: shape) }
      } != nil)
  }

  @Test func textIsPlainAndBounded() throws {
    func text(_ change: (inout Transaction, SharedType) throws(EditError) -> Void) throws
      -> SchemaViolation?
    {
      try verdict { edit throws(EditError) in
        if let text = Self.type(["note1", "text"], edit) { try change(&edit, text) }
      }
    }
    let limit = ShapeLimits.textUnits
    #expect(
      try text { edit, text throws(EditError) in
        try edit.insert(String(repeating: "я", count: limit - 2), at: 2, in: text)
      } == nil)
    #expect(
      try text { edit, text throws(EditError) in
        try edit.insert(String(repeating: "я", count: limit - 1), at: 2, in: text)
      }?.reason.contains("\(limit)") == true)
    #expect(
      try text { edit, text throws(EditError) in
        let bold = ObjectValue([.init(key: "bold", value: .bool(true))])
        try edit.format(0..<1, bold, in: text)
      }?.reason == "holds plain text only")
    #expect(
      try text { edit, text throws(EditError) in
        try edit.insertEmbed(.object([:]), at: 0, in: text)
      }?.reason == "holds plain text only")
  }

  @Test func strokesAreIntegersAndBounded() throws {
    func points(_ values: [AnyValue]) throws -> SchemaViolation? {
      try verdict { edit throws(EditError) in
        if let list = Self.type(["pen1", "points"], edit) {
          try edit.insert(values, at: 2, in: list)
        }
      }
    }
    #expect(try points([.number(1), .number(-1)]) == nil)
    #expect(try points([.number(1), .number(0.1)])?.path == ["pen1", "points"])
    #expect(try points([.string("1")]) != nil)
    let one = AnyValue.number(1)
    #expect(try points(Array(repeating: one, count: ShapeLimits.numbers - 1)) != nil)
    #expect(try points(Array(repeating: .bigInt(1), count: 20_000))?.reason != nil)
  }

  /// A board whose note has a text of so many letters, and what its author makes of it.
  private func rewriting(
    _ count: Int, _ edits: [Edit]
  ) throws -> (doc: Doc, updates: [Update]) {
    var doc = try Self.board()
    _ = try doc.transact { edit throws(EditError) in
      guard let text = Self.type(["note1", "text"], edit) else { return }
      try edit.insert(String(repeating: "a", count: count - 2), at: 2, in: text)
    }
    var other = doc
    other.clientID = 2
    var updates: [Update] = []
    for edit in edits { updates.append(try Update(v1: #require(try other.transact(edit)))) }
    return (doc, updates)
  }

  private func replace(_ count: Int, by new: Int) -> Edit {
    { edit throws(EditError) in
      guard let text = Self.type(["note1", "text"], edit) else { return }
      try edit.deleteText(0..<count, in: text)
      try edit.insert(String(repeating: "b", count: new), at: 0, in: text)
    }
  }

  @Test(arguments: [(2_700, true), (10_000, true), (10_001, false)])
  func whatAnUpdateDeletesMakesRoomForWhatItBrings(count: Int, isAllowed: Bool) throws {
    let (doc, updates) = try rewriting(9_000, [replace(9_000, by: count)])
    #expect((BoardSchema.violation(in: updates[0], on: doc) == nil) == isAllowed)
    guard count < 10_000 else { return }
    // What is known already makes none.
    var later = doc
    _ = later.apply(updates[0])
    let more = try rewriting(9_000, [replace(9_000, by: count), replace(0, by: 10_001 - count)])
    let whole = Update.merging(more.updates)
    #expect(BoardSchema.violation(in: whole, on: doc) != nil)
    #expect(BoardSchema.violation(in: whole, on: later) != nil)
    // A step 2 repeats what the board has, deletions too.
    let same = try Update(v1: later.encodeStateAsUpdate())
    #expect(BoardSchema.violation(in: same, on: later) == nil)
  }

  @Test func aStrokeOfAsManyNumbersAsThereMayBeComesInAtOnce() throws {
    for (count, isAllowed) in [(40_000, true), (40_001, false)] {
      let found = try verdict { edit throws(EditError) in
        let pen = Self.make("pen2", &edit)
        let points = edit.set("points", toNew: .array, in: pen)
        let numbers = (0..<count).map { AnyValue.number($0 % 2 == 0 ? 1_048_576 : -1_048_576) }
        try edit.insert(numbers, at: 0, in: points)
      }
      #expect((found == nil) == isAllowed)
    }
  }

  @Test func aTypeGoesWithItsShapeOnly() throws {
    func removed(_ key: String) throws -> SchemaViolation? {
      try verdict { edit in
        if let shape = Self.type(["note1"], edit) { edit.removeValue(for: key, in: shape) }
      }
    }
    #expect(try removed("type")?.path == ["note1", "type"])
    #expect(try removed("color") == nil)
    #expect(try verdict { edit in edit.removeValue(for: "note1", in: edit.root("shapes")) } == nil)
    #expect(try verdict { edit in _ = Self.make("note1", &edit) } == nil, "a shape in its place")
  }

  @Test func nothingNestsDeeper() throws {
    let inShape = try verdict { edit in
      if let shape = Self.type(["note1"], edit) { _ = edit.set("extra", toNew: .map, in: shape) }
    }
    #expect(inShape?.path == ["note1", "extra"])
    let inStroke = try verdict { edit throws(EditError) in
      if let list = Self.type(["pen1", "points"], edit) {
        _ = try edit.insertNew(.map, at: 0, in: list)
      }
    }
    #expect(inStroke != nil)
  }

  @Test func otherRootsAndDeletionsAreFree() throws {
    #expect(
      try verdict { edit throws(EditError) in
        edit.set("anything", to: .number(0.5), in: edit.root("bots"))
        try edit.insert("free", at: 0, in: edit.root("notes"))
      } == nil)
    #expect(
      try verdict { edit in
        edit.removeValue(for: "note1", in: edit.root(BoardSchema.root))
      } == nil)
  }

  @Test func violationShowsNothingButPlainCharacters() {
    let violation = SchemaViolation(["a\u{1b}[2J\nб", String(repeating: "k", count: 90)], "why")
    let keys = "a?[2J??/" + String(repeating: "k", count: 64)
    #expect(violation.description == "shapes/\(keys): why")
  }
}
