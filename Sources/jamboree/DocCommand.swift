import ArgumentParser
import CRDT
import Lib0

/// `jamboree doc`: look at documents without a hub.
struct DocCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doc",
    abstract: "Look at Yjs documents.",
    subcommands: [DocShow.self, DocTrace.self])
}

/// `jamboree doc show FILE`: every root as JSON.
struct DocShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print a document as JSON.",
    discussion: """
      A root's type is not in the file; the view is chosen by what the root holds. Text is shown \
      without its formatting and without what is embedded in it; XML is not shown.
      """)

  @Argument(help: "A board file (.yjs.gz), a plain Yjs update (v1), or - for standard input.")
  var file: String

  mutating func run() throws {
    let bytes = try DocFile.read(file)
    var doc = Doc(clientID: 0)
    var end = 0
    do { doc.apply(try Update(v1: bytes, end: &end)) } catch {
      throw Failure("\(DocFile.name(file)) is no Yjs update: \(error)")
    }
    guard end == bytes.count else {
      throw Failure(
        "\(DocFile.name(file)) has \(bytes.count - end) bytes behind an update in format v1: is it "
          + "in format v2, which is not read?")
    }
    var roots = ObjectValue()
    for name in doc.rootNames.sorted() {
      guard let type = doc.root(name) else { continue }
      roots.set(name, doc.json(type, as: doc.naturalKind(of: type)))
    }
    Console.print(JSON.text(.object(roots)))
    if doc.hasPending {
      let name = DocFile.name(file)
      Console.complain("\(name): part of it waits for updates that are not in the file")
    }
  }
}

/// `jamboree doc trace FILE.jsonl`: replays recorded sessions and compares how they end.
struct DocTrace: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Replay recorded sessions and compare how they end.",
    discussion: """
      One session a line: "updates" (hex), "roots" (name to type and content) and, if recorded, \
      "state_vector" (client to clock). A root is a text ("string", "delta", "length"), an array \
      ("value", "length") or a map ("value"). Each session is applied as recorded and once more as \
      one merged update. Sessions with XML roots are skipped and counted. Exits with 1 if any \
      session fails or if none could be checked.
      """)

  @Argument(help: "Sessions as JSON, one a line.")
  var file: String

  @Option(help: ArgumentHelp("How many failures to name.", valueName: "number"))
  var show = 5

  mutating func run() throws {
    let bytes = try DocFile.read(file)
    var passed = 0
    var skipped = 0
    var failures: [String] = []
    let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where !line.allSatisfy(Self.isBlank) {
      switch TraceSession.replay(Array(line)) {
      case .passed: passed += 1
      case .skipped: skipped += 1
      case .failed(let reason): failures.append("line \(number + 1): \(reason)")
      }
    }
    guard passed + skipped + failures.count > 0 else {
      throw Failure("\(DocFile.name(file)) holds no session")
    }
    for failure in failures.prefix(max(show, 0)) { Console.print(failure) }
    if skipped > 0 {
      Console.print("\(skipped) skipped: they have XML roots, which cannot be read yet")
    }
    Console.print("\(passed) passed, \(failures.count) failed")
    if !failures.isEmpty || passed == 0 { throw ExitCode(1) }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0d).contains(byte)
  }
}
