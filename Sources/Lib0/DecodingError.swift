/// Why a byte sequence is not what it should be. Every case names the offset of the first bad byte,
/// so a log line is enough to find it in a captured message.
public enum DecodingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The value needs `needed` more bytes than there are.
  case truncated(offset: Int, needed: Int)
  /// A variable-length integer is larger than 2^53-1, the most that JavaScript can hold.
  case integerOutOfRange(offset: Int)
  case invalidUTF8(offset: Int)
  /// A tag, kind or count that the format does not have; `what` names it.
  case invalid(offset: Int, what: StaticStringName)
  /// Values are nested deeper than the reader's limit.
  case tooDeep(offset: Int)

  /// The first bad byte, counted from the start of the input.
  public var offset: Int {
    switch self {
    case .truncated(let offset, _), .integerOutOfRange(let offset), .invalidUTF8(let offset),
      .invalid(let offset, _), .tooDeep(let offset):
      offset
    }
  }

  /// What is wrong there, for people.
  public var reason: String {
    switch self {
    case .truncated(_, 1): "1 more byte is needed"
    case .truncated(_, let needed): "\(needed) more bytes are needed"
    case .integerOutOfRange: "an integer over 2^53-1"
    case .invalidUTF8: "text that is not UTF-8"
    case .invalid(_, let what): what.description
    case .tooDeep: "values nested too deep"
    }
  }

  public var description: String { "byte \(offset): \(reason)" }
}

/// A static name inside an error: comparable and free of allocation. Its description is the name
/// in words that people understand without the source.
public struct StaticStringName: Equatable, Sendable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  private let text: StaticString
  public init(stringLiteral value: StaticString) { text = value }
  public static func == (left: Self, right: Self) -> Bool {
    left.text.description.hasSameUnits(as: right.text.description)
  }

  public var description: String {
    let name = text.description
    return StaticStringName.inWords.first { $0.name.hasSameUnits(as: name) }?.words ?? name
  }

  private static let inWords: [(name: String, words: String)] = [
    ("message type", "no message type"),
    ("sync message type", "no sync message type"),
    ("Any tag", "a value of unknown kind"),
    ("JSON: text after it", "text after the end of the JSON value"),
    ("JSON: word", "expected true, false or null"),
    ("JSON: array", "expected a comma or ]"),
    ("JSON: object", "expected a comma or }"),
    ("JSON: key", "expected a key in double quotes"),
    ("JSON: colon", "expected a colon after the key"),
    ("JSON: value", "expected a value"),
    ("JSON: number", "a number that JSON does not have"),
    ("JSON: escape", "an escape that JSON does not have"),
    ("JSON: control character", "a line break or control character inside a string"),
  ]
}
