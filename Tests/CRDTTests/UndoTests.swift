import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Undoing by its own interface.
@Suite("UndoManager")
struct UndoTests {
  @Test func editsInQuickSuccessionAreOneStep() throws {
    var person = Typist()
    try person.type("a", at: 1000)
    #expect(person.undo.captured == .added)
    try person.type("b", at: 1499)
    #expect(person.undo.captured == .joined)
    try person.type("c", at: 1998)
    #expect(person.undo.undoStack.count == 1)
    try person.type("d", at: 2498)
    #expect(person.undo.undoStack.count == 2)
    person.undo.stopCapturing()
    try person.type("e", at: 2499)
    #expect(person.undo.undoStack.count == 3)
    #expect(person.text == "edcba")
    person.undo.undo(&person.doc)
    #expect(person.text == "dcba")
    // What comes after undoing never joins a step from before.
    try person.type("f", at: 2500)
    #expect(person.undo.undoStack.count == 3)
    #expect(!person.undo.canRedo)
    person.undo.undo(&person.doc)
    person.undo.undo(&person.doc)
    #expect(person.text == "cba")
    person.undo.undo(&person.doc)
    #expect(person.text == "")
    #expect(!person.undo.canUndo)
    let nothing = person.undo.undo(&person.doc)
    #expect(nothing == nil)
    for _ in 0..<3 { person.undo.redo(&person.doc) }
    #expect(person.text == "fdcba")
  }

