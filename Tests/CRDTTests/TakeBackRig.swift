import Lib0
import TestSupport
import Testing

@testable import CRDT

/// What somebody sees of a document: every root as map, as list and as formatted text.
struct Visible: Equatable, CustomStringConvertible {
  private var lines: [[UInt8]] = []

  init(_ doc: Doc) {
    for name in doc.rootNames.sorted() {
      guard let root = doc.root(name) else { continue }
      if doc.length(of: root) == 0, doc.keys(of: root).isEmpty { continue }
      for kind in ["map", "array", "text"] {
        let view = Visible.joined(Roots.read(doc, name, kind, joined: true))
        lines.append(Array("\(name) \(kind) \(Roots.text(view))".utf8))
      }
    }
  }

  /// Where text is read as a list, its pieces show, and they are nobody's business.
  private static func joined(_ view: AnyValue) -> AnyValue {
    guard case .object(var object) = view, let values = view["value"]?.arrayValue else {
      return view
    }
    var result: [AnyValue] = []
    for value in values {
      if let more = value.stringValue, let before = result.last?.stringValue {
        result[result.count - 1] = .string(before + more)
      } else {
        result.append(value)
      }
    }
    object.set("value", .array(result))
    return .object(object)
  }

  var description: String {
    lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
  }
}

/// Takes an update back and checks all that must hold then, whoever looks.
///
/// - Returns: What the hub sends.
func expectTakenBack(
  _ update: Update, _ hub: inout Doc, _ comment: Comment = "",
  _ location: SourceLocation = #_sourceLocation
) throws(TakeBackError) -> Update {
  let before = hub
  let seen = Visible(hub)
  let result: Update
  do throws(TakeBackError) { result = try hub.applyTakenBack(update) } catch {
    let isUntouched =
      hub.encodeStateAsUpdate() == before.encodeStateAsUpdate() && hub.problems().isEmpty
    #expect(isUntouched, comment, sourceLocation: location)
    throw error
  }
  #expect(hub.problems() == [], comment, sourceLocation: location)
  #expect(Visible(hub) == seen, comment, sourceLocation: location)
  #expect(!hub.hasPending, comment, sourceLocation: location)
  // All of it is in, so nothing that its author writes next will have to wait.
  #expect(hub.news(in: update).isEmpty, comment, sourceLocation: location)
  var follower = before
  let applied = follower.apply(result)
  #expect(!applied.leftPending, comment, sourceLocation: location)
  #expect(Visible(follower) == seen, comment, sourceLocation: location)
  let isSame = follower.encodeStateAsUpdate() == hub.encodeStateAsUpdate()
  #expect(isSame, comment, sourceLocation: location)
  let late = newcomer(to: hub)
  #expect(late?.problems() == [], comment, sourceLocation: location)
  #expect(late?.hasPending == false, comment, sourceLocation: location)
  #expect(late.map(Visible.init) == seen, comment, sourceLocation: location)
  #expect(late?.stateVector == hub.stateVector, comment, sourceLocation: location)
  // Some of the odd documents of the vectors are read otherwise even before.
  if deletions(newcomer(to: before)) == deletions(before) {
    #expect(deletions(late) == deletions(hub), comment, sourceLocation: location)
  }
  let plan = try TakeBackSurvey(update, before).plan
  let idle = before.idleMarksOfWholeTexts(deletedBy: update)
  #expect(plan.idle == idle, comment, sourceLocation: location)
  return result
}

/// Somebody who gets all of a document as one update. That is integrated in another order than the
/// hub did, and has to end in the same.
func newcomer(to hub: Doc) -> Doc? {
  guard let everything = try? Update(v1: hub.encodeStateAsUpdate()) else { return nil }
  var newcomer = Doc(clientID: 60, collectsGarbage: hub.collectsGarbage)
  newcomer.apply(everything)
  return newcomer
}

/// What is deleted, as encoded. The bytes around may differ: what stood apart for a while was not
/// joined.
private func deletions(_ doc: Doc?) -> DeleteSet? {
  doc.flatMap { try? Update(v1: $0.encodeStateAsUpdate()) }?.deleteSet
}

/// A board as it was when the room froze, the hub's document, and one person who edits on.
struct Frozen {
  var hub = Doc(clientID: 50)
  var author = Doc(clientID: 7)

  init(_ setup: (inout Transaction) throws(EditError) -> Void) throws {
    var first = Doc(clientID: 3)
    let bytes = try first.transact(setup)
    try everybody(applies: try Update(v1: bytes ?? [0, 0]))
  }

  mutating func everybody(applies update: Update) throws {
    hub.apply(update)
    author.apply(update)
  }

  /// An edit of the author's, not yet sent.
  mutating func write(_ edit: (inout Transaction) throws(EditError) -> Void) throws -> Update {
    try Update(v1: try author.transact(edit) ?? [0, 0])
  }

  /// The author edits, the hub takes it back, the author sees it.
  @discardableResult
  mutating func takeBack(
    _ edit: (inout Transaction) throws(EditError) -> Void,
    _ location: SourceLocation = #_sourceLocation
  ) throws -> Update {
    let seen = Visible(author)
    let result = try expectTakenBack(try write(edit), &hub, "", location)
    author.apply(result)
    #expect(Visible(author) == seen, sourceLocation: location)
    #expect(!author.hasPending, sourceLocation: location)
    #expect(author.stateVector == hub.stateVector, sourceLocation: location)
    return result
  }

