internal import Logging
internal import Rooms
internal import Storage

extension Logger.Metadata {
  /// Fields of a log line as `key=value`. A value with anything but plain characters in it is
  /// quoted and escaped: people choose names, and none shall pass for another field or line.
  static func fields(_ fields: [String: String]) -> Logger.Metadata {
    fields.mapValues { .string(loggable($0)) }
  }

  /// What is wrong with a file and what that costs.
  static func fields(_ damage: Damage, room: RoomID? = nil) -> Logger.Metadata {
    var fields = ["file": damage.file, "reason": damage.reason]
    if let room { fields["room"] = "\(room)" }
    if !damage.range.isEmpty {
      fields["bytes"] = "\(damage.range.lowerBound)-\(damage.range.upperBound - 1)"
    }
    if !damage.lost.isEmpty { fields["lost"] = damage.lost }
    if !damage.instead.isEmpty { fields["instead"] = damage.instead }
    return .fields(fields)
  }

  private static func loggable(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_./:@+".contains(
        Character(scalar))
    }
    if isPlain, !text.isEmpty { return text }
    let scalars = text.unicodeScalars.prefix(512).map { scalar in
      switch scalar.properties.generalCategory {
      // What steers terminals, ends lines or turns the direction of text.
      case .control, .format, .lineSeparator, .paragraphSeparator:
        "\\u{\(String(scalar.value, radix: 16))}"
      default: scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : "\(scalar)"
      }
    }
    return "\"\(scalars.joined())\""
  }
}
