/// A setting from the command line: the option's name without dashes, and its values in order.
public struct ConfigOverride: Equatable, Sendable {
  public var option: String
  public var values: [String]
  public init(_ option: String, _ values: [String]) {
    self.option = option
    self.values = values
  }
}

extension HubConfig {
  /// Reads a `.toml` or `.json` file over the defaults.
  ///
  /// - Throws: every problem at once, each with its line: unknown keys, wrong types, values out of
  ///   range, contradictions. A text that is no TOML or JSON has one problem.
  public static func load(path: String) throws(ConfigErrors) -> HubConfig {
    try load(path: path, overrides: [])
  }

  /// Reads the file, if any, then lays the command line over it; a list there replaces the file's.
  public static func load(
    path: String?, overrides: [ConfigOverride]
  ) throws(ConfigErrors) -> HubConfig {
    var config = HubConfig()
    var errors: [ConfigError] = []
    var lines: [[String]: Int] = [:]
    if let path {
      let file = try ConfigFile(path: path)
      config.apply(file, &errors)
      for entry in file.entries { lines[entry.path] = entry.line }
    }
    errors.sort { $0.line < $1.line }
    for override in overrides { config.apply(override, &errors) }
    // Contradictions among values that are wrong by themselves would only confuse.
    if errors.isEmpty {
      let given = Set(overrides.map(\.option))
      for (setting, bound) in config.contradictions {
        // What the command line replaced is no matter of the file any more.
        let places = [setting, bound].compactMap { side in
          given.contains(side.path.last ?? "") ? nil : lines[side.path]
        }
        let names = [setting, bound].map { Self.name(of: $0, given, lines) }
        errors.append(
          ConfigError(
            file: places.isEmpty ? "" : path ?? "", line: places.first ?? 0,
            reason: "\(names[0]) must not be larger than \(names[1])"))
      }
      // A jam that the command line leaves out may keep its title in the file.
      for (id, line) in JamTitles.ids(in: lines) where !given.contains("jam") {
        guard !config.jams.contains(where: { $0.description == id }) else { continue }
        let reason = "\"\(JamTitles.table).\(id)\" is the title of no jam (see \"jams\")"
        errors.append(ConfigError(file: path ?? "", line: line, reason: reason))
      }
      errors.sort { $0.line < $1.line }
      if let reason = config.tlsContradiction {
        let line = ["tls-cert", "tls-key", "tls-self-signed"].compactMap { lines[[$0]] }.first
        errors.append(
          ConfigError(file: line == nil ? "" : path ?? "", line: line ?? 0, reason: reason))
      }
    }
    guard errors.isEmpty else { throw ConfigErrors(errors) }
    return config
  }

  /// A setting with its value and where that is from: `"limits.rooms" (line 3: 5)`.
  private static func name(
    of setting: SizeSetting, _ given: Set<String>, _ lines: [[String]: Int]
  ) -> String {
    // Rounded, two sizes could look the same.
    let short = ByteCount.text(setting.bytes)
    let value = ByteCount.parse(short) == setting.bytes ? short : "\(setting.bytes) bytes"
    let key = setting.path.joined(separator: ".")
    if let option = setting.path.last, given.contains(option) { return "--\(option) (\(value))" }
    return "\"\(key)\" (\(lines[setting.path].map { "line \($0)" } ?? "default"): \(value))"
  }

  private mutating func apply(_ file: ConfigFile, _ errors: inout [ConfigError]) {
    for (path, line) in file.repeated {
      errors.append(
        ConfigError(
          file: file.name, line: line, reason: "\"\(path.joined(separator: "."))\" comes twice"))
    }
    for entry in file.entries {
      let reason: String? =
        if let field = ConfigField.all.first(where: { $0.path == entry.path }) {
          field.set(&self, entry.value).map { "\"\(field.key)\" \($0)" }
        } else if entry.path.first == JamTitles.table {
          JamTitles.set(&self, entry)
        } else {
          HubConfig.unknown(entry)
        }
      if let reason {
        errors.append(ConfigError(file: file.name, line: entry.line, reason: reason))
      }
    }
  }

  private mutating func apply(_ override: ConfigOverride, _ errors: inout [ConfigError]) {
    guard let field = ConfigField.all.first(where: { $0.option == override.option }) else {
      errors.append(ConfigError(reason: "unknown option --\(override.option)"))
      return
    }
    if let reason = field.set(&self, field.value(override.values)) {
      errors.append(ConfigError(reason: "--\(field.option) \(reason)"))
    }
  }

  /// What to say of a key that no setting has, with the nearest one that there is.
  private static func unknown(_ entry: ConfigFile.Entry) -> String? {
    let isTable = ConfigField.all.contains { $0.path.count > 1 && [$0.path[0]] == entry.path }
    if isTable {
      return entry.value == .table ? nil : "\"\(entry.path[0])\" must be a table"
    }
    let key = entry.path.joined(separator: ".")
    let name = ConfigValue.text(key).quoted
    let near = ConfigField.all.map { ($0.key, editDistance(key, $0.key)) }.min { $0.1 < $1.1 }
    guard let near, near.1 <= 2 else {
      // The right name in the wrong table is the other common mistake.
      guard let twin = ConfigField.all.first(where: { $0.path.last == entry.path.last }) else {
        return "unknown key \(name)"
      }
      return "unknown key \(name); did you mean \"\(twin.key)\"?"
    }
    return "unknown key \(name); did you mean \"\(near.0)\"?"
  }

  /// How many characters to insert, drop or change to get from one text to the other.
  private static func editDistance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left.utf8.prefix(80)), Array(right.utf8))
    var row = Array(0...right.count)
    for (index, byte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let change = diagonal + (byte == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(change, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
