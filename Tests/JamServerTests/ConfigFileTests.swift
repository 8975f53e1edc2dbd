import Storage
import TestSupport
import Testing

@testable import JamServer

/// What is said of files that are wrong.
@Suite("Configuration files")
struct ConfigFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    /// `line: reason`, in order; empty where the text is fine.
    var problems: [String]
    init(_ name: String, _ text: String, _ problems: [String]) {
      (self.name, self.text, self.problems) = (name, text, problems)
    }
    var testDescription: String { name }
  }

  static let toml: [Row] = [
    Row("empty", "", []),
    Row("comments only", "# nothing\n\n", []),
    Row(
      "unknown keys, several", "port = 1\nprot = 2\n[limits]\nfoo-bar-baz = 1\n",
      [
        "2: unknown key \"prot\"; did you mean \"port\"?", "4: unknown key \"limits.foo-bar-baz\"",
      ]),
    Row(
      "the wrong table", "rooms = 3\n", ["1: unknown key \"rooms\"; did you mean \"limits.rooms\"?"]
    ),
    Row(
      "a quoted key with a dot", "\"limits.rooms\" = 3\n",
      [
        "1: unknown key \"limits.rooms\"; did you mean \"limits.rooms\"?"
      ]),
    Row(
      "a dotted key", "\n\nlimits.rooms = 0\n",
      [
        "3: \"limits.rooms\" must be a whole number from 1 to 1000000, not 0"
      ]),
    Row(
      "an inline table over lines of arrays",
      "jams = [\n 'a', # one\n 'b',\n]\nlimits = { rooms = 5, room-boards = 'x' }\n",
      [
        "5: \"limits.room-boards\" must be a whole number from 1 to 65536, not \"x\""
      ]),
    Row(
      "wrong types", "port = \"8080\"\nbind = 3\njams = 'demo'\nshards = 1.5\ndata = true\n",
      [
        "1: \"port\" must be a whole number from 0 to 65535, not \"8080\"",
        "2: \"bind\" must be a numeric IPv4 or IPv6 address, not 3",
        "3: \"jams\" must be a list of ids (1 to 64 of a-z, 0-9, - and _), not \"demo\"",
        "4: \"shards\" must be a whole number from 0 to 256, not a number with a fraction",
        "5: \"data\" must be a path, not true",
      ]),
    Row(
      "both ends of a range",
      "port = 65536\n[limits]\nping-seconds = 0\nrooms = -9223372036854775808",
      [
        "1: \"port\" must be a whole number from 0 to 65535, not 65536",
        "3: \"limits.ping-seconds\" must be a whole number from 1 to 3600, not 0",
        "4: \"limits.rooms\" must be a whole number from 1 to 1000000, not -9223372036854775808",
      ]),
    Row(
      "a long string before", "data = \"\"\"\na\nb\"\"\"\nport = -1\n",
      [
        "4: \"port\" must be a whole number from 0 to 65535, not -1"
      ]),
    Row(
      "a key inside a string is none", "data = '''\nport = 1\n'''\nport = -1\n",
      [
        "4: \"port\" must be a whole number from 0 to 65535, not -1"
      ]),
    Row(
      "a date", "port = 2026-11-22\n",
      [
        "1: \"port\" must be a whole number from 0 to 65535, not a date or time"
      ]),
    Row(
      "a table for a value", "[port]\nx = 1\n",
      ["2: unknown key \"port.x\"; did you mean \"port\"?"]),
    Row("a value for a table", "limits = 3\n", ["1: \"limits\" must be a table"]),
    Row("an empty table", "[limits]\n", []),
    Row("an array of tables", "\n[[limits]]\nrooms = 3\n", ["2: \"limits\" must be a table"]),
    Row(
      "jams that are none", "jams = ['ok', 'No']\n",
      [
        "1: \"jams\" must be a list of ids (1 to 64 of a-z, 0-9, - and _); \"No\" is none"
      ]),
    Row("a jam twice", "jams = ['a', 'a']\n", ["1: \"jams\" has \"a\" twice"]),
    Row("titles", "jams = ['a', 'b']\n[titles]\nb = 'Бэ'\n", []),
    Row("no titles", "[titles]\n", []),
    Row(
      "titles that are none",
      "[titles]\ndemo = ' '\nnight = 'N'\nDemo = 'D'\ndemo2 = 3\ndemo3.x = 'x'\n",
      [
        "2: \"titles.demo\" is empty",
        "4: \"titles.Demo\": behind \"titles\" stands a jam's id (1 to 64 of a-z, 0-9, - and _)",
        "5: \"titles.demo2\" must be a title, not 3",
        "6: \"titles.demo3.x\": behind \"titles\" stands a jam's id (1 to 64 of a-z, 0-9, - and _)",
      ]),
    Row(
      "a title of a control character", "titles.demo = \"a\\tb\"\n",
      ["1: \"titles.demo\" holds a control character"]),
    Row(
      "a title of no jam", "\n[titles]\ndemo = 'Demo'\nnight = 'N'\n",
      ["4: \"titles.night\" is the title of no jam (see \"jams\")"]),
    Row(
      "one title for all", "titles = 'Demo'\n",
      ["1: \"titles\" must be a table of ids and titles"]),
    Row("no flag", "links = 'yes'\n", ["1: \"links\" must be true or false, not \"yes\""]),
    Row("no jam", "jams = []\n", ["1: \"jams\" must not be empty"]),
    Row(
      "a size of nothing", "[limits]\nmessage-bytes = '16 MB'\n",
      [
        "2: \"limits.message-bytes\" must be a size from 1 KiB to 32 MiB, such as 65536 or "
          + "\"64 KiB\", "
          + "not \"16 MB\""
      ]),
    Row(
      "sizes that cannot work", "[limits]\nmessage-bytes = '33 MiB'\nboard-bytes = '513 MiB'\n",
      [
        "2: \"limits.message-bytes\" must be a size from 1 KiB to 32 MiB, such as 65536 or "
          + "\"64 KiB\", not \"33 MiB\"",
        "3: \"limits.board-bytes\" must be a size from 64 KiB to 512 MiB, such as 65536 or "
          + "\"64 KiB\", not \"513 MiB\"",
      ]),
    Row(
      "a contradiction", "[limits]\n\nmessage-bytes = '32 MiB'\nboard-bytes = '31 MiB'\n",
      [
        "3: \"limits.message-bytes\" (line 3: 32 MiB) must not be larger than "
          + "\"limits.board-bytes\" (line 4: 31 MiB)"
      ]),
    Row(
      "a contradiction to a default", "\nlimits.board-bytes = '1 MiB'\n",
      [
        "2: \"limits.message-bytes\" (default: 16 MiB) must not be larger than "
          + "\"limits.board-bytes\" (line 2: 1 MiB)"
      ]),
    Row(
      "two contradictions",
      "[limits]\nroom-backlog-bytes = '2 MiB'\nboard-bytes = '2 MiB'\n"
        + "reader-backlog-bytes = '3 MiB'\nmessage-bytes = 2097153\n",
      [
        "4: \"limits.reader-backlog-bytes\" (line 4: 3 MiB) must not be larger than "
          + "\"limits.room-backlog-bytes\" (line 2: 2 MiB)",
        "5: \"limits.message-bytes\" (line 5: 2097153 bytes) must not be larger than "
          + "\"limits.board-bytes\" (line 3: 2 MiB)",
      ]),
    Row(
      "a byte order mark", "\u{FEFF}port = 1\nport-file = ''\n",
      ["2: \"port-file\" must be a path, not \"\""]),
    Row(
      "an origin with a path", "allowed-origins = ['https://a.example/x']\n",
      [
        "1: \"allowed-origins\" must be a list of origins (http://host[:port] or "
          + "https://host[:port], in lower case) or \"*\"; \"https://a.example/x\" is none"
      ]),
    Row(
      "a level", "log-level = 'loud'\n",
      [
        "1: \"log-level\" must be one of trace, debug, info, notice, warning, error, critical, "
          + "not \"loud\""
      ]),
    Row(
      "a terminal's escapes", "bind = \"\\u001b[31m\\n\"\n",
      [
        "1: \"bind\" must be a numeric IPv4 or IPv6 address, not \"\\u{1b}[31m\\u{a}\""
      ]),
  ]

  @Test(arguments: toml) func tomlProblems(_ row: Row) throws {
    #expect(try problems("hub.toml", row.text) == row.problems)
  }

  static let json: [Row] = [
    Row("empty object", "{}", []),
    Row(
      "several",
      "{\n  \"port\": 70000,\n  \"limits\": {\n    \"rooms\": \"7\",\n    \"x\": 1\n  }\n}",
      [
        "2: \"port\" must be a whole number from 0 to 65535, not 70000",
        "4: \"limits.rooms\" must be a whole number from 1 to 1000000, not \"7\"",
        "5: unknown key \"limits.x\"",
      ]),
    Row("a key twice", "{\n\"port\": 1,\n\"port\": 2\n}", ["3: \"port\" comes twice"]),
    Row(
      "null", "{\"port\":\n\nnull}",
      [
        "1: \"port\" must be a whole number from 0 to 65535, not null"
      ]),
    Row(
      "a fraction", "{\"port\": 1.5}",
      [
        "1: \"port\" must be a whole number from 0 to 65535, not a number with a fraction"
      ]),
    Row(
      "past an Int", "{\"port\": 1e300}",
      [
        "1: \"port\" must be a whole number from 0 to 65535, not a number with a fraction"
      ]),
    Row(
      "braces in a string", "{\"data\": \"{\\\"port\\\": 1,\\n}\",\n\"port\": -1}",
      [
        "2: \"port\" must be a whole number from 0 to 65535, not -1"
      ]),
    Row(
      "a contradiction",
      "{\"limits\": {\n\"reader-backlog-bytes\": \"2 MiB\",\n\n"
        + "\"room-backlog-bytes\": 1048576}}",
      [
        "2: \"limits.reader-backlog-bytes\" (line 2: 2 MiB) must not be larger than "
          + "\"limits.room-backlog-bytes\" (line 4: 1 MiB)"
      ]),
    Row(
      "a contradiction to a default", "{\n\"limits\": {\n\"room-backlog-bytes\": 65536}}",
      [
        "3: \"limits.reader-backlog-bytes\" (default: 1 MiB) must not be larger than "
          + "\"limits.room-backlog-bytes\" (line 3: 64 KiB)"
      ]),
    Row("a byte order mark", "\u{FEFF}{\"port\": 1}", []),
    Row(
      "a byte order mark and a mistake", "\u{FEFF}{\n\"port\": -1}",
      ["2: \"port\" must be a whole number from 0 to 65535, not -1"]),
    Row(
      "titles", "{\"titles\": {\n\"demo\": \"Демо\",\n\"night\": \"N\"}}",
      ["3: \"titles.night\" is the title of no jam (see \"jams\")"]),
    Row("a list", "[]", ["1: not valid: the JSON must be an object"]),
    Row("an empty list of jams", "{\"jams\":\n[]}", ["1: \"jams\" must not be empty"]),
  ]

  @Test(arguments: json) func jsonProblems(_ row: Row) throws {
    #expect(try problems("hub.json", row.text) == row.problems)
  }

  /// The parser would end the process.
  @Test(
    arguments: [
      "[é]", "[=a]", "[.a]", "[#a]", "[[é]]", "[[#a]]", "[[ [a]]]", "[\n]", "[\r\n]", "[\ra]",
      "[\u{FEFF}a]", "[", "[ ", "[[", "[]", "[[]]",
    ])
  func aTableWithoutANameHasItsLine(_ header: String) throws {
    let problem = "2: TOML: expected the name of a table behind ["
    #expect(try problems("hub.toml", "port = 1\n\(header)\n") == [problem])
    #expect(try problems("hub.toml", "port = 1\n\(header)") == [problem])
    #expect(try failure("hub.toml", "port =\n\(header)\n").map(\.line) == [1], "the first mistake")
    // Where no statement begins it is none.
    let text = "data = \"\"\"\n\(header)\n\"\"\"\nprt = 1\n"
    if !header.contains(where: \.isNewline) {
      #expect(try problems("hub.toml", text) == ["4: unknown key \"prt\"; did you mean \"port\"?"])
    }
  }

  @Test func textsThatAreNoneHaveOneProblemWithItsLine() throws {
    for (name, text, line) in [
      ("a.toml", "port = 1\nport = 2\n", 2), ("a.toml", "port = 1\n= 3\n", 2),
      ("a.toml", "a = 1\n[limits\n", 2), ("a.toml", "port = 99999999999999999999\n", 1),
      ("a.json", "{\n\"port\": 1,\n}", 3), ("a.json", "{\n\"port\" 1}", 2),
      ("a.json", "", 1), ("a.json", "{}\n{}", 2), ("a.json", "{\n\"a\": tru}", 2),
    ] {
      let errors = try failure(name, text)
      #expect(errors.map(\.line) == [line], "\(text)")
      #expect(errors.first?.reason.contains("\n") == false)
    }
  }

  @Test(
    arguments: [
      ("{\n\"port\": 1,\n}", "3: not valid JSON: expected a key in double quotes"),
      ("{\n\"port\" 1}", "2: not valid JSON: expected a colon after the key"),
      ("{\"port\": 1\n\"data\": 2}", "2: not valid JSON: expected a comma or }"),
      ("{\"jams\": [\n'a']}", "2: not valid JSON: expected a value"),
      (
        "{\"data\": \"a\n\"}",
        "1: not valid JSON: a line break or control character inside a string"
      ),
      ("{\n", "2: not valid JSON: expected a key in double quotes"),
      ("{\"port\":\n", "2: not valid JSON: the text ends too early"),
    ])
  func whatIsNoJSONIsASentence(_ text: String, _ problem: String) throws {
    #expect(try problems("hub.json", text) == [problem])
  }

  @Test func deepNestingIsRefusedBeforeItHurts() throws {
    for (name, text, line) in [
      ("a.toml", "\na" + String(repeating: ".a", count: 400_000) + " = 1\n", 2),
      ("a.toml", "[a" + String(repeating: ".a", count: 400_000) + "]\n", 1),
      ("a.toml", "a = " + String(repeating: "[", count: 900_000), 1),
      ("a.toml", String(repeating: "a={", count: 300_000), 1),
      ("a.json", String(repeating: "[", count: 900_000), 1),
      ("a.json", String(repeating: "{\"a\":", count: 150_000), 1),
    ] {
      #expect(try failure(name, text).map(\.line) == [line], "\(text.prefix(20))")
    }
    // At the limit: no key of ours, but no harm either.
    let deep =
      "[a" + String(repeating: ".a", count: 1000) + "]\nb" + String(repeating: ".b", count: 1000)
    #expect(try failure("a.toml", deep + " = 1\n").count == 1)
  }

  @Test func filesThatAreNoneAreNamed() throws {
    let bad = try folder.write("bad.toml", [0x61, 0x0A, 0xFF, 0x0A])
    let zero = try folder.write("zero.toml", [0x23, 0x0A, 0x00])
    let huge = try folder.write("huge.json", [UInt8](repeating: 0x20, count: 1 << 20 | 1))
    for (path, description) in [
      (bad, "\(bad):2: is no UTF-8 text"), (zero, "\(zero):2: holds a NUL character"),
      (huge, "\(huge): is larger than 1 MiB"),
      ("hub.yaml", "hub.yaml: the name must end in .toml or .json"),
      ("/nowhere/hub.toml", "/nowhere/hub.toml: cannot open: No such file or directory"),
    ] {
      let errors = #expect(throws: ConfigErrors.self) { try HubConfig.load(path: path) }
      #expect(errors?.description == description)
    }
    let errors = #expect(throws: ConfigErrors.self) { try HubConfig.load(path: "/tmp/.toml/") }
    #expect(errors?.all.count == 1)
  }

  @Test func bentFilesNeverTrap() throws {
    for (name, text) in [
      ("a.toml", Self.toml.map(\.text).joined(separator: "\n")),
      ("a.json", Self.json.map(\.text).joined(separator: ",")),
    ] {
      let bytes = Array(text.utf8)
      for seed in 0..<400 as Range<UInt64> {
        var random = SplitMix64(seed: seed)
        var bent = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
        for _ in 0..<Int.random(in: 0...3, using: &random) where !bent.isEmpty {
          bent[Int.random(in: bent.indices, using: &random)] = UInt8.random(
            in: 1...127, using: &random)
        }
        _ = try? HubConfig.load(path: folder.write(name, bent))
        // The scanner also sees texts that no parser has passed.
        _ = ConfigKeyScanner.toml(String(decoding: bent, as: UTF8.self))
        _ = ConfigKeyScanner.json(String(decoding: bent, as: UTF8.self))
      }
    }
  }

  private func failure(_ name: String, _ text: String) throws -> [ConfigError] {
    let file = try folder.write(name, text)
    do throws(ConfigErrors) {
      _ = try HubConfig.load(path: file)
      return []
    } catch {
      #expect(error.all.allSatisfy { $0.file == file })
      return error.all
    }
  }

  private func problems(_ name: String, _ text: String) throws -> [String] {
    try failure(name, text).map { "\($0.line): \($0.reason)" }
  }
}
