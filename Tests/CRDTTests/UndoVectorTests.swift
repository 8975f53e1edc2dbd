import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Step by step what Yjs 13.6 did, to the byte.
@Suite("Undoing as in Yjs 13.6", .enabled(if: !UndoVector.all.isEmpty))
struct UndoVectorTests {
  @Test(arguments: UndoVector.scripts)
  func stepsLeadToTheSameUpdates(_ script: UndoVector.Script) throws {
    let vector = try #require(
      UndoVector.all.first { $0["label"]?.stringValue?.hasPrefix(script.label) == true })
    var person = UndoVector.Person(script)
    let steps = vector["steps"]?.arrayValue ?? []
    #expect(steps.count == script.steps.count)
    for (step, act) in zip(steps, script.steps) {
      person.updates = []
      try act(&person)
      let name = step["step"]?.stringValue ?? "?"
      #expect(person.updates == step["update_v1"]?.arrayValue?.compactMap(\.stringValue), "\(name)")
      let map = person.doc.json(try person.root("m"), as: .map)
      #expect(Roots.text(map) == Roots.text(step["m"] ?? .null), "\(name)")
      #expect(person.doc.string(of: try person.root("t")) == step["t"]?.stringValue, "\(name)")
      let text = Roots.read(person.doc, "t", "text", joined: true)["delta"] ?? .null
      #expect(Roots.text(text) == Roots.text(step["delta"] ?? .null), "\(name)")
      #expect(person.doc.problems() == [])
    }
    #expect(hex(person.doc.encodeStateAsUpdate()) == vector["final_v1"]?.stringValue)
  }

  @Test func everyCaseHasItsScript() {
    #expect(UndoVector.all.count == UndoVector.scripts.count)
  }
}

/// The cases of undo.json, whose steps are in prose.
enum UndoVector {
  static let all = ((try? Vectors.json("undo.json")) ?? .null).arrayValue ?? []

  struct Script: Sendable, CustomTestStringConvertible {
    var label: String
    var captureTimeout = 0
    var trackedOrigins: Set<Origin?> = [nil]
    var ignoresRemoteMapChanges = false
    var steps: [@Sendable (inout Person) throws -> Void]

    var testDescription: String { label }
  }

  /// A document with its manager, and what it sends.
  struct Person {
    var doc = Doc(clientID: 1)
    var undo: UndoManager
    var updates: [String] = []
    var now = 1000

    init(_ script: Script) {
      var roots: [SharedType] = []
      _ = doc.transact { edit in roots = [edit.root("t"), edit.root("m")] }
      undo = UndoManager(
        .types(roots), trackedOrigins: script.trackedOrigins,
        captureTimeout: script.captureTimeout,
        ignoresRemoteMapChanges: script.ignoresRemoteMapChanges)
    }

    func root(_ name: String) throws -> SharedType { try #require(doc.root(name)) }

    mutating func edit(
      _ origin: Origin? = nil, _ body: (inout CRDT.Transaction) throws -> Void
    ) throws {
      now += 1
      tell(try undo.transact(&doc, origin: origin, at: now, body))
    }

    mutating func set(_ value: AnyValue) throws {
      try edit { $0.set("k", to: value, in: $0.root("m")) }
    }

    mutating func insert(_ text: String, at index: Int, _ origin: Origin? = nil) throws {
      try edit(origin) { try $0.insert(text, at: index, in: $0.root("t")) }
    }

    /// Somebody else, who has everything, sets the key.
    mutating func hear(_ value: AnyValue, _ origin: Origin?) throws {
      var other = Doc(clientID: 2)
      other.apply(try Update(v1: doc.encodeStateAsUpdate()))
      let update = try #require(
        other.transact { edit in edit.set("k", to: value, in: edit.root("m")) })
      now += 1
      tell(undo.apply(try Update(v1: update), to: &doc, origin: origin, at: now))
    }

    mutating func tell(_ applied: Applied?) {
      if let applied, applied.changed { updates.append(hex(doc.encodedUpdate(of: applied))) }
    }

    mutating func goBack() { tell(undo.undo(&doc)?.applied) }
    mutating func goOn() { tell(undo.redo(&doc)?.applied) }
  }

  private static let back: @Sendable (inout Person) throws -> Void = { $0.goBack() }
  private static let on: @Sendable (inout Person) throws -> Void = { $0.goOn() }
  private static let setTwice: @Sendable (inout Person) throws -> Void = {
    try $0.set(.string("mine"))
    try $0.set(.string("mine2"))
  }

  static let scripts: [Script] = [
    Script(
      label: "insert, delete, undo",
      steps: [
        { try $0.insert("abc", at: 0) },
        { try $0.edit { try $0.deleteText(1..<2, in: $0.root("t")) } }, back, back, on, on,
      ]),
    Script(
      label: "captureTimeout merges", captureTimeout: 500,
      steps: [
        {
          try $0.insert("a", at: 0)
          try $0.insert("b", at: 1)
        },
        {
          $0.undo.stopCapturing()
          try $0.insert("c", at: 2)
        }, back, back,
      ]),
    Script(
      label: "map overwrite",
      steps: [
        { try $0.set(.number(1)) }, { try $0.set(.number(2)) },
        { try $0.edit { $0.removeValue(for: "k", in: $0.root("m")) } }, back, back, back, on, on,
      ]),
    Script(
      label: "only tracked origins", trackedOrigins: ["me"],
      steps: [
        {
          try $0.insert("X", at: 0, "me")
          try $0.insert("Y", at: 1, "other")
        }, back,
      ]),
    Script(
      label: "undo of a format",
      steps: [
        {
          try $0.insert("abc", at: 0)
          try $0.edit { try $0.format(0..<2, .of(["bold": .bool(true)]), in: $0.root("t")) }
        }, back, on,
      ]),
    Script(
      label: "remote change applied WITHOUT",
      steps: [setTwice, { try $0.hear(.string("theirs"), nil) }, back]),
    Script(
      label: "undo after a remote overwrite of the same key (remote origin not tracked)",
      steps: [setTwice, { try $0.hear(.string("theirs"), "network") }, back]),
    Script(
      label:
        "undo after a remote overwrite of the same key (remote origin not tracked), ignoreRemote",
      ignoresRemoteMapChanges: true,
      steps: [setTwice, { try $0.hear(.string("theirs"), "network") }, back]),
  ]
}
