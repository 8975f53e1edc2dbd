public import Lib0

/// Why bytes are not an update, a state vector or a delete set: where, and what is wrong there.
///
/// Always the sender's fault. Nothing is applied of an update that does not decode whole.
public struct UpdateError: Error, Equatable, Sendable, CustomStringConvertible {
  public let cause: DecodingError

  public init(_ cause: DecodingError) { self.cause = cause }

  /// Offset of the first bad byte, counted from the start of the input.
  public var offset: Int {
    switch cause {
    case .truncated(let offset, _), .integerOutOfRange(let offset), .invalidUTF8(let offset),
      .invalid(let offset, _), .tooDeep(let offset):
      offset
    }
  }

  public var reason: String {
    switch cause {
    case .truncated: "the input ends too early"
    case .integerOutOfRange: "an integer over 2^53-1"
    case .invalidUTF8: "text that is not UTF-8"
    case .invalid(_, let what): what.description
    case .tooDeep: "values nested too deep"
    }
  }

  public var description: String { "byte \(offset): \(reason)" }
}
