/// Why a value cannot be written so that JavaScript reads it back. The column is left as it was.
public enum EncodingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The number that would be written is over 2^53-1. `index` counts the values of the column
  /// from 0.
  case integerOutOfRange(index: UInt64)

  public var description: String {
    switch self {
    case .integerOutOfRange(let index): "value \(index): an integer over 2^53-1"
    }
  }
}