  @Test func onlyTrackedOriginsAndTheScopeAreCaptured() throws {
    var person = Typist(tracking: ["me"])
    try person.type("a", at: 1, origin: nil)
    #expect(person.undo.captured == .nothing)
    person.undo.transact(&person.doc, origin: "me", at: 2) { edit in
      edit.set("k", to: .null, in: edit.root("m"))
    }
    #expect(person.undo.captured == .nothing)
    try person.type("b", at: 3, origin: "me")
    #expect(person.undo.captured == .added)
    person.undo.addToScope([try #require(person.doc.root("m"))])
    person.undo.transact(&person.doc, origin: "me", at: 1000) { edit in
      edit.set("k", to: .bool(true), in: edit.root("m"))
    }
    #expect(person.undo.undoStack.count == 2)
    let step = person.undo.undo(&person.doc)
    #expect(step?.applied.origin == "undo")
    person.undo.undo(&person.doc)
    #expect(person.text == "a")
  }

  @Test func stepsCarryWhatTheCallerNotes() throws {
    var person = Typist()
    try person.type("a", at: 1)
    person.undo.annotate("cursor", .number(1))
    let undone = person.undo.undo(&person.doc)
    #expect(undone?.item.meta["cursor"] == .number(1))
    person.undo.annotate("cursor", .number(0))
    let redone = person.undo.redo(&person.doc)
    #expect(redone?.item.meta["cursor"] == .number(0))
    #expect(person.undo.undoStack.last?.meta["cursor"] == nil)
  }

  @Test func anEditThatFailsCanBeUndoneAsFarAsItCame() throws {
    var person = Typist()
    #expect(throws: EditError.self) {
      try person.undo.transact(&person.doc, at: 1) { edit throws(EditError) in
        try edit.insert("a", at: 0, in: edit.root("t"))
        try edit.insert("b", at: 9, in: edit.root("t"))
      }
    }
    #expect(person.text == "a")
    person.undo.undo(&person.doc)
    #expect(person.text == "")
  }

  /// What a step has deleted stays, and what holds it; what others delete does not.
  @Test func whatAStepNeedsIsNotCollected() throws {
    var doc = Doc(clientID: 1)
    var texts: [SharedType] = []
    _ = try doc.transact { edit throws(EditError) in
      for key in ["mine", "theirs"] {
        let shape = edit.set(key, toNew: .map, in: edit.root("m"))
        let text = edit.set("text", toNew: .text, in: shape)
        try edit.insert("secret " + key, at: 0, in: text)
        texts.append(text)
      }
    }
    let root = try #require(doc.root("m"))
    var undo = UndoManager(.types([root]), captureTimeout: 0)
    try undo.transact(&doc, at: 1) { edit throws(EditError) in
      try edit.deleteText(0..<11, in: texts[0])
    }
    for key in ["mine", "theirs"] {
      undo.transact(&doc, origin: "others", at: 2) { edit in edit.removeValue(for: key, in: root) }
    }
    #expect(!holds("secret theirs", doc))
    #expect(holds("secret mine", doc))
    #expect(doc.problems() == [])
    // It can come back no more: what held it is gone by others.
    let step = undo.undo(&doc)
    #expect(step == nil)
    #expect(doc.keys(of: root) == [])
  }

  private func holds(_ text: String, _ doc: Doc) -> Bool {
    String(decoding: doc.encodeStateAsUpdate(), as: UTF8.self).contains(text)
  }

  /// By mistake: nothing happens, and nothing traps.
  @Test func aManagerMayMeetAnotherDocument() throws {
    var person = Typist()
    try person.type("abc", at: 0)
    try person.type("d", at: 1000)
    var other = Doc(clientID: 1)
    _ = try other.transact { edit throws(EditError) in
      try edit.insert("x", at: 0, in: edit.root("other"))
    }
    person.undo.clear(&other, undo: false)
    while person.undo.undo(&other) != nil {}
    while person.undo.redo(&other) != nil {}
    #expect(other.problems() == [])
  }

  @Test func clearedStepsAreForgotten() throws {
    var person = Typist()
    for time in [0, 1000, 2000] { try person.type("x", at: time) }
    person.undo.undo(&person.doc)
    person.undo.clear(&person.doc, undo: false)
    #expect(person.undo.undoStack.count == 2)
    #expect(!person.undo.canRedo)
    person.undo.clear(&person.doc)
    #expect(!person.undo.canUndo)
    #expect(person.text == "xx")
    #expect(person.doc.problems() == [])
  }

  /// A copy's origin lies in the list that it is in, or peers would put it elsewhere (yjs 757).
  @Test func aKeyOfATypeThatWasMadeAgainComesBackEverywhere() throws {
    var doc = Doc(clientID: 1)
    let made = Typist.root("m", &doc)
    let root = try #require(made)
    var undo = UndoManager(.types([root]), captureTimeout: 0)
    var now = 0
    func step(_ body: (inout Transaction) -> Void) {
      now += 1
      undo.transact(&doc, at: now, body)
    }
    var map = root
    step { edit in map = edit.set("map", toNew: .map, in: root) }
    step { edit in edit.set("k", to: .number(1), in: map) }
    step { edit in edit.set("k", to: .number(2), in: map) }
    step { edit in edit.removeValue(for: "map", in: root) }
    for _ in 0..<4 { undo.undo(&doc) }
    for _ in 0..<3 { undo.redo(&doc) }
    var peer = Doc(clientID: 2)
    peer.apply(try Update(v1: doc.encodeStateAsUpdate()))
    let content = JSON.text(doc.json(root, as: .map))
    #expect(content == #"{"map":{"k":2}}"#)
    let there = try #require(peer.root("m"))
    #expect(JSON.text(peer.json(there, as: .map)) == content)
    #expect(peer.problems() == [])
  }

  @Test func positionsGoAlongWithWhatIsMadeAgain() throws {
    var person = Typist()
    try person.type("hello", at: 0)
    let text = try #require(person.doc.root("t"))
    let position = person.doc.relativePosition(at: 3, in: text)
    try person.undo.transact(&person.doc, at: 1000) { edit throws(EditError) in
      try edit.deleteText(1..<5, in: text)
    }
    #expect(person.doc.resolve(position)?.index == 1)
    person.undo.undo(&person.doc)
    #expect(person.text == "hello")
    #expect(person.doc.resolve(position)?.index == 3)
  }

  /// Whatever comes is undone and redone, or not; nothing traps, and the document stays sound.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func hostileUpdatesAreUndoneOrNot(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let sources = HostileInputTests.real
    var steps = 0
    for _ in 0..<500 {
      var doc = Doc(clientID: 1, collectsGarbage: Bool.random(using: &random))
      doc.isObserved = true
      var undo = UndoManager(
        .document, captureTimeout: 0, ignoresRemoteMapChanges: Bool.random(using: &random))
      for time in 0..<12 {
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: if undo.undo(&doc) != nil { steps += 1 }
        case 2: if undo.redo(&doc) != nil { steps += 1 }
        case 3: undo.clear(&doc, undo: false, redo: Bool.random(using: &random))
        default:
          var bytes = sources.randomElement(using: &random) ?? []
          for _ in 0..<Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
            let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
            bytes[Int.random(in: bytes.indices, using: &random)] ^= bit
          }
          guard let update = try? Update(v1: bytes) else { continue }
          let origin: Origin? = Bool.random(using: &random) ? nil : "network"
          undo.apply(update, to: &doc, origin: origin, at: time)
        }
      }
      for problem in doc.problems() { Issue.record("\(problem)") }
    }
    #expect(steps > 50)
  }

  /// Alone: back to the beginning and on to the end, with everything nested in everything. (With
  /// several edits in a step Yjs does not always find back: a key that is set twice in one has a
  /// value of which no step knows any more, and counts as somebody else's.)
  @Test(arguments: 0..<60 as Range<UInt64>)
  func allTheWayBackAndOn(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var doc = Doc(clientID: 5)
    _ = doc.transact { edit in for name in NestedScribble.roots { _ = edit.root(name) } }
    doc.isObserved = true
    var tree = ShownTree(doc, NestedScribble.roots)
    var undo = UndoManager(.document, captureTimeout: 0)
    var states = [view(doc)]
    var updates: [[UInt8]] = []
    for time in 0..<30 {
      let applied = try undo.transact(&doc, at: time) { edit throws(EditError) in
        try NestedScribble.edit(&edit, &random)
      }
      tree.apply(applied.changes, doc, roots: NestedScribble.roots)
      if undo.captured == .nothing { continue }
      states.append(view(doc))
      updates.append(doc.encodedUpdate(of: applied))
    }
    for _ in 0..<2 {
      try walk(&doc, states.reversed(), &updates, &tree) { undo.undo(&$0) }
      #expect(!undo.canUndo)
      try walk(&doc, states, &updates, &tree) { undo.redo(&$0) }
      #expect(!undo.canRedo)
    }
    #expect(tree.mistakes == [])
    #expect(tree.differences(ShownTree(doc, NestedScribble.roots)) == [])
    #expect(doc.problems() == [])
    var peer = Doc(clientID: 6)
    _ = peer.transact { edit in for name in NestedScribble.roots { _ = edit.root(name) } }
    for update in updates { peer.apply(try Update(v1: update)) }
    #expect(view(peer) == view(doc))
    #expect(peer.stateVector == doc.stateVector)
  }

  /// Steps through states that look different; steps without effect are passed over.
  private func walk(
    _ doc: inout Doc, _ states: some Sequence<String>, _ updates: inout [[UInt8]],
    _ tree: inout ShownTree, _ step: (inout Doc) -> UndoManager.Step?
  ) throws {
    var expected: [String] = []
    for state in states where state != expected.last { expected.append(state) }
    var met = [view(doc)]
    while let done = step(&doc) {
      if done.applied.changed { updates.append(doc.encodedUpdate(of: done.applied)) }
      tree.apply(done.applied.changes, doc, roots: NestedScribble.roots)
      let now = view(doc)
      if now != met.last { met.append(now) }
    }
    #expect(met.last == expected.last)
    let isSame = met == expected
    #expect(isSame)
  }

  private func view(_ doc: Doc) -> String {
    zip(NestedScribble.roots, ["map", "array", "text"]).map { name, kind in
      Roots.text(Roots.read(doc, name, kind, joined: true))
    }.joined(separator: "\n")
  }
}

/// Somebody who types at the beginning of a text.
private struct Typist {
  var doc = Doc(clientID: 1)
  var undo: UndoManager

  init(tracking origins: Set<Origin?> = [nil]) {
    undo = UndoManager(roots: ["t"], of: &doc, trackedOrigins: origins)
  }

  static func root(_ name: String, _ doc: inout Doc) -> SharedType? {
    var root: SharedType?
    _ = doc.transact { edit in root = edit.root(name) }
    return root
  }

  var text: String { doc.root("t").map { doc.string(of: $0) } ?? "" }

  mutating func type(_ text: String, at time: Int, origin: Origin? = nil) throws {
    try undo.transact(&doc, origin: origin, at: time) { edit throws(EditError) in
      try edit.insert(text, at: 0, in: edit.root("t"))
    }
  }
}
