import ArgumentParser
import CRDT
import Lib0

/// `jamboree doc diff A B`: what each of two documents has that the other has not.
struct DocDiff: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Say what each of two documents has that the other has not.",
    discussion: """
      One line for each client's clocks and one for what is deleted. Exits with 1 if they differ, \
      like diff. With -o what A lacks is written as an update, which makes B of A.
      """)

  @Argument(help: "The document to compare with.")
  var a: String

  @Argument(help: "The other one, perhaps a later one.")
  var b: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write what A lacks to this file, or - for standard output."))
  var output: String?

  @Option(help: ArgumentHelp("The format to write.", valueName: "v1|v2"))
  var to = UpdateFormat.v1

  @OptionGroup var reading: DocReading

  func run() throws {
    let first = try reading.read(a)
    let second = try reading.read(b)
    let (one, other) = (first.document(), second.document())
    let gained = other.news(beside: one)
    if let output {
      do {
        let rest = second.update.restricted(to: one.news(in: second.update))
        try DocFile.write(to.encode(rest), to: output)
      } catch let error as EncodingError {
        throw Failure("cannot be written in format \(to.rawValue): \(error)")
      }
    }
    let lost = one.news(beside: other)
    // Where the update goes to standard output, nothing else may.
    if output != "-" {
      for line in lines(lost, "only in A") + lines(gained, "only in B") { Console.print(line) }
    }
    if !gained.isEmpty || !lost.isEmpty { throw ExitCode(1) }
  }

  private func lines(_ news: TouchSet, _ where: String) -> [String] {
    var lines = news.newStructs.map { run in
      "\(`where`): client \(run.client), clocks \(run.from) to \(run.to - 1)"
    }
    let deleted = news.newDeletes.elementCount
    if deleted > 0 { lines.append("\(`where`): \(deleted) deleted") }
    return lines
  }
}

extension Doc {
  /// What this document has and `other` has not.
  fileprivate func news(beside other: Doc) -> TouchSet {
    do throws(UpdateError) {
      return other.news(in: try Update(v1: encodeStateAsUpdate()))
    } catch {
      preconditionFailure("our own update does not decode: \(error)")
    }
  }
}
