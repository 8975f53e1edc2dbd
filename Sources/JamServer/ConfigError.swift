/// One thing that is wrong with a configuration.
public struct ConfigError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file as it was named; empty for the command line.
  public let file: String
  /// From 1; 0 where the problem has no line (the file cannot be read, the command line).
  public let line: Int
  /// What is wrong, with the key's name in it.
  public let reason: String

  public init(file: String = "", line: Int = 0, reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  /// `FILE:LINE: reason`.
  public var description: String {
    if file.isEmpty { return reason }
    return line > 0 ? "\(file):\(line): \(reason)" : "\(file): \(reason)"
  }
}

/// All that is wrong with a configuration, in the order of the lines; never empty.
public struct ConfigErrors: Error, Equatable, Sendable, CustomStringConvertible {
  public let all: [ConfigError]
  public init(_ all: [ConfigError]) { self.all = all }
  /// One line per problem.
  public var description: String { all.map(\.description).joined(separator: "\n") }
}
