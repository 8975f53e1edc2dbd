import Testing

@testable import jamboree

/// `bench crdt`: the sessions that it reads and makes, and what it says of broken ones.
@Suite("The benchmark of the engine")
struct BenchTests {
  @Test func aRecordedSessionIsRead() throws {
    let trace = """
      {"startContent":"né","txns":[{"patches":[[2,0,"😀"]]},{"patches":[[0,1,""],[3,0,"x"]]}]}
      """
    let session = try EditSession(trace: Array(trace.utf8), "trace")
    #expect(session.edits.map(\.position) == [0, 2, 0, 3])
    #expect(session.edits.map(\.deleted) == [0, 0, 1, 0])
    #expect(session.edits.map(\.inserted) == ["né", "😀", "", "x"])
    #expect(session.summary == "4 edits, 3 of them insertions")
  }

  @Test(arguments: [
    ("", "is not JSON"), ("{", "is not JSON"), ("[]", "has no list"), ("{}", "has no list"),
    (#"{"txns":[]}"#, "holds no edits"),
    (#"{"txns":[{"patches":[[1,0,"a"]]}]}"#, "transaction 1 "),
    (#"{"txns":[{"patches":[[0,0,"a"]]},{"patches":[[0,2,""]]}]}"#, "transaction 2 "),
    (#"{"txns":[{"patches":[[1e300,0,"a"]]}]}"#, "transaction 1 "),
    (#"{"txns":[{"patches":[[0,0.5,"a"]]}]}"#, "transaction 1 "),
    (#"{"txns":[{"patches":[[0,0]]}]}"#, "transaction 1 "),
  ])
  func aBrokenOneIsNamed(trace: String, reason: String) {
    let error = #expect(throws: Failure.self) {
      _ = try EditSession(trace: Array(trace.utf8), "a.json")
    }
    #expect(error?.description.hasPrefix("a.json") == true)
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func aMadeOneHasTheShapeOfTheRecordedPaper() {
    let session = EditSession(seed: 3)
    #expect(session.edits.count == 259_778)
    #expect(session.edits.count { $0.inserted.isEmpty } == 77_463)
    var length = 0
    var jumps = 0
    var cursor = 0
    for edit in session.edits {
      #expect(edit.position + edit.deleted <= length)
      if abs(edit.position - cursor) > 1 { jumps += 1 }
      cursor = edit.position + edit.inserted.count
      length += edit.inserted.count - edit.deleted
    }
    #expect(length == 182_315 - 77_463)
    #expect((1_000..<20_000).contains(jumps))
  }

  @Test func framesAreReadAndBrokenOnesNamed() throws {
    let folder = try TemporaryFolder()
    var frames = Frames()
    frames.append([1, 2, 3])
    frames.append([])
    let whole = try folder.write("whole", frames.bytes)
    #expect(try Frames.read(whole) == [[1, 2, 3], []])
    let half = try folder.write("half", Array(frames.bytes.dropLast()))
    #expect(throws: Failure.self) { _ = try Frames.read(half) }
    let huge = try folder.write("huge", [255, 255, 255, 255, 1] as [UInt8])
    #expect(throws: Failure.self) { _ = try Frames.read(huge) }
  }

  @Test func whatCannotBeToldInThreeDigitsIsToldAsItIs() {
    #expect(BenchReport.text(0.123) == "0.12")
    #expect(BenchReport.text(12.34) == "12.3")
    #expect(BenchReport.text(1234.5) == "1235" || BenchReport.text(1234.5) == "1234")
    #expect(BenchReport.text(.infinity) == "inf")
    #expect(BenchReport.text(.nan) == "nan")
  }

  /// Another program's lines are taken, and what is no measure is said to be none.
  @Test func whatAnotherProgramSaysIsRead() throws {
    let line = #"{"measure":"crowd","unit":"ms","value":2.5,"check":"a"}"#
    let run = try BenchRun(engine: "other", ["echo", line])
    #expect(run.measures.map(\.name) == ["crowd"] && run.measures.map(\.value) == [2.5])
    var report = BenchReport()
    try report.add(run)
    let differs = try BenchRun(engine: "else", ["echo", line.replacing(#""a""#, with: #""b""#)])
    #expect(throws: Failure.self) { try report.add(differs) }
    #expect(throws: Failure.self) { _ = try BenchRun(engine: "other", ["echo", "[]"]) }
    #expect(throws: Failure.self) { _ = try BenchRun(engine: "other", ["false"]) }
    #expect(throws: Failure.self) { _ = try BenchRun(engine: "other", ["/nowhere/program"]) }
  }
}
