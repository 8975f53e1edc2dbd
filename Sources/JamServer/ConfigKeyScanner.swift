/// Finds the line of every key in a TOML or JSON text.
///
/// Neither parser keeps lines, and a message without one sends people searching. The text has been
/// parsed before, so this only has to step over values; on anything unexpected it stops, and keys
/// it has not seen get the line of the nearest table around them. Only headers of TOML tables are
/// looked at before, because the parser trusts what comes behind a `[`.
struct ConfigKeyScanner {
  private let bytes: [UInt8]
  private var offset = 0
  private var line = 1
  private(set) var keys: [(path: [String], line: Int)] = []
  /// The first `[` at the start of a statement that no name follows; nothing behind it was read.
  private(set) var namelessTable: (offset: Int, line: Int)?
  private var depth = 0
  /// Values nested deeper than any parser takes them.
  private static let depthLimit = 300

  private init(_ text: String) { bytes = Array(text.utf8) }

  static func toml(_ text: String) -> ConfigKeyScanner {
    var scanner = ConfigKeyScanner(text)
    scanner.statements()
    return scanner
  }

  static func json(_ text: String) -> ConfigKeyScanner {
    var scanner = ConfigKeyScanner(text)
    scanner.skipBlank()
    scanner.value(at: [])
    return scanner
  }

  /// The line of a key, or of the innermost table around it that was found; 1 for none.
  func line(of path: [String]) -> Int {
    for count in stride(from: path.count, to: 0, by: -1) {
      let part = path.prefix(count)
      if let key = keys.last(where: { $0.path.elementsEqual(part) }) { return key.line }
    }
    return 1
  }

  private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func skipBlank(newlines: Bool = true) {
    while let byte = current {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): offset += 1
      case UInt8(ascii: "\n") where newlines:
        line += 1
        offset += 1
      case UInt8(ascii: "#") where newlines: skipRest()
      default: return
      }
    }
  }

  /// To the end of the line, which stays.
  private mutating func skipRest() {
    while let byte = current, byte != UInt8(ascii: "\n") { offset += 1 }
  }

  private mutating func statements() {
    var table: [String] = []
    while true {
      skipBlank()
      guard current != nil else { return }
      let start = offset
      if take("[") {
        _ = take("[")
        while take(" ") || take("\t") {}
        guard beginsKey else {
          namelessTable = (start, line)
          return
        }
        table = keyPath()
        keys.append((table, line))
        skipRest()
      } else {
        guard pair(in: table) else { return }
      }
    }
  }

  /// Whether a key begins here, bare or quoted.
  private var beginsKey: Bool {
    guard let byte = current else { return false }
    return switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "\""), UInt8(ascii: "'"):
      true
    default: false
    }
  }

  private mutating func pair(in table: [String]) -> Bool {
    let start = line
    let key = keyPath()
    guard !key.isEmpty else { return false }
    keys.append((table + key, start))
    skipBlank()
    guard take("=") || take(":") else { return false }
    skipBlank(newlines: true)
    value(at: table + key)
    return true
  }

  /// Bare and quoted parts with dots between them.
  private mutating func keyPath() -> [String] {
    var path: [String] = []
    repeat {
      skipBlank(newlines: false)
      let start = offset
      if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") {
        string()
        path.append(String(decoding: bytes[start..<offset].dropFirst().dropLast(), as: UTF8.self))
      } else {
        while let byte = current, !" \t\r\n.=:]}#,".utf8.contains(byte) { offset += 1 }
        guard offset > start else { return path }
        path.append(String(decoding: bytes[start..<offset], as: UTF8.self))
      }
      skipBlank(newlines: false)
    } while take(".")
    return path
  }

  private mutating func value(at path: [String]) {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      offset = bytes.count
      return
    }
    if take("[") {
      items(until: "]") { scanner in
        scanner.value(at: path)
        return true
      }
    } else if take("{") {
      items(until: "}") { scanner in scanner.pair(in: path) }
    } else if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") {
      string()
    } else {
      while let byte = current, !",]}#\n".utf8.contains(byte) { offset += 1 }
    }
  }

  private mutating func items(
    until end: Unicode.Scalar, _ item: (inout ConfigKeyScanner) -> Bool
  ) {
    while true {
      skipBlank()
      if take(end) { return }
      let start = offset
      guard item(&self) else { return }
      skipBlank()
      _ = take(",")
      guard offset > start else { return }
    }
  }

  /// `"…"`, `'…'`, and TOML's three-quote forms, which may run over lines.
  private mutating func string() {
    guard let quote = current else { return }
    let isLong = bytes[offset...].prefix(3).elementsEqual([quote, quote, quote])
    offset += isLong ? 3 : 1
    while let byte = current {
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        offset = min(offset + 1, bytes.count)  // what follows is no end, but may be a line's end
      } else if byte == quote {
        guard isLong else {
          offset += 1
          return
        }
        if bytes[offset...].prefix(3).elementsEqual([quote, quote, quote]) {
          offset += 3
          while current == quote { offset += 1 }  // up to two quotes of the text itself
          return
        }
      }
      if current == UInt8(ascii: "\n") { line += 1 }
      offset = min(offset + 1, bytes.count)
    }
  }
}
