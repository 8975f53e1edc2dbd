/// The id of a jam, a room (prototype) or a board: 1 to 64 of `a-z`, `0-9`, `-`, `_`.
///
/// Because nothing else is allowed, a slug is a safe file name as it stands, and two different ids
/// never share a file.
public struct Slug: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let description: String

  /// `nil` unless `text` is a slug.
  public init?(_ text: some StringProtocol) {
    let bytes = text.utf8
    guard !bytes.isEmpty, bytes.count <= 64 else { return nil }
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        continue
      default: return nil
      }
    }
    description = String(text)
  }

  public static func < (left: Slug, right: Slug) -> Bool { left.description < right.description }
}

/// Which room: a jam and one of its prototypes. Written `jam/prototype`.
public struct RoomID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let jam: Slug
  public let prototype: Slug

  public init(jam: Slug, prototype: Slug) {
    self.jam = jam
    self.prototype = prototype
  }

  public var description: String { "\(jam)/\(prototype)" }

  public static func < (left: RoomID, right: RoomID) -> Bool {
    (left.jam, left.prototype) < (right.jam, right.prototype)
  }
}
