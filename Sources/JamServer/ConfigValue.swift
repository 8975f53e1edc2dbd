/// A value of a configuration file or of the command line, before it is known to fit.
enum ConfigValue: Equatable, Sendable {
  case text(String)
  case whole(Int)
  case flag(Bool)
  case list([ConfigValue])
  case table
  /// What no setting takes; the word is for the message.
  case other(String)

  /// The value as a message quotes it: short, and on one line.
  var quoted: String {
    switch self {
    case .text(let text): VisibleText.quoted(text.prefix(60))
    case .whole(let number): "\(number)"
    case .flag(let flag): "\(flag)"
    case .list: "a list"
    case .table: "a table"
    case .other(let word): word
    }
  }
}

/// Sizes as people write them.
public enum ByteCount {
  private static let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)]

  /// `64`, `64 KiB`, `16MiB`, `1 GiB`; `nil` for anything else and for what no Int holds.
  public static func parse(_ text: String) -> Int? {
    var digits = text[...]
    var shift = 0
    for (name, power) in units where text.hasSuffix(name) {
      digits = text.dropLast(name.count)
      if digits.last == " " { digits.removeLast() }
      shift = power
    }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let number = Int(digits), number <= Int.max >> shift
    else { return nil }
    return number << shift
  }

  /// `512 B`, `1.5 KiB`, `16 MiB`: at most one decimal, never more than four digits in front.
  public static func text(_ count: Int) -> String {
    guard count >= 1024 else { return "\(count) B" }
    var index = 0
    while index + 1 < units.count, count >= 1 << (units[index].1 + 10) { index += 1 }
    let (name, shift) = units[index]
    let tenths = ((count >> (shift - 10)) * 10) >> 10
    return tenths % 10 == 0 ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
  }
}
