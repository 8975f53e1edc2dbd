public import CRDT
internal import Lib0

/// What the hub holds every client to on a board (Protocol/board.md): shapes under the root
/// `shapes`.
///
/// Only what arrives is looked at, value by value: the cost follows the update and not the board.
/// That a shape is complete is not asked: a reader leaves out what it cannot draw. Other roots are
/// free, for bots and for clients with documents of their own.
public enum BoardSchema {
  /// Name of the root.
  public static let root = "shapes"

  /// The first thing in `update` that may not be on a board; nil if all of it may.
  ///
  /// - Parameter deleted: What of `doc` it deletes, if that is known; else its whole delete set is
  ///   looked through.
  /// - Complexity: O(update); O(structs) for a document without shapes.
  public static func violation(
    in update: Update, deleting deleted: DeleteSet? = nil, on doc: Doc
  ) -> SchemaViolation? {
    var found = firstViolation(in: update, without: DeleteSet(), on: doc)
    // Who replaces a long text deletes in the same update. That is counted only where it matters.
    if found != nil, !update.deleteSet.isEmpty {
      found = firstViolation(in: update, without: update.deleteSet, on: doc)
    }
    if let found { return found }
    let gone = doc.firstDeleted(
      key: ShapeField.type.rawValue, ofMapsUnder: root, by: deleted ?? update.deleteSet)
    return gone.map { SchemaViolation($0, "a shape's type goes with the shape only") }
  }

  private static func firstViolation(
    in update: Update, without deleted: DeleteSet, on doc: Doc
  ) -> SchemaViolation? {
    var found: SchemaViolation?
    doc.newContent(in: update, under: root, without: deleted) { new in
      found = violation(new)
      return found == nil
    }
    return found
  }

  static func violation(_ new: NewContent) -> SchemaViolation? {
    // What was deleted meanwhile says nothing any more.
    if new.kind == .nothing { return nil }
    let path = new.path
    switch (path.count, new.isElement) {
    case (1, false): return shape(new)
    case (2, false): return field(new)
    case (2, true): return element(new)
    case (0, _): return SchemaViolation(path, "shapes are under keys, not in a list")
    default: return SchemaViolation(path, "nothing lies this deep")
    }
  }

  private static func shape(_ new: NewContent) -> SchemaViolation? {
    guard isID(new.path[0]) else {
      return SchemaViolation(new.path, "a shape's id is 1 to 64 of a-z, 0-9, '-', '_'")
    }
    guard new.kind == .type(.map) else {
      return SchemaViolation(new.path, "a shape is a Y.Map")
    }
    return nil
  }

  private static func field(_ new: NewContent) -> SchemaViolation? {
    let field = ShapeField(named: new.path[1])
    if field == .type, new.replaces {
      return SchemaViolation(new.path, "a shape's type never changes")
    }
    switch (field.form, new.kind) {
    case (.text, .type(.text)), (.numbers, .type(.array)): return nil
    case (.text, _): return SchemaViolation(new.path, "must be a Y.Text")
    case (.numbers, _): return SchemaViolation(new.path, "must be a Y.Array")
    case (.value(let rule), .values(let values)):
      guard values.count == 1, rule.allows(values[0]) else {
        return SchemaViolation(new.path, "must be \(rule.sentence)")
      }
      return nil
    case (.value(let rule), _): return SchemaViolation(new.path, "must be \(rule.sentence)")
    }
  }

  private static func element(_ new: NewContent) -> SchemaViolation? {
    switch (ShapeField(named: new.path[1]).form, new.kind) {
    case (.text, .text):
      let limit = ShapeLimits.textUnits
      if new.length <= limit { return nil }
      return SchemaViolation(new.path, "has at most \(limit) UTF-16 units")
    case (.text, _): return SchemaViolation(new.path, "holds plain text only")
    case (.numbers, .values(let values)):
      let limit = ShapeLimits.numbers
      guard new.length <= limit else {
        return SchemaViolation(new.path, "has at most \(limit) numbers")
      }
      let rule = ValueRule.integer(ShapeLimits.step)
      if values.allSatisfy(rule.allows) { return nil }
      return SchemaViolation(new.path, "each must be \(rule.sentence)")
    default: return SchemaViolation(new.path, "holds no such elements")
    }
  }

  static func isID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}

/// Where an update leaves the schema, and what would have been right there.
public struct SchemaViolation: Error, Equatable, Sendable, CustomStringConvertible {
  /// Keys from `shapes` to the place.
  public var path: [String]
  public var reason: String

  init(_ path: [String], _ reason: String) {
    self.path = path
    self.reason = reason
  }

  /// "shapes/k3v9/x must be an integer …". Keys come from outside, so only their plain part shows.
  public var description: String {
    let shown = path.prefix(3).map { key in
      String(key.unicodeScalars.prefix(64).map { Self.isPlain($0) ? Character($0) : "?" })
    }
    return "\(([BoardSchema.root] + shown).joined(separator: "/")): \(reason)"
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && scalar.value > 0x20 && scalar.value < 0x7f
  }
}
