import Glibc
import JamServer
import Testing

/// Runs the `jamboree` program that was built with these tests.
struct CommandRun {
  let exitCode: Int32
  let output: String
  let errors: String

  init(_ arguments: [String], in folder: TemporaryFolder) throws {
    let quoted = arguments.map { "'" + $0.split(separator: "'").joined(separator: "'\\''") + "'" }
    try self.init(script: "\"$0\" \(quoted.joined(separator: " "))", in: folder)
  }

  /// Runs a shell script in the folder; the program is its `$0`.
  init(script: String, in folder: TemporaryFolder) throws {
    _ = try folder.write(".script", script)
    let program = try CommandRun.program()
    let line = "cd '\(folder.path)' && sh -c \"$(cat .script)\" '\(program)'"
    let status = unsafe system(
      "( \(line) ) >'\(folder.path)/.out' 2>'\(folder.path)/.err' </dev/null")
    exitCode = status & 0x7F == 0 ? status >> 8 & 0xFF : -1
    output = try String(decoding: folder.read(".out"), as: UTF8.self)
    errors = try String(decoding: folder.read(".err"), as: UTF8.self)
  }

  /// It lies beside the test runner.
  private static func program() throws -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    try #require(count > 0)
    let runner = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    let folder = try #require(runner.lastIndex(of: "/").map { runner[..<$0] })
    return folder + "/jamboree"
  }
}

