/// Why a byte sequence is not what it should be. Every case names the offset of the first bad byte,
/// so a log line is enough to find it in a captured message.
public enum DecodingError: Error, Equatable, Sendable {
  /// The value needs `needed` more bytes than there are.
  case truncated(offset: Int, needed: Int)
  /// A variable-length integer is larger than 2^53-1, the most that JavaScript can hold.
  case integerOutOfRange(offset: Int)
  case invalidUTF8(offset: Int)
  /// A tag, kind or count that the format does not have; `what` names it.
  case invalid(offset: Int, what: StaticStringName)
  /// Values are nested deeper than the reader's limit.
  case tooDeep(offset: Int)
}

/// A static name inside an error: comparable and free of allocation.
public struct StaticStringName: Equatable, Sendable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  private let text: StaticString
  public init(stringLiteral value: StaticString) { text = value }
  public var description: String { text.description }
  public static func == (left: Self, right: Self) -> Bool {
    left.description == right.description
  }
}
