import ArgumentParser
import CSystem
import JamServer

/// The command line. One subcommand a file.
@main
struct Jamboree: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jamboree",
    abstract: "A self-hosted real-time collaboration hub for creative jams.",
    version: jamboreeVersion,
    subcommands: [
      ServeCommand.self, TokenCommand.self, CheckConfigCommand.self, InspectCommand.self,
      VerifyCommand.self, ReplayCommand.self, DocCommand.self, BenchCommand.self,
    ])

  /// Like the library's own, but for errors: what they quote, a path or an argument, stays on its
  /// line and steers no terminal.
  static func main() {
    csys_keep_heaps()
    var isRunning = false
    do {
      var command = try parseAsRoot()
      isRunning = true
      try command.run()
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code.isSuccess || message.isEmpty { exit(withError: error) }
      if isRunning, code == .failure {
        Console.complain(message)
      } else {
        for line in lines(ofUsage: message) { Console.complain(String(line)) }
      }
      exit(withError: code)
    }
  }

  /// A complaint about arguments goes on with the usage, so only what was given is made one line.
  private static func lines(ofUsage message: String) -> [Substring] {
    var message = message
    for argument in CommandLine.arguments where argument.contains(where: \.isNewline) {
      message.replace(argument, with: VisibleText.escaped(argument))
    }
    return message.split(separator: "\n", omittingEmptySubsequences: false)
  }
}
