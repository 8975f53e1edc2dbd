import ArgumentParser
import CRDT
import CSystem
import Glibc
import Lib0

/// One workload in a process of its own: what `bench crdt` starts. Prints one JSON line a measure,
/// `{"measure", "unit", "value", "check"}`; `check` says what the work ended in.
struct BenchEngine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crdt-engine", abstract: "One workload of \"bench crdt\", of files that it made.",
    shouldDisplay: false)

  @Argument(help: "The workload.")
  var workload: String

  @Argument(help: "The folder of its files.")
  var folder: String

  mutating func run() throws {
    guard let workload = BenchWorkload(rawValue: workload) else {
      throw ValidationError("no such workload: \(workload)")
    }
    switch workload {
    case .remote: try remote()
    case .local: try local()
    case .file: try file()
    case .board: try board()
    case .crowd: try crowd()
    case .merge: try merge()
    case .sync: try sync()
    case .memory: try memory()
    }
  }

  private func path(_ file: BenchFile) -> String { "\(folder)/\(file.rawValue)" }

  private func remote() throws {
    let updates = try Frames.read(path(.session))
    var doc = Doc(clientID: 1)
    let time = try Stopwatch.milliseconds {
      for update in updates { doc.apply(try Update(v1: update)) }
    }
    let text = Check.text(doc)
    say("remote", "µs/update", time * 1000 / Double(updates.count), text)
    // Nothing is new in it: what is left is decoding, and for others what their binding takes.
    let again = try Stopwatch.milliseconds {
      for update in updates { doc.apply(try Update(v1: update)) }
    }
    say("remote-again", "µs/update", again * 1000 / Double(updates.count), text)
  }

  private func local() throws {
    let edits = try Frames.read(path(.edits)).map { frame in
      guard frame.count >= 8 else { throw Failure("\(path(.edits)) holds what is no edit") }
      return EditSession.Edit(
        position: Frames.fixed32(frame, 0), deleted: Frames.fixed32(frame, 4),
        inserted: String(decoding: frame[8...], as: UTF8.self))
    }
    var doc = Doc(clientID: 4_123_456_789)
    var applied = Applied()
    let time = try Stopwatch.milliseconds {
      for edit in edits { try doc.perform(edit, &applied) }
    }
    say("local", "µs/edit", time * 1000 / Double(edits.count), Check.text(doc))
    doc = Doc(clientID: 4_123_456_789)
    let sending = try Stopwatch.milliseconds {
      for edit in edits { _ = try doc.perform(edit) }
    }
    say("local-sent", "µs/edit", sending * 1000 / Double(edits.count), Check.text(doc))
  }

  private func file() throws {
    let v1 = try DocFile.read(path(.sessionV1))
    let v2 = try DocFile.read(path(.sessionV2))
    var doc = Doc(clientID: 1)
    let decode1 = try Stopwatch.median(of: 21) {
      doc = Doc(clientID: 1)
      doc.apply(try Update(v1: v1))
    }
    say("decode-v1", "ms", decode1, Check.text(doc))
    let decode2 = try Stopwatch.median(of: 21) {
      doc = Doc(clientID: 1)
      doc.apply(try Update(v2: v2))
    }
    say("decode-v2", "ms", decode2, Check.text(doc))
    var bytes: [UInt8] = []
    let encode1 = Stopwatch.median(of: 21) { bytes = doc.encodeStateAsUpdate() }
    say("encode-v1", "ms", encode1, "\(bytes.count) bytes")
    let encode2 = try Stopwatch.median(of: 21) {
      bytes = try doc.encodeStateAsUpdateV2()
    }
    say("encode-v2", "ms", encode2, "\(bytes.count) bytes")
  }

  private func board() throws {
    var doc = Doc(clientID: 1)
    doc.apply(try Update(v1: try Frames.read(path(.shapes)).first ?? [0, 0]))
    let updates = try Frames.read(path(.changes))
    let time = try Stopwatch.milliseconds {
      for update in updates { doc.apply(try Update(v1: update)) }
    }
    say("board", "ms", time, Check.board(doc))
  }

  private func crowd() throws {
    let updates = try Frames.read(path(.crowd))
    var doc = Doc(clientID: 1)
    let time = try Stopwatch.median(of: 11) {
      doc = Doc(clientID: 1)
      for update in updates { doc.apply(try Update(v1: update)) }
    }
    say("crowd", "ms", time, Check.text(doc))
  }

  private func merge() throws {
    let updates = try Frames.read(path(.session))
    for count in [2_500, 10_000] {
      let some = Array(updates.prefix(count))
      var bytes: [UInt8] = []
      let time = try Stopwatch.median(of: 3) {
        var decoded: [Update] = []
        for update in some { decoded.append(try Update(v1: update)) }
        bytes = Update.merging(decoded).encodedV1()
      }
      say("merge-\(count)", "ms", time, "\(bytes.count) bytes")
    }
  }

  private func sync() throws {
    var doc = Doc(clientID: 1)
    doc.apply(try Update(v1: try DocFile.read(path(.board))))
    let half = try DocFile.read(path(.half))
    var bytes: [UInt8] = []
    let vector = Stopwatch.median(of: 21) {
      for _ in 0..<1000 { bytes = doc.encodedStateVector() }
    }
    say("state-vector", "µs", vector, "\(bytes.count) bytes")
    let diff = try Stopwatch.median(of: 21) {
      bytes = doc.encodeStateAsUpdate(since: try StateVector(decoding: half.span))
    }
    say("diff", "ms", diff, "\(bytes.count) bytes")
  }

  private func memory() throws {
    for (name, file, copies) in [("text", BenchFile.sessionV1, 20), ("board", .board, 4)] {
      let bytes = try DocFile.read(path(file))
      var docs: [Doc] = []
      let before = Stopwatch.residentKiB()
      for _ in 0..<copies {
        var doc = Doc(clientID: 1)
        doc.apply(try Update(v1: bytes))
        doc.shrink()
        docs.append(doc)
      }
      csys_trim_heaps()
      let after = Stopwatch.residentKiB()
      let check = docs.last.map { file == .board ? Check.board($0) : Check.text($0) } ?? ""
      say("memory-\(name)", "KiB", Double(after - before) / Double(copies), check)
    }
  }

  private func say(_ measure: String, _ unit: String, _ value: Double, _ check: String) {
    Console.print(
      json: .object([
        "measure": .string(measure), "unit": .string(unit), "value": .number(value),
        "check": .string(check),
      ]))
  }
}

