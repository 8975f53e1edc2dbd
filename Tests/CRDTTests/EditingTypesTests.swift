import Lib0
import Testing

@testable import CRDT

/// Editing XML, mixed lists, attributes and subdocuments; that the bytes are those of Yjs is shown
/// by recorded sessions (Protocol/vectors/sessions.jsonl).
@Suite("Editing types")
struct EditingTypesTests {
  @Test func xmlIsBuiltAndReadBack() throws {
    var doc = Doc(clientID: 1)
    var former: SharedType?
    _ = try doc.transact { edit throws(EditError) in
      let page = edit.root("page")
      let list = try edit.insertNew(.xmlElement("UL"), at: 0, in: page)
      let items: [NewValue] = [.type(.xmlElement("li")), .type(.xmlElement("li"))]
      let made = try edit.insert(contentsOf: items, at: 0, in: list)
      try edit.insert("one", at: 0, in: try edit.insertNew(.xmlText, at: 0, in: made[0]))
      try edit.setAttribute("b", to: .string("2"), of: made[1])
      try edit.setAttribute("a", to: .number(1), of: made[1])
      try edit.setAttribute("c", to: .bool(true), of: made[1])
      try edit.removeAttribute("c", of: made[1])
      try edit.insert(contentsOf: [.type(.xmlHook("h"))], after: made[0], in: list)
      try edit.insert(contentsOf: [.type(.xmlText)], after: nil, in: list)
      try edit.delete(3..<4, in: list)
      former = list
    }
    let page = try #require(doc.root("page"))
    #expect(doc.xml(page, as: .xmlFragment) == "<ul><li>one</li>[object Object]</ul>")
    #expect(doc.length(of: try #require(former)) == 3)
    #expect(doc.problems() == [])
    var other = Doc(clientID: 2)
    other.apply(try Update(v1: doc.encodeStateAsUpdate()))
    #expect(other.encodeStateAsUpdate() == doc.encodeStateAsUpdate())
  }

