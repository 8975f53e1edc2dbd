import Foundation
import Lib0
import Testing

@testable import jamboree

/// `doc session`: sessions that Yjs 13.6.31 recorded, and lines that cannot be done.
@Suite("Sessions on documents")
struct DocSessionTests {
  /// Every call on Yjs's shared types gives the same bytes here as there.
  @Test func recordedSessionsGiveTheBytesOfYjs() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Protocol/vectors/sessions.jsonl").standardized
    let lines = [UInt8](try Data(contentsOf: file)).split(separator: 0x0a)
    #expect(lines.count > 500)
    var script = SessionScript(clientID: 1, collectsGarbage: true)
    var updates = 0
    for (number, line) in lines.enumerated() {
      let bytes = Array(line)
      let row = try JSON.parse(bytes.span)
      let command = try #require(row["line"])
      // Each session begins by saying who it is.
      if command["client"] != nil { script = SessionScript(clientID: 1, collectsGarbage: true) }
      var answer = script.answer(Array(JSON.text(command).utf8))
      if let guids = answer["subdocuments"]?.arrayValue?.compactMap(\.stringValue) {
        answer = .object(["subdocuments": .array(guids.sorted().map { .string($0) })])
      }
      if answer["update"]?.stringValue != nil { updates += 1 }
      let expected = row["expect"] ?? .null
      let isSame = expected == .null ? answer["error"] == nil : answer.isAlike(expected)
      #expect(isSame, "line \(number + 1): \(JSON.text(command).prefix(300))")
      if !isSame { return }
    }
    #expect(updates > 300)
  }

  @Test func aSessionStartsOverMergesAndReadsFormatV2() throws {
    var script = SessionScript(clientID: 1, collectsGarbage: true)
    func say(_ line: String) -> String { JSON.text(script.answer(Array(line.utf8))) }
    let one = say(#"{"edit":[{"in":["t"],"text":"a","at":0}]}"#)
    #expect(one == #"{"update":"0101010004010174016100"}"#)
    let two = say(#"{"edit":[{"in":["t"],"text":"b","at":1}]}"#)
    #expect(two == #"{"update":"01010101840100016200"}"#)
    #expect(
      say(#"{"merge":["01010101840100016200","0101010004010174016100"]}"#)
        == #"{"update":"01020100040101740161840100016200"}"#)
    let state = say(#"{"state":"v2"}"#).replacing("state", with: "apply").dropLast()
    #expect(say(#"{"new":5}"#) == "{}")
    #expect(script.document.structCount == 0 && script.document.clientID == 5)
    #expect(say(state + #","format":"v2"}"#).contains(#""waits":false"#))
    #expect(say(#"{"show":["t"]}"#) == #"{"value":[{"insert":"ab"}]}"#)
  }

  static let rows: [(String, String)] = [
    ("", "1 more byte is needed"), ("5", "no command"), ("{}", "no command"),
    (#"{"fly":1}"#, "unknown: fly"), (#"{"client":-1}"#, "no client"),
    (#"{"edit":[{"in":["t"],"text":"x","at":5}]}"#, "index 5 is beyond the end, 0"),
    (#"{"edit":[{"in":["t"],"text":"x"}]}"#, "no at"),
    (#"{"edit":[{"in":["t"],"erase":-1,"at":0}]}"#, "no range"),
    (#"{"edit":[{"set":"k","to":1}]}"#, "no in"),
    (#"{"edit":[{"in":["m"],"set":"k"}]}"#, "no to"),
    (#"{"edit":[{"in":["m"],"set":"k","to":{"$new":"tree"}}]}"#, "no $new"),
    (#"{"edit":[{"in":["m","k"],"set":"k","to":1}]}"#, #"no shared type at ["m","k"]"#),
    (#"{"edit":[{"in":["m"],"jump":1}]}"#, "unknown: {"),
    (#"{"apply":"0"}"#, "no hex"), (#"{"apply":"01"}"#, "byte "),
    (#"{"resolve":"05"}"#, "byte 0"), (#"{"new":-1}"#, "no new"), (#"{"merge":["0"]}"#, "no hex"),
    (#"{"apply":"0000","format":"v2"}"#, "byte "),
    (#"{"position":["t"],"index":0,"side":1e300}"#, "no side"),
    (#"{"position":["t"],"index":1e300}"#, "no index"),
  ]

  @Test(arguments: rows.indices)
  func whatCannotBeDoneIsSaidAndChangesNothing(index: Int) {
    var script = SessionScript(clientID: 1, collectsGarbage: true)
    let (line, reason) = Self.rows[index]
    let answer = script.answer(Array(line.utf8))["error"]?.stringValue ?? ""
    #expect(answer.contains(reason), "\(line): \(answer)")
    #expect(script.document.structCount == 0)
  }

  @Test func anEditThatFailsHalfWayDoesNothing() {
    var script = SessionScript(clientID: 1, collectsGarbage: true)
    let line = #"{"edit":[{"in":["m"],"set":"k","to":1},{"in":["t"],"text":"x","at":9}]}"#
    #expect(script.answer(Array(line.utf8))["error"] != nil)
    #expect(script.document.stateVector.isEmpty)
  }

  @Test func attributesAreForElementsAndChildrenForTheirParents() {
    var script = SessionScript(clientID: 1, collectsGarbage: true)
    func error(_ line: String) -> String {
      script.answer(Array(line.utf8))["error"]?.stringValue ?? ""
    }
    let start = """
      {"edit":[{"in":["x"],"insert":[{"$new":"xmlElement","name":"p"},{"$new":"xmlText"}],"at":0},\
      {"in":["m"],"set":"list","to":{"$new":"array"}}]}
      """
    #expect(error(start) == "")
    #expect(error(#"{"edit":[{"in":["x",0],"attribute":"id","to":"a"}]}"#) == "")
    #expect(
      error(#"{"edit":[{"in":["m","list"],"attribute":"id","to":"a"}]}"#)
        == "this type has no attributes")
    #expect(error(#"{"edit":[{"in":["x"],"insert":[1],"after":7}]}"#).hasPrefix("no after"))
  }

  @Test func theProgramAnswersEachLine() throws {
    let folder = try TemporaryFolder()
    let lines = """
      {"edit":[{"in":["t"],"text":"hi","at":0}]}

      {"show":["t"],"as":"text"}
      """
    _ = try folder.write("lines", lines)
    let run = try CommandRun(script: "\"$0\" doc session --client 1 < lines", in: folder)
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    #expect(
      run.output == """
        {"update":"010101000401017402686900"}
        {"value":[{"insert":"hi"}]}

        """)
  }
}
