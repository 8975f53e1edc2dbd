import Glibc
import Lib0
import TOMLKit

/// A configuration file as read: its settings as paths and values, each with its line.
struct ConfigFile {
  struct Entry {
    var path: [String]
    var value: ConfigValue
    var line: Int
  }

  let name: String
  private(set) var entries: [Entry] = []
  /// Keys that come twice (JSON; in TOML the parser refuses them).
  private(set) var repeated: [(path: [String], line: Int)] = []
  private let keys: ConfigKeyScanner

  private static let byteLimit = 1 << 20

  /// Reads `.toml` or `.json` by the name's ending.
  init(path: String) throws(ConfigErrors) {
    let isTOML = path.hasSuffix(".toml")
    guard isTOML || path.hasSuffix(".json") else {
      throw ConfigErrors([ConfigError(file: path, reason: "the name must end in .toml or .json")])
    }
    name = path
    let text = try ConfigFile.text(of: path)
    if isTOML {
      let table = try ConfigFile.table(text, path)
      keys = .toml(text)
      flatten(table, under: [])
    } else {
      let object = try ConfigFile.object(text, path)
      keys = .json(text)
      flatten(object, under: [])
      var seen: Set<[String]> = []
      repeated = keys.keys.filter { !seen.insert($0.path).inserted }
    }
  }

  func line(of path: [String]) -> Int { keys.line(of: path) }

  // MARK: Text

  private static func text(of path: String) throws(ConfigErrors) -> String {
    let fail = { (line: Int, reason: String) in
      ConfigErrors([ConfigError(file: path, line: line, reason: reason)])
    }
    // O_NONBLOCK: a pipe in the file's place must not hold us up.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      throw fail(0, "cannot open: \(unsafe String(cString: strerror(errno)))")
    }
    defer { _ = close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw fail(0, "is no regular file")
    }
    var bytes = [UInt8](repeating: 0, count: byteLimit + 1)
    var count = 0
    while count < bytes.count {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe read(file, buffer.baseAddress.map { unsafe $0 + count }, buffer.count - count)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else {
        throw fail(0, "cannot read: \(unsafe String(cString: strerror(errno)))")
      }
      if got == 0 { break }
      count += got
    }
    guard count <= byteLimit else { throw fail(0, "is larger than \(ByteCount.text(byteLimit))") }
    bytes.removeLast(bytes.count - count)
    // What some editors put in front of UTF-8 text.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw fail(lineOfBadUTF8(bytes), "is no UTF-8 text")
    }
    if let zero = bytes.firstIndex(of: 0) {
      throw fail(ConfigFile.line(at: zero, in: bytes), "holds a NUL character")
    }
    return text
  }

  private static func line(at offset: Int, in bytes: some Collection<UInt8>) -> Int {
    bytes.prefix(offset).reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
  }

  /// UTF-8 never spans a line's end, so the first line that is bad by itself is the one.
  private static func lineOfBadUTF8(_ bytes: [UInt8]) -> Int {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
    return (bad ?? 0) + 1
  }

  // MARK: TOML

  private static func table(_ text: String, _ path: String) throws(ConfigErrors) -> TOMLTable {
    // toml++ bounds the nesting of values, but a dotted key nests tables without a bound, and it
    // frees them by recursion. A key lies on one line.
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if let deep = lines.firstIndex(where: { $0.count { $0 == UInt8(ascii: ".") } > 1000 }) {
      throw ConfigErrors([
        ConfigError(file: path, line: deep + 1, reason: "TOML: more than 1000 dots on one line")
      ])
    }
    // And it ends the process where a table's header does not begin with a name, so it sees only
    // what comes before: an earlier mistake is told first.
    if let bad = ConfigKeyScanner.toml(text).namelessTable {
      _ = try parsed(String(decoding: text.utf8.prefix(bad.offset), as: UTF8.self), path)
      throw ConfigErrors([
        ConfigError(
          file: path, line: bad.line, reason: "TOML: expected the name of a table behind [")
      ])
    }
    return try parsed(text, path)
  }

  private static func parsed(_ text: String, _ path: String) throws(ConfigErrors) -> TOMLTable {
    do { return try TOMLTable(string: text) } catch let error as TOMLParseError {
      let reason = error.description.split(separator: "\n").joined(separator: " ")
      throw ConfigErrors([
        ConfigError(file: path, line: error.source.begin.line, reason: "TOML: \(reason)")
      ])
    } catch { throw ConfigErrors([ConfigError(file: path, reason: "TOML: cannot be read")]) }
  }

  private mutating func flatten(_ table: TOMLTable, under path: [String]) {
    for (key, value) in table {
      if let inner = value.table, !inner.isEmpty {
        flatten(inner, under: path + [key])
      } else {
        add(path + [key], ConfigFile.value(value))
      }
    }
  }

  private static func value(_ value: any TOMLValueConvertible) -> ConfigValue {
    switch value.type {
    case .string: value.string.map(ConfigValue.text) ?? .other("a string")
    case .int: value.int.map(ConfigValue.whole) ?? .other("a number")
    case .double: .other("a number with a fraction")
    case .bool: .flag(value.bool == true)
    case .array: .list((value.array ?? []).map { ConfigFile.value($0) })
    case .table: .table
    case .date, .time, .dateTime: .other("a date or time")
    }
  }

  // MARK: JSON

  private static func object(_ text: String, _ path: String) throws(ConfigErrors) -> ObjectValue {
    let bytes = Array(text.utf8)
    do throws(DecodingError) {
      if case .object(let object) = try JSON.parse(bytes.span, maxDepth: 16) { return object }
    } catch {
      let reason = if case .truncated = error { "the text ends too early" } else { error.reason }
      throw ConfigErrors([
        ConfigError(
          file: path, line: line(at: error.offset, in: bytes), reason: "not valid JSON: \(reason)")
      ])
    }
    throw ConfigErrors([
      ConfigError(file: path, line: 1, reason: "not valid: the JSON must be an object")
    ])
  }

  private mutating func flatten(_ object: ObjectValue, under path: [String]) {
    for entry in object.entries {
      if let inner = entry.value.objectValue, !inner.isEmpty {
        flatten(inner, under: path + [entry.key])
      } else {
        add(path + [entry.key], ConfigFile.value(entry.value))
      }
    }
  }

  private static func value(_ value: AnyValue) -> ConfigValue {
    switch value {
    case .string(let text): .text(text)
    case .number(let number):
      Int(exactly: number).map(ConfigValue.whole) ?? .other("a number with a fraction")
    case .array(let values): .list(values.map { ConfigFile.value($0) })
    case .object: .table
    case .bool(let flag): .flag(flag)
    case .null, .undefined, .bigInt, .bytes: .other("null")
    }
  }

  private mutating func add(_ path: [String], _ value: ConfigValue) {
    entries.append(Entry(path: path, value: value, line: keys.line(of: path)))
  }
}
