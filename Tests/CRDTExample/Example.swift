import CRDT
import Lib0
import SyncProtocol

/// Two documents, their edits, sync and presence, with nothing but the public API. The pieces are
/// those of the article "From Yjs to Swift"; what they show is printed.
@main
enum Example {
  static func main() throws {
    try edits()
    try texts()
    try xml()
    try sync()
    try observation()
    try undoing()
    try positions()
    try subdocuments()
    try snapshots()
    try presence()
  }

  static func show(_ value: AnyValue) { print(JSON.text(value)) }

  static func edits() throws {
    var doc = Doc(clientID: 1)
    let update = try doc.transact { edit throws(EditError) in
      let board = edit.root("board")
      edit.set("title", to: .string("Radio"), in: board)
      let list = edit.set("list", toNew: .array, in: board)
      try edit.insert([.number(1), .bool(true)], at: 0, in: list)
      let note = try edit.insertNew(.map, at: 2, in: list)
      edit.set("colour", to: .string("yellow"), in: note)
      try edit.delete(0..<1, in: list)
    }
    print("the update has \(update?.count ?? 0) bytes")

    guard let board = doc.root("board") else { return }
    show(doc.json(board, as: .map))
    if case .value(let title) = doc.value(of: board, key: "title") { show(title) }
    if case .type(let list, .array) = doc.value(of: board, key: "list") {
      print("\(doc.length(of: list)) elements")
    }
  }

  static func texts() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let text = edit.root("text")
      try edit.insert("Hello world", at: 0, in: text)
      let bold = ObjectValue([.init(key: "bold", value: .bool(true))])
      try edit.format(0..<5, bold, in: text)
      try edit.insertEmbed(.object(["image": .string("a.png")]), at: 5, in: text)
      try edit.apply([.retain(6), .delete(1), .insert(.text(", "))], to: text)
    }
    if let text = doc.root("text") {
      print(doc.string(of: text))
      show(doc.json(text, as: .text, .exact))
    }
  }

  static func xml() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      let page = edit.root("page")
      let heading = try edit.insertNew(.xmlElement("heading"), at: 0, in: page)
      try edit.setAttribute("level", to: .string("2"), of: heading)
      let words = try edit.insertNew(.xmlText, at: 0, in: heading)
      try edit.insert("Hello", at: 0, in: words)
      try edit.insert(contentsOf: [.type(.xmlElement("hr"))], after: heading, in: page)
    }
    if let page = doc.root("page") { print(doc.xml(page, as: .xmlFragment)) }
  }

  static func sync() throws {
    var ann = Doc(clientID: 1)
    var ben = Doc(clientID: 2)
    _ = ann.transact { edit in edit.set("from", to: .string("ann"), in: edit.root("m")) }
    _ = ben.transact { edit in edit.set("to", to: .string("ben"), in: edit.root("m")) }

    // Ben asks, Ann answers; then the other way round.
    let question = SyncMessage.step1(stateVector: ben.encodedStateVector())
    if let answer = try ann.answer(to: question) { _ = try ben.answer(to: answer) }
    let back = SyncMessage.step1(stateVector: ann.encodedStateVector())
    if let answer = try ben.answer(to: back) { _ = try ann.answer(to: answer) }
    print("the same: \(ann.encodeStateAsUpdate() == ben.encodeStateAsUpdate())")

    // Without a document.
    let both = Update.merging([
      try Update(v1: ann.encodeStateAsUpdate()), try Update(v1: ben.encodeStateAsUpdate()),
    ])
    print("in format 2: \(try both.encodedV2().count) bytes")
  }

  static func observation() throws {
    var doc = Doc(clientID: 1)
    doc.isObserved = true
    let applied = try doc.transact(origin: "editor") { edit throws(EditError) in
      try edit.insert("abc", at: 0, in: edit.root("text"))
    }
    for change in applied.changes { print("changed: \(change.target == doc.root("text"))") }
    print("to send: \(doc.encodedUpdate(of: applied).count) bytes")
  }

  static func undoing() throws {
    var doc = Doc(clientID: 1)
    var undo = UndoManager(.document)
    try undo.transact(&doc, at: 0) { edit throws(EditError) in
      try edit.insert("abc", at: 0, in: edit.root("text"))
    }
    try undo.transact(&doc, at: 1_000) { edit throws(EditError) in
      try edit.deleteText(0..<2, in: edit.root("text"))
    }
    if let step = undo.undo(&doc) {
      print("to send: \(doc.encodedUpdate(of: step.applied).count) bytes")
    }
    if let text = doc.root("text") { print(doc.string(of: text)) }
  }

  static func positions() throws {
    var doc = Doc(clientID: 1)
    _ = try doc.transact { edit throws(EditError) in
      try edit.insert("abc", at: 0, in: edit.root("text"))
    }
    guard let text = doc.root("text") else { return }
    let cursor = doc.relativePosition(at: 1, in: text)
    show(cursor.json)
    _ = try doc.transact { edit throws(EditError) in
      try edit.insert("--", at: 0, in: edit.root("text"))
    }
    if let place = doc.resolve(cursor) { print("now at \(place.index)") }
  }

  static func subdocuments() throws {
    var doc = Doc(clientID: 1)
    let applied = doc.transact(origin: nil) { edit in
      let page = Subdocument(guid: "page-1", options: SubdocumentOptions(loadsAutomatically: true))
      edit.set("page", toSubdocument: page, in: edit.root("pages"))
    }
    for page in applied.subdocuments.added { print("now to be synchronised: \(page.guid)") }
  }

  static func snapshots() throws {
    var doc = Doc(clientID: 1, collectsGarbage: false)
    _ = doc.transact { edit in edit.set("k", to: .string("old"), in: edit.root("m")) }
    let moment = doc.snapshot
    _ = doc.transact { edit in edit.set("k", to: .string("new"), in: edit.root("m")) }
    let former = try doc.restoring(moment, clientID: 2)
    if let map = former.root("m") { show(former.json(map, as: .map)) }
  }

  static func presence() throws {
    var ann = Awareness(clientID: 1, now: 0)
    var ben = Awareness(clientID: 2, state: nil, now: 0)
    let change = ann.setLocalState(.object(["name": .string("Ann")]), now: 0)
    let news = try ben.apply(ann.update(of: change.all).span, now: 5)
    for client in news.added { show(ben.state(of: client) ?? .null) }
    // Every three seconds: who was not heard of for thirty is gone.
    print("gone: \(ben.tick(now: 30_005).removed)")
  }
}

extension Doc {
  /// What a peer says, and what to say back: the whole of the sync protocol.
  mutating func answer(to message: SyncMessage) throws -> SyncMessage? {
    switch message {
    case .step1(let known):
      let state = try StateVector(decoding: known.span)
      return .step2(update: encodeStateAsUpdate(since: state))
    case .step2(let update), .update(let update):
      apply(try Update(v1: update))
      return nil
    }
  }
}
