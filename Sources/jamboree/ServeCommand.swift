import ArgumentParser
import JamServer

/// `jamboree serve`: runs the hub until it is told to stop.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run the hub.",
    discussion: """
      Every option can also stand in a configuration file (see "jamboree help check-config"); what \
      is given here goes before the file. Ctrl-C ends the hub cleanly: nothing is lost.
      """)

  @Option(help: ArgumentHelp("A .toml or .json file with settings.", valueName: "file"))
  var config: String?

  @Flag(inversion: .prefixedNo, help: help("links", "")) var links: Bool?

  @Flag(inversion: .prefixedNo, help: help("tls-self-signed", "")) var tlsSelfSigned: Bool?
  @Option(help: help("tls-cert", "file")) var tlsCert: String?
  @Option(help: help("tls-key", "file")) var tlsKey: String?

  @Option(help: help("bind", "address")) var bind: String?
  @Option(help: help("port", "number")) var port: String?
  @Option(help: help("port-file", "file")) var portFile: String?
  @Option(help: help("data", "folder")) var data: String?
  @Option(help: help("web", "folder")) var web: String?
  @Option(help: help("jam", "id")) var jam: [String] = []
  @Option(help: help("shards", "number")) var shards: String?
  @Option(help: help("log-level", "level")) var logLevel: String?
  @Option(help: help("allowed-origin", "origin")) var allowedOrigin: [String] = []
  @Option(help: help("message-bytes", "size")) var messageBytes: String?
  @Option(help: help("head-bytes", "size")) var headBytes: String?
  @Option(help: help("handshake-seconds", "number")) var handshakeSeconds: String?
  @Option(help: help("ping-seconds", "number")) var pingSeconds: String?
  @Option(help: help("connections", "number")) var connections: String?
  @Option(help: help("connections-per-address", "number")) var connectionsPerAddress: String?
  @Option(help: help("rooms", "number")) var rooms: String?
  @Option(help: help("room-members", "number")) var roomMembers: String?
  @Option(help: help("room-boards", "number")) var roomBoards: String?
  @Option(help: help("board-bytes", "size")) var boardBytes: String?
  @Option(help: help("reader-backlog-bytes", "size")) var readerBacklogBytes: String?
  @Option(help: help("room-backlog-bytes", "size")) var roomBacklogBytes: String?
  @Option(help: help("gather-ms", "number")) var gatherMs: String?
  @Option(help: help("gather-bytes", "size")) var gatherBytes: String?

  func run() throws {
    let settings: HubConfig
    do throws(ConfigErrors) {
      settings = try HubConfig.load(path: config, overrides: overrides)
    } catch {
      for problem in error.all { Console.complain("Error: \(problem)") }
      // Who mistyped an option gets the code for that, whatever else is wrong.
      throw error.all.contains { $0.file.isEmpty } ? ExitCode.validationFailure : ExitCode.failure
    }
    try runHub(settings)
  }

  /// What was given on the command line.
  private var overrides: [ConfigOverride] {
    let single: [(String, String?)] = [
      ("bind", bind), ("port", port), ("port-file", portFile), ("data", data), ("web", web),
      ("shards", shards), ("log-level", logLevel), ("message-bytes", messageBytes),
      ("head-bytes", headBytes), ("handshake-seconds", handshakeSeconds),
      ("ping-seconds", pingSeconds),
      ("connections", connections), ("connections-per-address", connectionsPerAddress),
      ("rooms", rooms), ("room-members", roomMembers), ("room-boards", roomBoards),
      ("board-bytes", boardBytes), ("reader-backlog-bytes", readerBacklogBytes),
      ("room-backlog-bytes", roomBacklogBytes), ("gather-ms", gatherMs),
      ("gather-bytes", gatherBytes), ("tls-cert", tlsCert), ("tls-key", tlsKey),
    ]
    let given = single.compactMap { option, value in value.map { ConfigOverride(option, [$0]) } }
    let lists = [("jam", jam), ("allowed-origin", allowedOrigin)].filter { !$0.1.isEmpty }
    let flags = [("links", links), ("tls-self-signed", tlsSelfSigned)]
      .compactMap { option, flag in flag.map { ConfigOverride(option, ["\($0)"]) } }
    return given + flags + lists.map { ConfigOverride($0.0, $0.1) }
  }

  /// The option's help from the table of settings.
  private static func help(_ option: String, _ valueName: String) -> ArgumentHelp {
    guard let field = ConfigField.all.first(where: { $0.option == option }) else { return "" }
    let standard = field.standard.isEmpty ? "" : " (default: \(field.standard))"
    let several = field.isList ? " Repeat for several." : ""
    return ArgumentHelp("\(field.help)\(several)\(standard)", valueName: valueName)
  }
}
