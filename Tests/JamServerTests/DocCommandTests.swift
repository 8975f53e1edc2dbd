import Testing

/// `doc show` and `doc trace`: what they say of files that are not what they should be.
@Suite("Commands on documents")
struct DocCommandTests {
  let folder: TemporaryFolder

  /// Yjs: a text "t" in which client 1 wrote "ab".
  static let update: [UInt8] = [1, 1, 1, 0, 4, 1, 1, 0x74, 2, 0x61, 0x62, 0]
  static let updateInV2: [UInt8] = [
    0, 0, 1, 1, 0, 0, 1, 4, 6, 3, 0x74, 0x61, 0x62, 1, 2, 1, 1, 0, 0, 1, 1, 0, 0,
  ]
  static let session = """
    {"updates":["010101000401017402616200"],"state_vector":{"1":2},\
    "roots":{"t":{"type":"text","string":"ab","length":2,"delta":[{"insert":"ab"}]}}}
    """

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: String...) throws -> CommandRun {
    try CommandRun(arguments, in: folder)
  }

  @Test func aDocumentIsShown() throws {
    _ = try folder.write("a", Self.update)
    let run = try run("doc", "show", "a")
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    #expect(run.output.contains("\"t\"") && run.output.contains("ab"))
  }

  @Test func textsOfOthersSteerNoTerminal() throws {
    // a text "t" of U+009B "31m", U+202E, U+E0041 and a line separator
    let text = Array("\u{9b}31m\u{202e}\u{e0041}\u{2028}é".utf8)
    _ = try folder.write(
      "a", [1, 1, 1, 0, 4, 1, 1, 0x74, UInt8(text.count)] + text + [0])
    let run = try run("doc", "show", "a")
    #expect(
      run.output == #"{"t":"\u009b31m\u202e\udb40\udc41\u2028é"}"# + "\n", "\(run.output)")
  }

  @Test(arguments: ["show", "trace"])
  func aFileThatCannotBeReadIsNamedWithItsCause(_ command: String) throws {
    _ = try folder.write("cut.gz", [0x1f, 0x8b, 8, 0])
    for (file, problem) in [
      ("nowhere", "Error: cannot read nowhere: No such file or directory\n"),
      (".", "Error: cannot read .: Is a directory\n"),
      ("cut.gz", "Error: cut.gz is damaged at byte "),
    ] {
      let run = try run("doc", command, file)
      #expect(run.exitCode == 1 && run.output.isEmpty)
      #expect(run.errors.hasPrefix(problem), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func whatStandsBehindAnUpdateIsNotPassedOver() throws {
    _ = try folder.write("more", Self.update + [0])
    _ = try folder.write("odd", [0, 0, 3, 1, 2])
    for (file, reasons) in [
      ("more", "1 byte behind it; not in format v2: byte 0: a first byte that format V2 lacks"),
      ("odd", "3 bytes behind it; not in format v2: byte 2: the input ends too early"),
    ] {
      let run = try run("doc", "show", file)
      #expect(run.exitCode == 1 && run.output.isEmpty)
      #expect(run.errors == "Error: \(file) is no Yjs update: not in format v1: \(reasons)\n")
    }
  }

  @Test func whatIsNoUpdateSaysWhere() throws {
    _ = try folder.write("cut", [1, 1, 1, 0, 4, 1, 1, 0x74])
    let run = try run("doc", "show", "cut", "--format", "v1")
    #expect(run.exitCode == 1 && run.output.isEmpty)
    #expect(
      run.errors
        == "Error: cut is no Yjs update: not in format v1: byte 8: the input ends too early\n")
  }

  @Test func aDocumentIsConvertedThereAndBack() throws {
    _ = try folder.write("a", Self.update)
    #expect(try run("doc", "convert", "a", "--to", "v2", "-o", "a2").exitCode == 0)
    #expect(try folder.read("a2") == Self.updateInV2)
    let shown = try run("doc", "show", "a2")
    #expect(shown.output == (try run("doc", "show", "a")).output)
    #expect(try run("doc", "convert", "a2", "--to", "v1", "-o", "b").exitCode == 0)
    #expect(try folder.read("b") == Self.update)
    #expect(!folder.has("*tmp*"), "something was left behind")
  }

  @Test func aFileThatCannotBeWrittenIsNamedAndStays() throws {
    _ = try folder.write("a", Self.update)
    let run = try run("doc", "convert", "a", "--to", "v2", "-o", "nowhere/b")
    #expect(run.exitCode == 1 && run.output.isEmpty)
    #expect(run.errors == "Error: cannot write nowhere/b: No such file or directory\n")
  }

  @Test func twoDocumentsAreComparedAndJoined() throws {
    _ = try folder.write("a", Self.update)
    // client 2 appends "!", and client 1's "a" is deleted
    let more: [UInt8] = [1, 1, 2, 0, 0x84, 1, 1, 1, 0x21, 1, 1, 1, 0, 1]
    _ = try folder.write("more", more)
    #expect(try run("doc", "merge", "more", "a", "-o", "b").exitCode == 0)
    #expect(try run("doc", "show", "b").output == "{\"t\":\"b!\"}\n")

    let diff = try run("doc", "diff", "a", "b", "-o", "rest")
    #expect(diff.exitCode == 1)
    #expect(diff.output == "only in B: client 2, clocks 0 to 0\nonly in B: 1 deleted\n")
    #expect(try folder.read("rest") == more)
    #expect(
      try run("doc", "diff", "b", "a").output
        == "only in A: client 2, clocks 0 to 0\nonly in A: 1 deleted\n")
    let same = try run("doc", "diff", "b", "b")
    #expect(same.exitCode == 0 && same.output.isEmpty)
  }

  @Test func aDocumentIsCounted() throws {
    _ = try folder.write("a", [1, 1, 1, 0, 4, 1, 1, 0x74, 2, 0x61, 0x62, 1, 1, 1, 0, 1])
    #expect(
      try run("doc", "stats", "a", "--json").output == """
        {"format":"v1","bytes":16,"clients":1,"structs":2,"tombstones":1,"garbage":0,"clocks":2,\
        "deletedClocks":1,"types":1,"contentBytes":2,"pendingStructs":0}

        """)
    #expect(try run("doc", "stats", "a").output.hasPrefix("format             v1\n"))
  }

  struct Row: Sendable, CustomTestStringConvertible {
    var session: String
    var reason: String
    init(_ session: String, _ reason: String) { (self.session, self.reason) = (session, reason) }
    var testDescription: String { reason }
  }

  @Test(arguments: [
    Row("{}", "no list of \"updates\""),
    Row("[]", "not an object"),
    Row("7", "not an object"),
    Row("nonsense", "not JSON: byte 0: expected true, false or null"),
    Row("{\"roots\":{}}", "no list of \"updates\""),
    Row("{\"updates\":{},\"roots\":{}}", "no list of \"updates\""),
    Row("{\"updates\":[]}", "no object of \"roots\""),
    Row("{\"updates\":[],\"roots\":{}}", "nothing to compare with"),
    Row("{\"updates\":[],\"roots\":{},\"state_vector\":[]}", "\"state_vector\" is no object"),
    Row("{\"updates\":[],\"roots\":{\"t\":7}}", "t has no \"type\""),
    Row(
      "{\"updates\":[],\"roots\":{\"t\":{\"type\":\"txet\",\"string\":\"\"}}}",
      "t has the unknown type \"txet\""),
    Row(
      "{\"updates\":[],\"roots\":{\"t\":{\"type\":\"text\"}}}", "t has no content to compare with"),
    Row(
      "{\"updates\":[],\"roots\":{\"t\":{\"type\":\"map\",\"vlaue\":{}}}}",
      "t.vlaue cannot be compared"),
    Row(
      "{\"updates\":[],\"roots\":{},\"state_vector\":{},\"encoding\":\"v3\"}",
      "\"encoding\" is neither \"v1\" nor \"v2\""),
    Row("{\"updates\":[\"0\"],\"roots\":{},\"state_vector\":{}}", "update 0 is not hex"),
    Row(
      "{\"updates\":[\"01\"],\"roots\":{},\"state_vector\":{}}",
      "update 0: not in format v1: byte 0: more clients than bytes"),
    Row(
      "{\"updates\":[],\"roots\":{},\"state_vector\":{\"7\":24}}",
      "as recorded: clock of client 7 is 0, not 24"),
    Row(
      "{\"updates\":[],\"roots\":{},\"state_vector\":{\"7\":0.5}}",
      "as recorded: clock of client 7 is 0, not 0.5"),
    Row(
      "{\"updates\":[],\"roots\":{\"t\":{\"type\":\"text\",\"string\":\"x\"}}}",
      "as recorded: t.string is \"\", not \"x\""),
  ])
  func aSessionThatIsNotCheckedFails(_ row: Row) throws {
    // After a good one, a blank line and one of spaces, which count.
    _ = try folder.write("a.jsonl", "\(Self.session)\n\n  \r\n\(row.session)\n")
    let run = try run("doc", "trace", "a.jsonl")
    #expect(run.exitCode == 1)
    #expect(run.output == "line 4: \(row.reason)\n1 passed, 1 failed\n")
  }

  @Test func goodSessionsPass() throws {
    let xml = "{\"updates\":[],\"roots\":{\"x\":{\"type\":\"xml\",\"string\":\"\"}}}"
    _ = try folder.write("a.jsonl", "\(Self.session)\n\(xml)")
    let run = try run("doc", "trace", "a.jsonl")
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    #expect(run.output == "2 passed, 0 failed\n")
  }

  @Test(arguments: ["", "\n \n\r\n"])
  func aFileWithoutSessionsFails(_ text: String) throws {
    _ = try folder.write("a.jsonl", text)
    let run = try run("doc", "trace", "a.jsonl")
    #expect(run.exitCode == 1 && run.output.isEmpty)
    #expect(run.errors == "Error: a.jsonl holds no session\n")
  }
}
