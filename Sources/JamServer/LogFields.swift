internal import Logging
internal import Rooms
internal import Storage

extension Logger.Metadata {
  /// Fields of a log line as `key=value`. A value with anything but plain characters in it is
  /// quoted and escaped: people choose names, and none shall pass for another field or line.
  static func fields(_ fields: [String: String]) -> Logger.Metadata {
    fields.mapValues { .string(loggable($0)) }
  }

  /// What is wrong with a file and what that costs. `bytes` names the first and the last of them.
  static func fields(_ damage: Damage, room: RoomID? = nil) -> Logger.Metadata {
    var fields = ["file": damage.file, "reason": damage.reason]
    if let room { fields["room"] = "\(room)" }
    if !damage.range.isEmpty {
      fields["bytes"] = "\(damage.range.lowerBound)-\(damage.range.upperBound - 1)"
    }
    fields["lost"] = "\(damage.lost)"
    if !damage.instead.isEmpty { fields["instead"] = damage.instead }
    return .fields(fields)
  }

  /// What waits in a document, from which record on.
  static func fields(
    _ part: WaitingPart, of board: String, in room: RoomID, since sequence: UInt64
  ) -> Logger.Metadata {
    .fields([
      "room": "\(room)", "board": board, "structs": "\(part.structs)",
      "clients": "\(part.clients.count)", "deletions": "\(part.deletions)",
      "since": "\(sequence)",
    ])
  }

  private static func loggable(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_./:@+".contains(
        Character(scalar))
    }
    if isPlain, !text.isEmpty { return text }
    return VisibleText.quoted(String(text.unicodeScalars.prefix(512)))
  }
}
