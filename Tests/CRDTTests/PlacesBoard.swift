import Lib0
import TestSupport
import Testing

@testable import CRDT

/// One element, as a test names it.
struct ElementID: Sendable {
  var client: ClientID
  var clock: UInt64
  init(_ client: ClientID, _ clock: UInt64) {
    self.client = client
    self.clock = clock
  }
}

/// Structs as nobody's editor writes them.
struct RawStruct: Sendable {
  var id: ElementID
  var left: ElementID?
  var right: ElementID?
  var root = "m"
  var key: String?
  var kind = ContentKind.any

  init(
    _ client: ClientID, _ clock: UInt64, left: ElementID? = nil, right: ElementID? = nil,
    root: String = "m", key: String? = nil, kind: UInt8 = ContentKind.any
  ) {
    id = ElementID(client, clock)
    self.left = left
    self.right = right
    self.root = root
    self.key = key
    self.kind = kind
  }

  /// All in one update, each in a section of its own.
  static func update(_ structs: [RawStruct]) throws -> Update {
    var updates: [Update] = []
    for one in structs {
      var writer = ByteWriter()
      for number in [1, 1, one.id.client, one.id.clock] { writer.varUInt(number) }
      let hasParent = one.left == nil && one.right == nil
      writer.byte(
        one.kind | (one.left == nil ? 0 : InfoBit.origin)
          | (one.right == nil ? 0 : InfoBit.rightOrigin)
          | (hasParent && one.key != nil ? InfoBit.key : 0))
      for neighbour in [one.left, one.right].compactMap(\.self) {
        writer.varUInt(neighbour.client)
        writer.varUInt(neighbour.clock)
      }
      if hasParent {
        writer.varUInt(1)
        writer.string(one.root)
        if let key = one.key { writer.string(key) }
      }
      switch one.kind {
      case ContentKind.string: writer.string("x")
      case ContentKind.deleted: writer.varUInt(1)
      default: writer.raw([1, 0x7d, 7])
      }
      writer.byte(0)
      updates.append(try Update(v1: writer.bytes))
    }
    return Update.merging(updates)
  }
}

/// A board, and structs beside what is on it.
enum PlacesBoard {
  /// Structs and what is odd about where they stand on the board.
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let structs: [RawStruct]
    init(_ name: String, _ structs: RawStruct...) {
      testDescription = name
      self.structs = structs
    }
  }

  static let inText = ElementID(500, 5)
  static let inKey = ElementID(500, 0)
  private static let inList = ElementID(500, 6)

  /// 500: keys "k" and "n", a text "text" and a list of two; 600 and 700: an element each within
  /// the text, one each at the end of the list, and values of "z" one after the other.
  static func make() throws -> Doc {
    var hub = Doc(clientID: 50)
    var first = Doc(clientID: 500)
    _ = try first.transact { edit throws(EditError) in
      edit.set("k", to: .string("important"), in: edit.root("m"))
      edit.set("n", to: .number(1), in: edit.root("m"))
      try edit.insert("text", at: 0, in: edit.root("t"))
      try edit.insert([.number(1), .number(2)], at: 0, in: edit.root("l"))
    }
    hub.apply(try Update(v1: first.encodeStateAsUpdate()))
    let base = hub
    for client in [600, 700] as [ClientID] {
      var other = base
      other.clientID = client
      let bytes = try other.transact { edit throws(EditError) in
        try edit.insert("y", at: 1, in: edit.root("t"))
        try edit.insert([.null], at: 2, in: edit.root("l"))
        edit.set("z", to: .number(1), in: edit.root("m"))
      }
      hub.apply(try Update(v1: bytes ?? []))
    }
    return hub
  }

  /// What Yjs 13.5, Yjs 13.6 and yrs put in different lists, or before a key's value.
  static let elsewhere: [Row] = [
    Row("before a key's value", RawStruct(2000, 0, right: inKey)),
    Row("behind a key's value and before it", RawStruct(2000, 0, left: inKey, right: inKey)),
    Row("between two keys", RawStruct(2000, 0, left: inKey, right: ElementID(500, 1))),
    Row(
      "before a new value of a key",
      RawStruct(2000, 0, key: "new"), RawStruct(2001, 0, right: ElementID(2000, 0))),
    Row(
      "between two new values of a key", RawStruct(2000, 0, key: "k"),
      RawStruct(2001, 0, left: ElementID(2000, 0)),
      RawStruct(2002, 0, left: ElementID(2000, 0), right: ElementID(2001, 0))),
    Row("between a text and a key", RawStruct(2000, 0, left: inText, right: inKey)),
    Row("between a key and a text", RawStruct(2000, 0, left: inKey, right: inText)),
    Row("between a text and a list", RawStruct(2000, 0, left: inText, right: inList)),
    Row(
      "between a text and a new element of a list", RawStruct(2000, 0, left: ElementID(500, 7)),
      RawStruct(2001, 0, left: inText, right: ElementID(2000, 0))),
    Row(
      "between a new element of a list and a text", RawStruct(2000, 0, left: ElementID(500, 7)),
      RawStruct(2001, 0, left: ElementID(2000, 0), right: inText)),
    Row(
      "between two new roots", RawStruct(2000, 0, root: "a"), RawStruct(2001, 0, root: "b"),
      RawStruct(2002, 0, left: ElementID(2000, 0), right: ElementID(2001, 0))),
    Row(
      "between a new root and a key there", RawStruct(2000, 0, root: "a"),
      RawStruct(2001, 0, root: "a", key: "a"),
      RawStruct(2002, 0, left: ElementID(2000, 0), right: ElementID(2001, 0))),
  ]

  /// What else cannot be taken back.
  static let misplaced: [Row] = [
    Row("the wrong way round", RawStruct(2000, 0, left: inText, right: ElementID(500, 2))),
    Row("between what never stood together", RawStruct(2000, 0, right: inText)),
    Row(
      "with something known between", RawStruct(2000, 0, left: ElementID(500, 2), right: inText)),
    Row("behind what is before something", RawStruct(2000, 0, left: ElementID(600, 0))),
    Row(
      "with something new between", RawStruct(2000, 0, left: inText),
      RawStruct(2001, 0, left: ElementID(2000, 0)),
      RawStruct(2002, 0, left: inText, right: ElementID(2001, 0))),
  ]

  /// What looks odd and is not.
  static let placed: [Row] = [
    Row("at the beginning", RawStruct(2000, 0, right: ElementID(500, 2))),
    Row("within a run", RawStruct(2000, 0, left: ElementID(500, 3), right: ElementID(500, 4))),
    Row(
      "around what came meanwhile",
      RawStruct(2000, 0, left: ElementID(500, 2), right: ElementID(500, 3))),
    Row(
      "between what came at once from two others",
      RawStruct(2000, 0, left: ElementID(600, 1), right: ElementID(700, 1))),
    Row(
      "between new ones", RawStruct(2000, 0, left: inText),
      RawStruct(2001, 0, left: ElementID(2000, 0)),
      RawStruct(2002, 0, left: ElementID(2000, 0), right: ElementID(2001, 0))),
    Row("behind a value that is no longer a key's", RawStruct(2000, 0, left: ElementID(600, 2))),
  ]
}
