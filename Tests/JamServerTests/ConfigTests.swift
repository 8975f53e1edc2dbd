import Testing

@testable import JamServer

@Suite("HubConfig")
struct ConfigTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func everySettingIsReadFromBothFormats() throws {
    let toml = """
      bind = "::1"
      port = 0
      port-file = "p"
      data = "d"
      jams = ["one", "two"]
      shards = 3
      log-level = "warning"
      allowed-origins = ["https://a.example"]
      links = true
      web = "w"
      tls-cert = "c"
      tls-key = "k"
      tls-self-signed = false
      [limits]
      message-bytes = 0x10_000
      head-bytes = "4 KiB"
      handshake-seconds = 1
      ping-seconds = 2
      connections = 3
      connections-per-address = 4
      rooms = 5
      room-members = 6
      room-boards = 7
      board-bytes = "1MiB"
      reader-backlog-bytes = 65536
      room-backlog-bytes = "65536"
      [saving]
      gather-ms = 0
      gather-bytes = 1
      """
    let json = """
      {"bind":"::1","port":0,"port-file":"p","data":"d","jams":["one","two"],"shards":3,
      "log-level":"warning","allowed-origins":["https://a.example"],"links":true,"web":"w",
      "tls-cert":"c","tls-key":"k","tls-self-signed":false,
      "limits":{"message-bytes":65536,"head-bytes":"4 KiB","handshake-seconds":1,"ping-seconds":2,
      "connections":3,"connections-per-address":4,"rooms":5,"room-members":6,"room-boards":7,
      "board-bytes":"1MiB","reader-backlog-bytes":65536,"room-backlog-bytes":65536},
      "saving":{"gather-ms":0,"gather-bytes":1}}
      """
    let config = try HubConfig.load(path: folder.write("a.toml", toml))
    #expect(try HubConfig.load(path: folder.write("a.json", json)) == config)
    #expect(config.bindAddress == "::1" && config.port == 0 && config.portFile == "p")
    #expect(config.dataDirectory == "d" && config.jams.map(\.description) == ["one", "two"])
    #expect(config.shards == 3 && config.logLevel == .warning)
    #expect(config.allowedOrigins == ["https://a.example"])
    #expect(config.printsLinks && config.webDirectory == "w")
    #expect(config.tlsCertificate == "c" && config.tlsKey == "k" && !config.tlsSelfSigned)
    let limits = config.limits
    #expect(limits.messageBytes == 65536 && limits.headBytes == 4096)
    #expect(limits.handshakeSeconds == 1 && limits.pingSeconds == 2 && limits.connections == 3)
    #expect(limits.connectionsPerAddress == 4 && limits.rooms == 5 && limits.roomMembers == 6)
    #expect(limits.roomBoards == 7 && limits.boardBytes == 1 << 20)
    #expect(limits.readerBacklogBytes == 65536 && limits.roomBacklogBytes == 65536)
    #expect(config.saving.gatherMilliseconds == 0 && config.saving.gatherBytes == 1)
    let count = toml.split(separator: "\n").count { $0.contains("=") }
    #expect(ConfigField.all.count == count, "a setting is missing here")
  }

  @Test func theDefaultsFitTheirRanges() throws {
    let config = HubConfig()
    #expect(config.contradictions.isEmpty)
    #expect(config.jams.map(\.description) == ["demo"])
    let given = ConfigField.all.filter { !$0.standard.isEmpty && $0.option != "allowed-origin" }
    let overrides = given.map { ConfigOverride($0.option, [$0.standard]) }
    #expect(try HubConfig.load(path: nil, overrides: overrides) == config)
    #expect(Set(ConfigField.all.map(\.option)).count == ConfigField.all.count)
  }

  @Test func theCommandLineOverridesTheFile() throws {
    let file = try folder.write("a.toml", "port = 1\njams = ['a']\nshards = 2\n")
    let config = try HubConfig.load(
      path: file,
      overrides: [ConfigOverride("port", ["9000"]), ConfigOverride("jam", ["b", "c"])])
    #expect(config.port == 9000 && config.shards == 2)
    #expect(config.jams.map(\.description) == ["b", "c"])
  }

  @Test func aContradictionSaysWhereBothValuesAreFrom() throws {
    let text = "\n[limits]\nmessage-bytes = '2 MiB'\nboard-bytes = '3 MiB'\n"
    let file = try folder.write("a.toml", text)
    for (options, problem) in [
      (
        [("board-bytes", "1 MiB")],
        "\(file):3: \"limits.message-bytes\" (line 3: 2 MiB) must not be larger than "
          + "--board-bytes (1 MiB)"
      ),
      (
        [("message-bytes", "4 MiB")],
        "\(file):4: --message-bytes (4 MiB) must not be larger than \"limits.board-bytes\" "
          + "(line 4: 3 MiB)"
      ),
      (
        [("message-bytes", "2 MiB"), ("board-bytes", "1 MiB")],
        "--message-bytes (2 MiB) must not be larger than --board-bytes (1 MiB)"
      ),
    ] {
      let overrides = options.map { ConfigOverride($0.0, [$0.1]) }
      let errors = #expect(throws: ConfigErrors.self) {
        try HubConfig.load(path: file, overrides: overrides)
      }
      #expect(errors?.description == problem)
    }
    let errors = #expect(throws: ConfigErrors.self) {
      try HubConfig.load(path: nil, overrides: [ConfigOverride("board-bytes", ["1 MiB"])])
    }
    #expect(
      errors?.description
        == "\"limits.message-bytes\" (default: 16 MiB) must not be larger than --board-bytes "
        + "(1 MiB)")
  }

  @Test func commandLineProblemsNameTheOption() throws {
    let file = try folder.write("a.toml", "prt = 1\n")
    let errors = #expect(throws: ConfigErrors.self) {
      try HubConfig.load(
        path: file,
        overrides: [
          ConfigOverride("port", ["http"]), ConfigOverride("jam", ["../x"]),
          ConfigOverride("message-bytes", ["1"]), ConfigOverride("prt", ["1"]),
        ])
    }
    #expect(
      errors?.all.map(\.description) == [
        "\(file):1: unknown key \"prt\"; did you mean \"port\"?",
        "--port must be a whole number from 0 to 65535, not \"http\"",
        "--jam must be a list of ids (1 to 64 of a-z, 0-9, - and _); \"../x\" is none",
        "--message-bytes must be a size from 1 KiB to 32 MiB, such as 65536 or \"64 KiB\", "
          + "not \"1\"",
        "unknown option --prt",
      ])
  }
}