  @Test func attributesAreForElementsAndTexts() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let map = edit.set("m", toNew: .map, in: edit.root("r"))
      let fragment = edit.set("f", toNew: .xmlFragment, in: edit.root("r"))
      let text = edit.set("t", toNew: .text, in: edit.root("r"))
      for type in [map, fragment] {
        #expect(throws: EditError.notAnElement) {
          try edit.setAttribute("k", to: .null, of: type)
        }
        #expect(throws: EditError.notAnElement) { try edit.removeAttribute("k", of: type) }
      }
      try edit.setAttribute("k", to: .null, of: text)
    }
    #expect(doc.problems() == [])
  }

  @Test func aChildOfAnotherParentIsNoPlace() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let here = edit.root("here")
      let child = try edit.insertNew(.xmlElement("a"), at: 0, in: edit.root("there"))
      let inKey = edit.set("k", toNew: .xmlText, in: here)
      for wrong in [child, inKey, here] {
        #expect(throws: EditError.notAChild) {
          try edit.insert(contentsOf: [.type(.xmlText)], after: wrong, in: here)
        }
      }
    }
  }

  @Test func whatIsGoneTakesNoEdits() throws {
    var doc = Doc(clientID: 1)
    var list: SharedType?
    var child: SharedType?
    _ = try doc.transact { edit throws(EditError) in
      let new = edit.set("list", toNew: .array, in: edit.root("m"))
      child = try edit.insertNew(.xmlElement("a"), at: 0, in: new)
      list = new
    }
    let gone = try #require(list)
    let element = try #require(child)
    _ = doc.transact { edit in edit.removeValue(for: "list", in: edit.root("m")) }
    let state = doc.encodeStateAsUpdate()
    let update = try doc.transact { edit throws(EditError) in
      #expect(throws: EditError.gone) { try edit.insert([.null], at: 0, in: gone) }
      #expect(throws: EditError.gone) { try edit.insert("x", at: 0, in: gone) }
      #expect(throws: EditError.gone) { try edit.deleteText(0..<0, in: gone) }
      #expect(throws: EditError.gone) { try edit.apply([.insert(.text("x"))], to: gone) }
      #expect(throws: EditError.gone) { try edit.setAttribute("k", to: .null, of: element) }
      #expect(throws: EditError.gone) { try edit.insert(contentsOf: [], after: nil, in: gone) }
      edit.set("k", to: .null, in: gone)
      edit.removeAllValues(in: gone)
      let nothing = edit.set("k", toNew: .map, in: gone)
      edit.set("k", to: .null, in: nothing)
    }
    #expect(update == nil)
    #expect(doc.encodeStateAsUpdate() == state)
    #expect(doc.problems() == [])
  }

  @Test func appendingGoesBehindWhatWasDeleted() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let array = edit.root("a")
      try edit.insert([.number(1), .number(2)], at: 0, in: array)
      try edit.delete(1..<2, in: array)
      try edit.append(contentsOf: [.value(.number(3)), .type(.map)], to: array)
    }
    let array = try #require(doc.root("a"))
    #expect(JSON.text(doc.json(array, as: .array)) == "[1,3,{}]")
    // 3 has the tombstone of 2 for its origin.
    #expect(doc.relativePosition(at: 1, in: array).element == CRDT.ElementID(client: 1, clock: 2))
  }

  /// Two names that look alike are two names: JavaScript compares code units.
  @Test func lookalikeNamesAreDifferentAttributes() throws {
    let (one, two) = ("\u{e9}", "e\u{301}")
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let text = edit.root("t")
      try edit.insert("abcd", at: 0, in: text)
      try edit.format(0..<4, ObjectValue([.init(key: one, value: .bool(true))]), in: text)
      try edit.format(1..<2, ObjectValue([.init(key: two, value: .bool(true))]), in: text)
      try edit.format(2..<3, ObjectValue([.init(key: one, value: .null)]), in: text)
      edit.set(one, to: .number(1), in: edit.root("m"))
      edit.set(two, to: .number(2), in: edit.root("m"))
    }
    let runs = doc.runs(of: try #require(doc.root("t")))
    #expect(runs.map { $0.attributes.entries.map { Array($0.key.utf16) } } == [
      [Array(one.utf16)], [Array(one.utf16), Array(two.utf16)], [], [Array(one.utf16)],
    ])
    #expect(doc.keys(of: try #require(doc.root("m"))).count == 2)
  }

  @Test func aDeltaBeyondTheEndIsAnError() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let text = edit.root("t")
      try edit.apply([.insert(.text("ab")), .insert(.embed(.null))], to: text)
      #expect(throws: EditError.outOfBounds(index: 4, length: 3)) {
        try edit.apply([.retain(1), .delete(3)], to: text)
      }
      #expect(throws: EditError.outOfBounds(index: 4, length: 3)) {
        try edit.apply([.retain(4)], to: text)
      }
    }
    #expect(doc.length(of: try #require(doc.root("t"))) == 3)
  }

  // MARK: subdocuments

  @Test func subdocumentsComeAndGo() throws {
    var doc = Doc(clientID: 1)
    let options = SubdocumentOptions(
      collectsGarbage: false, loadsAutomatically: true, meta: .object(["title": .string("x")]))
    let page = Subdocument(guid: "page", options: options)
    let made = try doc.transact(origin: nil) { edit throws(EditError) in
      edit.set("page", toSubdocument: page, in: edit.root("m"))
      try edit.insert(Subdocument(guid: "other"), at: 0, in: edit.root("a"))
      // Comes and goes at once: nobody is told.
      try edit.insert(Subdocument(guid: "brief"), at: 1, in: edit.root("a"))
      try edit.delete(1..<2, in: edit.root("a"))
    }
    #expect(made.subdocuments.added == [page, Subdocument(guid: "other")])
    #expect(made.subdocuments.removed == [])
    #expect(doc.subdocuments.count == 2)

    var other = Doc(clientID: 2)
    let applied = other.apply(try Update(v1: doc.encodeStateAsUpdate()))
    #expect(applied.subdocuments.added.map(\.guid).sorted() == ["other", "page"])
    guard case .subdocument(let guid, let value) = other.value(
      of: try #require(other.root("m")), key: "page")
    else {
      Issue.record("no subdocument")
      return
    }
    #expect(guid == "page" && SubdocumentOptions(value) == options)

    let removed = other.transact(origin: nil) { edit in
      edit.set("page", to: .null, in: edit.root("m"))
    }
    #expect(removed.subdocuments.removed == [page] && removed.subdocuments.added == [])
    let late = doc.apply(other.update(of: removed))
    #expect(late.subdocuments.removed == [page])
    #expect(doc.subdocuments == [Subdocument(guid: "other")])
  }

  @Test func aDeletedParentTakesItsSubdocumentsAlong() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let list = edit.set("list", toNew: .array, in: edit.root("m"))
      try edit.insert(Subdocument(guid: "inside"), at: 0, in: list)
    }
    let applied = doc.transact(origin: nil) { edit in
      edit.removeValue(for: "list", in: edit.root("m"))
    }
    #expect(applied.subdocuments.removed.map(\.guid) == ["inside"])
    #expect(doc.subdocuments == [])
  }
}