/// What documents end in, in a form that every engine can tell.
enum Check {
  /// Length and FNV-1a hash of the text.
  static func text(_ doc: Doc) -> String {
    let text = doc.root("text").map { doc.string(of: $0) } ?? ""
    let hash = text.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return "\(text.utf16.count) units, \(hash)"
  }

  /// Number of the shapes, and the sum of their sizes and places.
  static func board(_ doc: Doc) -> String {
    guard let shapes = doc.root("shapes") else { return "no shapes" }
    var sum = 0.0
    let entries = doc.entries(of: shapes)
    for case .type(let shape, _) in entries.map(\.value) {
      for key in ["x", "y", "w", "h"] {
        if case .value(.number(let value))? = doc.value(of: shape, key: key) { sum += value }
      }
    }
    return "\(entries.count) shapes, \(Int(exactly: sum).map { "\($0)" } ?? "\(sum)")"
  }
}

/// Time and memory of this process.
enum Stopwatch {
  static func milliseconds(_ work: () throws -> Void) rethrows -> Double {
    let time = try ContinuousClock().measure(work).components
    return Double(time.seconds) * 1e3 + Double(time.attoseconds) / 1e15
  }

  /// Of an odd number of turns, after one that warms up.
  static func median(of turns: Int, _ work: () throws -> Void) rethrows -> Double {
    _ = try milliseconds(work)
    var times: [Double] = []
    for _ in 0..<turns { times.append(try milliseconds(work)) }
    return times.sorted()[turns / 2]
  }

  static func residentKiB() -> Int {
    guard let bytes = try? DocFile.read("/proc/self/statm") else { return 0 }
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(getpagesize()) / 1024
  }
}
