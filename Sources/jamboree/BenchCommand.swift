import ArgumentParser

/// `jamboree bench`: measures this build on this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure this build on this machine.",
    subcommands: [BenchCRDT.self, BenchEngine.self])
}

/// `jamboree bench crdt`: the engine, on the same work as others.
struct BenchCRDT: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crdt",
    abstract: "Measure the document engine, beside others if you like.",
    discussion: """
      Workloads, by the names of their measures:
        remote        a writing session as one-character updates, applied one by one
        local         the same as local edits, a transaction each
        file          decoding and encoding the document that it ends in, v1 and v2
        board         200,000 changes of 5,000 shapes by 30 clients, an update each
        crowd         1,000 clients that insert at the same place
        merge         joining 2,500 and 10,000 small updates without a document
        sync          state vector and difference of the board
        memory        what documents of the session and of the board keep in memory
      One JSON line per measure and engine, with all runs and their median, then one per ratio \
      (above 1: this engine is better); a table on standard error. Every run is a process of its \
      own, the engines take turns, and what they end in is compared.
      """)

  @Option(
    help: ArgumentHelp(
      "A recorded writing session (josephg/editing-traces); else one is made from the seed.",
      valueName: "file"))
  var trace: String?

  @Option(
    help: ArgumentHelp(
      "Beside which engines: yrs (by pycrdt), yjs (by node), wasm (this one as WebAssembly).",
      valueName: "list"))
  var against = ""

  @Option(help: ArgumentHelp("Which workloads.", valueName: "list"))
  var workloads = BenchWorkload.allCases.map(\.rawValue).joined(separator: ",")

  @Option(help: ArgumentHelp("How often each is run.", valueName: "number"))
  var runs = 3

  @Option(help: ArgumentHelp("The seed of everything that is made up.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Python with pycrdt.", valueName: "path"))
  var python = "python3"

  @Option(help: ArgumentHelp("Node with yjs in its NODE_PATH.", valueName: "path"))
  var node = "node"

  @Option(help: ArgumentHelp("The folder of the programs for other engines.", valueName: "dir"))
  var peers = "Tests/Bench/crdt"

  mutating func run() throws {
    guard (1...1000).contains(runs) else { throw ValidationError("--runs is from 1 to 1000") }
    let chosen = try list(workloads, "--workloads") { BenchWorkload(rawValue: $0) }
    let others = try list(against, "--against") { BenchPeer(rawValue: $0) }
    let session = try trace.map(EditSession.init(traceFile:)) ?? EditSession(seed: seed)
    Console.complain(
      trace == nil
        ? "session: made from the seed \(seed), \(session.summary)"
        : "session: \(trace ?? ""), \(session.summary)")
    let folder = try BenchFolder()
    defer { folder.remove() }
    try BenchWork.write(session, seed: seed, to: folder)
    var report = BenchReport()
    for run in 1...runs {
      for workload in chosen {
        Console.complain("run \(run) of \(runs): \(workload.rawValue)")
        try report.add(.ours(workload, folder))
        for other in others {
          try report.add(other.run(workload, folder, python: python, node: node, scripts: peers))
        }
      }
    }
    try report.show(against: others.map(\.rawValue))
  }

  private func list<Value>(
    _ text: String, _ option: String, _ value: (String) -> Value?
  ) throws -> [Value] {
    try text.split(separator: ",").map { name in
      guard let value = value(String(name)) else {
        throw ValidationError("\(option) does not know \"\(name)\"")
      }
      return value
    }
  }
}

/// What is measured together, in one process.
enum BenchWorkload: String, CaseIterable {
  case remote, local, file, board, crowd, merge, sync, memory
}

/// Another engine, and the program that drives it.
enum BenchPeer: String {
  case yrs, yjs
  /// This engine as `make wasm` builds it.
  case wasm

  func run(
    _ workload: BenchWorkload, _ folder: BenchFolder, python: String, node: String, scripts: String
  ) throws -> BenchRun {
    let arguments =
      switch self {
      case .yrs: [python, "\(scripts)/yrs.py"]
      case .yjs, .wasm: [node, "--expose-gc", "\(scripts)/\(self).js"]
      }
    return try BenchRun(engine: rawValue, arguments + [workload.rawValue, folder.path])
  }
}
