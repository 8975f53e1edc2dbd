import Glibc
import Lib0

/// What one process measured.
struct BenchRun {
  let engine: String
  /// Its lines, as `BenchEngine` describes them.
  let measures: [(name: String, unit: String, value: Double, check: String)]

  /// This program, on one workload.
  static func ours(_ workload: BenchWorkload, _ folder: BenchFolder) throws -> BenchRun {
    let ourselves = "/proc/self/exe"
    return try BenchRun(
      engine: "jamboree", [ourselves, "bench", "crdt-engine", workload.rawValue, folder.path])
  }

  /// Runs a program and takes what it says.
  init(engine: String, _ arguments: [String]) throws {
    self.engine = engine
    let output = try Self.output(of: arguments)
    measures = try output.split(separator: 0x0a).map { line in
      guard let value = try? JSON.parse(Array(line).span),
        let name = value["measure"]?.stringValue, let unit = value["unit"]?.stringValue,
        let number = value["value"]?.numberValue, let check = value["check"]?.stringValue
      else {
        throw Failure("\(engine) says what is no measure: \(String(decoding: line, as: UTF8.self))")
      }
      return (name, unit, number, check)
    }
  }

  /// Standard output of a program that is searched in PATH. It shares our standard error.
  private static func output(of arguments: [String]) throws -> [UInt8] {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw Failure("cannot make a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    _ = unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var process = pid_t()
    let code = unsafe posix_spawnp(&process, arguments[0], &actions, nil, &words, environ)
    close(ends[1])
    defer { close(ends[0]) }
    guard code == 0 else {
      throw Failure("cannot run \(arguments[0]): \(unsafe String(cString: strerror(code)))")
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = unsafe read(ends[0], &buffer, buffer.count), count != 0 {
      if count > 0 { bytes += buffer[..<count] } else if errno != EINTR { break }
    }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    guard status == 0 else {
      throw Failure("\(arguments.joined(separator: " ")) failed (its status is \(status))")
    }
    return bytes
  }
}

/// All runs, and how the engines compare.
struct BenchReport {
  private struct Row {
    var measure: String
    var unit: String
    var engine: String
    var values: [Double]
    var check: String
    var median: Double { values.sorted()[values.count / 2] }
  }

  private var rows: [Row] = []

  /// Engines that end in something else did other work: that is an error.
  mutating func add(_ run: BenchRun) throws {
    for measure in run.measures {
      if let other = rows.first(where: { $0.measure == measure.name }),
        other.check != measure.check
      {
        throw Failure(
          "\(measure.name): \(run.engine) ends in \(measure.check), "
            + "\(other.engine) in \(other.check)")
      }
      if let index = rows.firstIndex(where: {
        $0.measure == measure.name && $0.engine == run.engine
      }) {
        rows[index].values.append(measure.value)
      } else {
        rows.append(
          Row(
            measure: measure.name, unit: measure.unit, engine: run.engine,
            values: [measure.value], check: measure.check))
      }
    }
  }

  func show(against others: [String]) throws {
    for row in rows {
      Console.print(
        json: .object([
          "measure": .string(row.measure), "engine": .string(row.engine),
          "unit": .string(row.unit), "median": .number(rounded(row.median)),
          "runs": .array(row.values.map { .number(rounded($0)) }), "check": .string(row.check),
        ]))
    }
    var table = TextTable(
      [("measure", false), ("unit", false), ("jamboree", true)]
        + others.flatMap { [($0, true), ("×", true)] })
    for row in rows where row.engine == "jamboree" {
      var cells = [row.measure, row.unit, Self.text(row.median)]
      for other in others {
        guard let peer = rows.first(where: { $0.measure == row.measure && $0.engine == other })
        else {
          cells += ["", ""]
          continue
        }
        let ratio = peer.median / row.median
        Console.print(
          json: .object([
            "measure": .string(row.measure), "against": .string(other),
            "ratio": .number(rounded(ratio)),
          ]))
        cells += [Self.text(peer.median), Self.text(ratio)]
      }
      table.add(cells)
    }
    for line in table.lines { Console.complain(line) }
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

  /// Three digits. What cannot be told in them, such as a ratio to nothing, as it is.
  static func text(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
    let digits = value < 10 ? 100.0 : value < 100 ? 10.0 : 1.0
    let rounded = (value * digits).rounded() / digits
    return digits == 1 ? "\(Int(rounded))" : "\(rounded)"
  }
}
