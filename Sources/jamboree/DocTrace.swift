import ArgumentParser
import CRDT
import Lib0

/// `jamboree doc trace FILE.jsonl`: replays recorded sessions and compares how they end.
struct DocTrace: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Replay recorded sessions and compare how they end.",
    discussion: """
      One session a line: "updates" (hex), "roots" (name to type and content) and, if recorded, \
      "state_vector" (client to clock). A root is a text ("string", "delta", "length"), an array \
      ("value", "length"), a map ("value") or XML ("string", "length"). "encoding" is "v1" or \
      "v2". Each session is applied as recorded and once more as one merged update. Exits with 1 \
      if any session fails or if none could be checked.
      """)

  @Argument(help: "Sessions as JSON, one a line.")
  var file: String

  @Option(help: ArgumentHelp("How many failures to name.", valueName: "number"))
  var show = 5

  mutating func run() throws {
    let bytes = try DocFile.read(file)
    var passed = 0
    var failures: [String] = []
    let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where !line.allSatisfy(Self.isBlank) {
      switch TraceSession.replay(Array(line)) {
      case .passed: passed += 1
      case .failed(let reason): failures.append("line \(number + 1): \(reason)")
      }
    }
    guard passed + failures.count > 0 else {
      throw Failure("\(DocFile.name(file)) holds no session")
    }
    for failure in failures.prefix(max(show, 0)) { Console.print(failure) }
    Console.print("\(passed) passed, \(failures.count) failed")
    if !failures.isEmpty || passed == 0 { throw ExitCode(1) }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0d).contains(byte)
  }
}
