import Testing

/// `doc show` and `doc trace`: what they say of files that are not what they should be.
@Suite("Commands on documents")
struct DocCommandTests {
  let folder: TemporaryFolder

  /// Yjs: a text "t" in which client 1 wrote "ab".
  static let update: [UInt8] = [1, 1, 1, 0, 4, 1, 1, 0x74, 2, 0x61, 0x62, 0]
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

  /// An update in format v2 begins like an empty one in v1.
  @Test func whatStandsBehindAnUpdateIsNotPassedOver() throws {
    _ = try folder.write("more", Self.update + [0])
    _ = try folder.write("v2", [0, 0, 3, 1, 2])
    for (file, count) in [("more", 1), ("v2", 3)] {
      let run = try run("doc", "show", file)
      #expect(run.exitCode == 1 && run.output.isEmpty)
      #expect(
        run.errors == "Error: \(file) has \(count) bytes behind an update in format v1: is it in "
          + "format v2, which is not read?\n")
    }
  }

  @Test func whatIsNoUpdateSaysWhere() throws {
    _ = try folder.write("cut", [1, 1, 1, 0, 4, 1, 1, 0x74])
    let run = try run("doc", "show", "cut")
    #expect(run.exitCode == 1 && run.output.isEmpty)
    #expect(run.errors == "Error: cut is no Yjs update: byte 8: the input ends too early\n")
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
    Row("{\"updates\":[\"0\"],\"roots\":{},\"state_vector\":{}}", "update 0 is not hex"),
    Row(
      "{\"updates\":[\"01\"],\"roots\":{},\"state_vector\":{}}",
      "update 0: byte 0: more clients than bytes"),
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

  @Test func goodSessionsPassAndXMLIsSkippedAloud() throws {
    let xml = "{\"updates\":[],\"roots\":{\"x\":{\"type\":\"xml\",\"string\":\"\"}}}"
    _ = try folder.write("a.jsonl", "\(Self.session)\n\(xml)")
    let run = try run("doc", "trace", "a.jsonl")
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    #expect(
      run.output == """
        1 skipped: they have XML roots, which cannot be read yet
        1 passed, 0 failed

        """)
  }

  @Test(arguments: ["", "\n \n\r\n"])
  func aFileWithoutSessionsFails(_ text: String) throws {
    _ = try folder.write("a.jsonl", text)
    let run = try run("doc", "trace", "a.jsonl")
    #expect(run.exitCode == 1 && run.output.isEmpty)
    #expect(run.errors == "Error: a.jsonl holds no session\n")
  }
}
