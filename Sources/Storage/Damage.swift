import Glibc

/// A stretch of a file whose bytes are not what was written, or a file that is missing, and what
/// that costs.
public struct Damage: Equatable, Sendable, CustomStringConvertible {
  /// Path of the file.
  public var file: String
  /// Bytes of the file; empty where the file itself is missing or unreadable.
  public var range: Range<Int>
  /// What is wrong, in words.
  public var reason: String
  /// What is lost, in words; empty if nothing is.
  public var lost: String
  /// What takes its place, as a clause; empty where nothing does.
  public var instead: String

  public init(
    file: String, range: Range<Int>, reason: String, lost: String = "", instead: String = ""
  ) {
    self.file = file
    self.range = range
    self.reason = reason
    self.lost = lost
    self.instead = instead
  }

  /// `FILE, bytes 72 to 132: wrong checksum; lost: the records in these bytes`.
  public var description: String {
    let place = range.isEmpty ? "" : ", bytes \(range.lowerBound) to \(range.upperBound - 1)"
    var clauses = [reason]
    if !lost.isEmpty { clauses.append("lost: \(lost)") }
    if !instead.isEmpty { clauses.append(instead) }
    if clauses.count == 1 { clauses.append("nothing is lost") }
    return "\(file)\(place): \(clauses.joined(separator: "; "))"
  }
}

extension Damage {
  /// What `error` says of a file of `size` bytes. The file is named once, whatever the error says.
  init(
    _ error: StorageError, file: String, size: Int = 0, lost: String = "", instead: String = ""
  ) {
    var range = 0..<0
    let reason: String
    switch error {
    case .damaged(_, let offset, let what):
      reason = what
      range = min(max(offset, 0), size)..<max(size, 0)
    case .notRegular: reason = "is no regular file"
    case .tooLarge(_, let bytes, let limit): reason = "has \(bytes) bytes, more than \(limit)"
    case .io(_, _, ELOOP): reason = "is a symbolic link"
    case .io(_, _, let code): reason = "cannot be read: \(errorText(code))"
    default: reason = "\(error)"
    }
    self.init(file: file, range: range, reason: reason, lost: lost, instead: instead)
  }

  static func missing(_ range: ClosedRange<UInt64>, of room: RoomID, in path: String) -> Damage {
    Damage(
      file: path, range: 0..<0, reason: "records are in neither history nor log",
      lost: "\(room), sequences \(range.lowerBound) to \(range.upperBound)")
  }
}