  /// A map with values and a shape, a list, and a text with marks and an embed.
  static func board(_ edit: inout Transaction) throws(EditError) {
    let map = edit.root("m")
    edit.set("n", to: .number(1), in: map)
    edit.set("bytes", to: .bytes([1, 2]), in: map)
    let shape = edit.set("shape", toNew: .map, in: map)
    edit.set("x", to: .number(5), in: shape)
    let list = edit.root("l")
    try edit.insert([.number(1), .string("two"), .null, .bytes([4])], at: 0, in: list)
    edit.set("y", to: .number(2), in: try edit.insertNew(.map, at: 4, in: list))
    let text = edit.root("t")
    try edit.insert("Hello brave new world", at: 0, in: text)
    try edit.format(6..<11, ObjectValue([.init(key: "bold", value: .bool(true))]), in: text)
    try edit.insertEmbed(.object(["image": .number(1)]), at: 12, in: text)
  }
}

/// Random edits of every kind that the editing API has, nested types among them.
enum BoardScribble {
  static func edit(_ edit: inout Transaction, _ random: inout SplitMix64) throws(EditError) {
    let map = edit.root("m")
    switch Int.random(in: 0..<12, using: &random) {
    case 0, 1: edit.set(key(&random), to: value(&random), in: map)
    case 2: edit.removeValue(for: key(&random), in: map)
    case 3: try nest(&edit, &random, in: map)
    case 4, 5: try list(edit.root("l"), &edit, &random)
    case 6: try inside(&edit, &random, of: map)
    default: try text(edit.root("t"), &edit, &random)
    }
  }

  private static func key(_ random: inout SplitMix64) -> String {
    "k\(Int.random(in: 0..<4, using: &random))"
  }

  private static func value(_ random: inout SplitMix64) -> AnyValue {
    let number = AnyValue.number(Double(Int.random(in: 0..<1000, using: &random)))
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return .string("ї😀")
    case 1: return .bytes([1, 2, 3])
    case 2: return .array([number, .null])
    case 3: return .object(["x": number])
    default: return number
    }
  }

  private static func nest(
    _ edit: inout Transaction, _ random: inout SplitMix64, in map: SharedType
  ) throws(EditError) {
    let name = "shape\(Int.random(in: 0..<40, using: &random))"
    switch Int.random(in: 0..<3, using: &random) {
    case 0: edit.set("x", to: value(&random), in: edit.set(name, toNew: .map, in: map))
    case 1: try edit.insert("label", at: 0, in: edit.set(name, toNew: .text, in: map))
    default:
      let list = edit.set(name, toNew: .array, in: map)
      edit.set("y", to: value(&random), in: try edit.insertNew(.map, at: 0, in: list))
    }
  }

  private static func inside(
    _ edit: inout Transaction, _ random: inout SplitMix64, of map: SharedType
  ) throws(EditError) {
    let held = edit.document.entries(of: map).filter { $0.key.hasPrefix("shape") }
    guard let entry = held.randomElement(using: &random),
      case .type(let type, let kind) = entry.value
    else { return }
    if Int.random(in: 0..<12, using: &random) == 0 {
      edit.removeValue(for: entry.key, in: map)
      return
    }
    switch kind {
    case .map: edit.set(key(&random), to: value(&random), in: type)
    case .text: try text(type, &edit, &random)
    default: try list(type, &edit, &random)
    }
  }

  private static func list(
    _ list: SharedType, _ edit: inout Transaction, _ random: inout SplitMix64
  ) throws(EditError) {
    let length = edit.document.length(of: list)
    let place = Int.random(in: 0...length, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: edit.set("y", to: value(&random), in: try edit.insertNew(.map, at: place, in: list))
    case 1, 2:
      try edit.delete(place..<min(length, place + 2), in: list)
    default:
      try edit.insert((0..<3).map { _ in value(&random) }, at: place, in: list)
    }
  }

  private static func text(
    _ text: SharedType, _ edit: inout Transaction, _ random: inout SplitMix64
  ) throws(EditError) {
    let length = edit.document.length(of: text)
    let place = Int.random(in: 0...length, using: &random)
    let end = min(length, place + Int.random(in: 1...8, using: &random))
    let name = ["bold", "size"].randomElement(using: &random) ?? ""
    let setting: AnyValue = [.null, .bool(true), .number(3)].randomElement(using: &random) ?? .null
    let attributes = ObjectValue([.init(key: name, value: setting)])
    switch Int.random(in: 0..<7, using: &random) {
    case 0, 1: try edit.deleteText(place..<end, in: text)
    case 2, 3: try edit.format(place..<end, attributes, in: text)
    case 4: try edit.insertEmbed(value(&random), at: place, in: text)
    case 5: try edit.insert("styled", at: place, in: text, attributes: attributes)
    default:
      let word = ["abc", "ї", "x"].randomElement(using: &random) ?? ""
      try edit.insert(word, at: place, in: text)
    }
  }
}
