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
  public var lost: Loss
  /// What is taken in its place, as a noun phrase; empty where nothing is.
  public var instead: String

  /// What a damage costs. There is no default: who reports a damage says what is known of it, and
  /// only who looked may say `nothing`.
  public enum Loss: Equatable, Sendable, CustomStringConvertible {
    case nothing
    case unknown
    /// What, as a noun phrase.
    case known(String)

    /// As a log shows it.
    public var description: String {
      switch self {
      case .nothing: "nothing"
      case .unknown: "unknown"
      case .known(let what): what
      }
    }
  }

  public init(
    file: String, range: Range<Int>, reason: String, lost: Loss, instead: String = ""
  ) {
    self.file = file
    self.range = range
    self.reason = reason
    self.lost = lost
    self.instead = instead
  }

  /// `FILE, bytes 72 to 132: wrong checksum; lost: the whole segment`. The last byte is included.
  public var description: String {
    let place = range.isEmpty ? "" : ", bytes \(range.lowerBound) to \(range.upperBound - 1)"
    var clauses = [reason]
    switch lost {
    case .nothing: clauses.append("nothing is lost")
    case .unknown: clauses.append("what is lost is not known")
    case .known(let what): clauses.append("lost: \(what)")
    }
    if !instead.isEmpty { clauses.append("taken instead: \(instead)") }
    return "\(file)\(place): \(clauses.joined(separator: "; "))"
  }
}

extension Damage {
  /// What `error` says of a file of `size` bytes. The file is named once, whatever the error says.
  init(
    _ error: StorageError, file: String, size: Int = 0, lost: Loss, instead: String = ""
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
      lost: .known("\(room), sequences \(range.lowerBound) to \(range.upperBound)"))
  }

  /// Records that the recording lacks; snapshots were written after them. Those have what the
  /// records changed, unless a full disk had refused them before a crash.
  static func missingRecording(_ range: ClosedRange<UInt64>, in folder: String) -> Damage {
    Damage(
      file: folder, range: 0..<0, reason: "lacks records",
      lost: .known(
        "the recording of sequences \(range.lowerBound) to \(range.upperBound) (the boards' files "
          + "are good, and newer)"))
  }

  /// A history file that is gone, with the records that are nowhere else.
  static func missingRecording(_ range: ClosedRange<UInt64>, file: String) -> Damage {
    Damage(
      file: file, range: 0..<0, reason: "is missing",
      lost: .known("the recording of sequences \(range.lowerBound) to \(range.upperBound)"))
  }
}

extension Damage.Loss {
  /// Of a bad stretch of a history file. What is then still missing is reported with sequences.
  static let batch = known("the records in these bytes, unless history or log have them again")
}
