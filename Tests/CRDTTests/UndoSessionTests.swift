import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Random sessions of real Yjs with its UndoManager, done again here.
@Suite("Undoing: recorded sessions", .enabled(if: !UndoSession.all.isEmpty))
struct UndoSessionTests {
  @Test(arguments: UndoSession.all)
  func theSameIsUndone(_ session: UndoSession) throws {
    var doc = Doc(clientID: UInt64(session.value["client"]?.numberValue ?? 0))
    var scope: [SharedType] = []
    _ = doc.transact { edit in
      for name in session.value["scope"]?.arrayValue ?? [] {
        scope.append(edit.root(name.stringValue ?? ""))
      }
    }
    var undo = UndoManager(
      .types(scope), trackedOrigins: ["me"],
      captureTimeout: Int(session.value["captureTimeout"]?.numberValue ?? 0),
      ignoresRemoteMapChanges: session.value["ignoreRemoteMapChanges"] == .bool(true))
    for (number, step) in (session.value["steps"]?.arrayValue ?? []).enumerated() {
      let sent = try act(step, &doc, &undo)
      let isEqual =
        sent == step["updates"]?.arrayValue?.compactMap(\.stringValue) ?? []
        && Double(undo.undoStack.count) == step["undo"]?.numberValue
        && Double(undo.redoStack.count) == step["redo"]?.numberValue
      let stacks = "\(undo.undoStack.count) to undo, \(undo.redoStack.count) to redo"
      #expect(isEqual, "step \(number), \(JSON.text(step)): \(sent), \(stacks)")
      let problems = doc.problems()
      #expect(problems == [])
      if !isEqual || !problems.isEmpty { return }
    }
    let state = hex(doc.encodeStateAsUpdate())
    #expect(state == session.value["state"]?.stringValue)
  }

  @Test func muchIsUndoneAndMuchIsNot() {
    let steps = UndoSession.all.flatMap { $0.value["steps"]?.arrayValue ?? [] }
    #expect(steps.count { $0["did"] == .bool(true) } > 400)
    #expect(steps.count { $0["did"] == .bool(false) } > 100)
  }

  private func act(
    _ step: AnyValue, _ doc: inout Doc, _ undo: inout UndoManager
  ) throws -> [String] {
    var done: UndoManager.Step?
    switch step["op"]?.stringValue {
    case "apply":
      let update = try #require(step["update"]?.stringValue.flatMap { bytes(hex: $0) })
      undo.apply(
        try Update(v1: update), to: &doc, origin: step["origin"]?.stringValue.map { Origin($0) },
        at: Int(step["at"]?.numberValue ?? 0))
      return []
    case "stop": undo.stopCapturing()
    case "clear":
      let clears = step["clears"]?.arrayValue ?? []
      undo.clear(&doc, undo: clears.first == .bool(true), redo: clears.last == .bool(true))
    case "undo": done = undo.undo(&doc)
    case "redo": done = undo.redo(&doc)
    default: Issue.record("an unknown step")
    }
    if let did = step["did"] { #expect((done != nil) == (did == .bool(true))) }
    guard let done, done.applied.changed else { return [] }
    return [hex(doc.encodedUpdate(of: done.applied))]
  }
}

struct UndoSession: Sendable, CustomTestStringConvertible {
  let value: AnyValue

  var testDescription: String { "seed \(JSON.text(value["seed"] ?? .null))" }

  static let all = ((try? Vectors.lines("undo-sessions.jsonl")) ?? []).map(UndoSession.init)
}
