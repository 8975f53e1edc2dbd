import ArgumentParser
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
      VerifyCommand.self, DocCommand.self,
    ])
}
