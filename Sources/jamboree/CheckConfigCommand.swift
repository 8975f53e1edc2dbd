import ArgumentParser
import JamServer

/// `jamboree check-config`: says whether a configuration file is right, and if not, all of why.
struct CheckConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Check a configuration file.",
    discussion: """
      Prints "FILE: ok", or one line for every problem on standard error (FILE:LINE: reason) and \
      ends with exit code 1. A "limits.rooms" below is the key "rooms" in the table (TOML) or \
      object (JSON) "limits". Sizes are bytes, or texts such as "64 KiB". The keys:

      \(ConfigField.all.map(Self.line).joined(separator: "\n"))
      \(JamTitles.help)
      """)

  @Argument(help: "A .toml or .json file.")
  var file: String

  func run() throws {
    let settings: HubConfig
    do throws(ConfigErrors) { settings = try HubConfig.load(path: file) } catch {
      for problem in error.all { Console.complain(problem.description) }
      throw ExitCode.failure
    }
    do throws(HubError) { try TLSFiles.check(settings) } catch {
      Console.complain("\(VisibleText.escaped(file)): \(error)")
      throw ExitCode.failure
    }
    Console.print("\(VisibleText.escaped(file)): ok")
  }

  private static func line(_ field: ConfigField) -> String {
    let standard = field.standard.isEmpty ? "" : " (default: \(field.standard))"
    return "\(field.key): \(field.isList ? "List. " : "")\(field.help)\(standard)"
  }
}
