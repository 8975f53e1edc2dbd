import Lib0
import Testing

@testable import CRDT

/// What an update would touch, by example.
@Suite("Touch sets")
struct TouchTests {
  /// A board with one shape in a map and an element and a text in it.
  static func board() -> (doc: Doc, update: [UInt8]) {
    var doc = Doc(clientID: 1)
    let update = try? doc.transact { edit throws(EditError) in
      let shapes = edit.root("shapes")
      let shape = edit.set("shape1", toNew: .map, in: shapes)
      edit.set("x", to: .number(1), in: shape)
      let label = edit.set("label", toNew: .text, in: shape)
      try edit.insert("hi", at: 0, in: label)
      let list = edit.set("points", toNew: .array, in: shape)
      let point = try edit.insertNew(.map, at: 0, in: list)
      edit.set("y", to: .number(2), in: point)
      try edit.insert([.number(1), .number(2)], at: 0, in: edit.root("order"))
    }
    return (doc, update ?? [])
  }

  private func touches(
    _ edit: (inout Transaction) throws(EditError) -> Void
  ) throws -> [Touch] {
    let (doc, _) = TouchTests.board()
    var other = doc
    other.clientID = 2
    let bytes = try #require(try other.transact(edit))
    let set = doc.touches(try Update(v1: bytes))
    #expect(!set.isEmpty)
    #expect(other.touches(try Update(v1: bytes)).isEmpty)
    return set.touches
  }

  private func shape(_ edit: inout Transaction) -> SharedType {
    let shapes = edit.root("shapes")
    guard case .type(let shape, _) = edit.document.value(of: shapes, key: "shape1") else {
      return shapes
    }
    return shape
  }

  @Test func everythingOfANewBoardIsCreated() throws {
    let set = Doc(clientID: 9).touches(try Update(v1: TouchTests.board().update))
    #expect(
      set.touches == [
        Touch(root: "shapes", path: ["shape1"], kind: .created),
        Touch(root: "shapes", path: ["shape1", "x"], kind: .created),
        Touch(root: "shapes", path: ["shape1", "label"], kind: .created),
        Touch(root: "shapes", path: ["shape1", "points"], kind: .created),
        Touch(root: "shapes", path: ["shape1", "points", "y"], kind: .created),
        Touch(root: "order", path: [], kind: .changed),
      ])
  }

  @Test func overwrittenKeyIsChangedNotDeleted() throws {
    let found = try touches { edit throws(EditError) in
      edit.set("x", to: .number(5), in: shape(&edit))
    }
    #expect(found == [Touch(root: "shapes", path: ["shape1", "x"], kind: .changed)])
  }

  @Test func newKeyIsCreated() throws {
    let found = try touches { edit throws(EditError) in
      edit.set("fill", to: .string("red"), in: shape(&edit))
      edit.set("fill", to: .string("blue"), in: shape(&edit))
    }
    #expect(found == [Touch(root: "shapes", path: ["shape1", "fill"], kind: .created)])
  }

  @Test func removedKeyIsDeleted() throws {
    let found = try touches { edit throws(EditError) in
      edit.removeValue(for: "x", in: shape(&edit))
    }
    #expect(found == [Touch(root: "shapes", path: ["shape1", "x"], kind: .deleted)])
  }

  @Test func removedShapeIsDeletedWithWhatItHolds() throws {
    let found = try touches { edit throws(EditError) in
      edit.removeValue(for: "shape1", in: edit.root("shapes"))
    }
    #expect(found.contains(Touch(root: "shapes", path: ["shape1"], kind: .deleted)))
    #expect(found.contains(Touch(root: "shapes", path: ["shape1", "x"], kind: .deleted)))
  }

  @Test func typingChangesTheTextsPlace() throws {
    let found = try touches { edit throws(EditError) in
      guard case .type(let label, _) = edit.document.value(of: shape(&edit), key: "label") else {
        return
      }
      try edit.insert("!", at: 2, in: label)
      try edit.deleteText(0..<1, in: label)
    }
    #expect(found == [Touch(root: "shapes", path: ["shape1", "label"], kind: .changed)])
  }

  @Test func listPositionsAreLeftOutOfThePath() throws {
    let found = try touches { edit throws(EditError) in
      try edit.delete(0..<1, in: edit.root("order"))
    }
    #expect(found == [Touch(root: "order", path: [], kind: .changed)])
  }

  @Test func missingNamesTheClientAndTheClock() throws {
    var doc = Doc(clientID: 1)
    let first = try #require(doc.transact { $0.set("k", to: .number(1), in: $0.root("m")) })
    let second = try #require(doc.transact { $0.set("k", to: .number(2), in: $0.root("m")) })
    let hub = Doc(clientID: 2)
    let update = try Update(v1: second)
    #expect(hub.missing(for: update)?[1] == 1)
    #expect(hub.integrable(update).isEmpty)
    #expect(hub.missing(for: Update.merging([update, try Update(v1: first)])) == nil)
  }
}