@Suite("Commands")
struct CommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: String...) throws -> CommandRun {
    try CommandRun(arguments, in: folder)
  }

  @Test func tokenPrintsTheTokenAlone() throws {
    _ = try SigningKey.load(dataDirectory: folder.path + "/d")
    let run = try run(
      "token", "--data", "d", "--sub", "ada", "--name", "Ада", "--role", "facilitator", "--jam",
      "demo", "--room", "one", "--expires", "1h")
    #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)")
    #expect(run.output.hasSuffix("\n"))
    let now = Int64(time(nil))
    let key = try SigningKey.load(dataDirectory: folder.path + "/d")
    let claims = try Tokens.check(String(run.output.dropLast()), key: key, now: now)
    #expect(claims.subject == "ada" && claims.name == "Ада" && claims.role == .facilitator)
    #expect(claims.jam.description == "demo" && claims.room?.description == "one")
    #expect(try (now + 3540...now + 3600).contains(#require(claims.expiresAt)))
  }

  @Test func aTokenLastsTwoDaysUnlessToldOtherwise() throws {
    let run = try run(
      "token", "--data", "d", "--create", "--sub", "b", "--role", "bot", "--jam", "demo")
    let now = Int64(time(nil))
    let key = try SigningKey.load(dataDirectory: folder.path + "/d")
    let claims = try Tokens.check(String(run.output.dropLast()), key: key, now: now)
    #expect(try (now + 172_740...now + 172_800).contains(#require(claims.expiresAt)))
    #expect(claims.room == nil)
  }

  @Test func wrongUsageHasItsOwnCodeAndPrintsNoToken() throws {
    let good = ["token", "--data", "d", "--sub", "b", "--role", "bot", "--jam", "demo"]
    for extra in [["--role", "admin"], ["--jam", "Demo"], ["--expires", "soon"], ["--frob"]] {
      let run = try CommandRun(good + extra, in: folder)
      #expect(run.exitCode == 64 && run.output.isEmpty)
      #expect(run.errors.hasPrefix("Error: ") && run.errors.contains(extra[0]))
    }
    let run = try run("token", "--sub", "b", "--role", "bot")
    #expect(run.exitCode == 64 && run.errors.contains("--jam"))
  }

  @Test func aKeyThatOthersCanReadIsNamed() throws {
    let arguments = ["token", "--data", "d", "--sub", "b", "--role", "bot", "--jam", "demo"]
    _ = try SigningKey.load(dataDirectory: folder.path + "/d")
    #expect(unsafe chmod(folder.path + "/d/keys/signing.key", 0o644) == 0)
    let run = try CommandRun(arguments, in: folder)
    #expect(run.exitCode == 1 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: d/keys/signing.key: has mode 0644"))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test func aKeyIsMadeOnRequestOnlyAndSaid() throws {
    let arguments = ["token", "--data", "d", "--sub", "b", "--role", "bot", "--jam", "demo"]
    let wrong = try CommandRun(arguments, in: folder)
    #expect(wrong.exitCode == 1 && wrong.output.isEmpty)
    #expect(wrong.errors.hasPrefix("Error: the data folder d does not exist; "))
    #expect(wrong.errors.split(separator: "\n").count == 1)
    #expect(unsafe access(folder.path + "/d", F_OK) != 0)
    #expect(unsafe mkdir(folder.path + "/d", 0o700) == 0)
    let empty = try CommandRun(arguments, in: folder)
    #expect(empty.errors.hasPrefix("Error: the data folder d holds no signing key "))
    #expect(unsafe access(folder.path + "/d/keys", F_OK) != 0)
    #expect(unsafe rmdir(folder.path + "/d") == 0)
    let made = try CommandRun(arguments + ["--create"], in: folder)
    #expect(made.exitCode == 0 && made.output.split(separator: ".").count == 3)
    #expect(
      made.errors == "created the folder d\ncreated the signing key d/keys/signing.key\n")
    // Once it is there nothing is made, nor said.
    let again = try CommandRun(arguments + ["--create"], in: folder)
    #expect(again.exitCode == 0 && again.errors.isEmpty)
    _ = try folder.write("file", "")
    let file = try run(
      "token", "--data", "file", "--create", "--sub", "b", "--role", "bot", "--jam", "demo")
    #expect(file.exitCode == 1 && file.errors == "Error: file: is no folder\n")
  }

  @Test func outputThatCannotBeWrittenFails() throws {
    _ = try folder.write("good.toml", "port = 9000\n")
    let full = try CommandRun(script: "\"$0\" check-config good.toml >/dev/full", in: folder)
    #expect(full.exitCode == 1)
    #expect(
      full.errors == "Error: cannot write to standard output: No space left on device\n")
    // A pipe whose reader has gone for sure: opened for both, then only for writing. That says
    // nothing, and is a failure all the same.
    let closed = try CommandRun(
      script: """
        mkfifo pipe && exec 3<>pipe 4>pipe 3<&- || exit 9
        trap '' PIPE
        "$0" check-config good.toml >&4
        """, in: folder)
    #expect(closed.exitCode == 1)
    #expect(closed.errors.isEmpty)
  }

  @Test func aPipeInTheFilesPlaceHoldsNobodyUp() throws {
    #expect(unsafe mkfifo(folder.path + "/hub.toml", 0o600) == 0)
    let run = try run("check-config", "hub.toml")
    #expect(run.exitCode == 1 && run.errors == "hub.toml: is no regular file\n")
  }

  @Test func checkConfigNamesFileLineAndReason() throws {
    _ = try folder.write("good.toml", "port = 9000\n")
    _ = try folder.write("bad.json", "{\"prot\": 1,\n\"port\": \"x\"}")
    let good = try run("check-config", "good.toml")
    #expect(good.exitCode == 0 && good.output == "good.toml: ok\n" && good.errors.isEmpty)
    let bad = try run("check-config", "bad.json")
    #expect(bad.exitCode == 1 && bad.output.isEmpty)
    #expect(
      bad.errors == """
        bad.json:1: unknown key "prot"; did you mean "port"?
        bad.json:2: "port" must be a whole number from 0 to 65535, not "x"

        """)
  }

  @Test func serveRefusesSettingsBeforeItTouchesAnything() throws {
    let typed = try run("serve", "--data", "d", "--port", "70000", "--rooms", "0")
    #expect(typed.exitCode == 64)
    #expect(
      typed.errors == """
        Error: --port must be a whole number from 0 to 65535, not 70000
        Error: --rooms must be a whole number from 1 to 1000000, not 0

        """)
    _ = try folder.write("bad.toml", "[limits]\nroms = 1\n")
    let file = try run("serve", "--data", "d", "--config", "bad.toml")
    #expect(file.exitCode == 1)
    #expect(
      file.errors == "Error: bad.toml:2: unknown key \"limits.roms\"; did you mean "
        + "\"limits.rooms\"?\n")
    #expect(unsafe access(folder.path + "/d", F_OK) != 0)
  }

  @Test func serveExplainsEverySetting() throws {
    let help = try run("serve", "--help")
    #expect(help.exitCode == 0)
    let words = help.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let keys = try run("check-config", "--help").output
    for field in ConfigField.all {
      let isFlag = ["links", "tls-self-signed"].contains(field.option)
      let name = field.option
      let option = isFlag ? "--\(name)/--no-\(name) " : "--\(name) <"
      #expect(words.contains(option) && words.contains(field.help), "\(field.option)")
      #expect(keys.contains("\n\(field.key): "), "\(field.key)")
    }
    #expect(words.contains("TCP port to listen on; 0 for any free one. (default: 8080)"))
  }
}
