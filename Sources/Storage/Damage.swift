/// A stretch of a file whose bytes are not what was written, and what that costs.
public struct Damage: Equatable, Sendable, CustomStringConvertible {
  /// Path of the file.
  public var file: String
  /// Bytes of the file; empty where the file itself is missing or unreadable.
  public var range: Range<Int>
  public var reason: String
  /// What is lost, in words; empty if nothing is.
  public var lost: String

  public init(file: String, range: Range<Int>, reason: String, lost: String = "") {
    self.file = file
    self.range = range
    self.reason = reason
    self.lost = lost
  }

  public var description: String {
    let place = range.isEmpty ? "" : " bytes \(range.lowerBound)..<\(range.upperBound)"
    return "\(file)\(place): \(reason)" + (lost.isEmpty ? "" : "; lost: \(lost)")
  }
}
