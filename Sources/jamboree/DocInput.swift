import ArgumentParser
import CRDT
import Lib0

/// The two forms of a Yjs update.
enum UpdateFormat: String, CaseIterable, ExpressibleByArgument {
  case v1, v2

  /// The whole of `bytes` as an update in this format.
  func decode(_ bytes: [UInt8]) throws(DocFormatError) -> Update {
    var end = 0
    let update: Update
    do throws(UpdateError) {
      switch self {
      case .v1: update = try Update(v1: bytes, end: &end)
      case .v2: update = try Update(v2: bytes, end: &end)
      }
    } catch {
      throw .undecodable(self, error)
    }
    if end < bytes.count { throw .trailing(self, bytes.count - end) }
    return update
  }

  func encode(_ update: Update) throws -> [UInt8] {
    switch self {
    case .v1: update.encodedV1()
    case .v2: try update.encodedV2()
    }
  }
}

/// Why a file is not an update in one format.
enum DocFormatError: Error, CustomStringConvertible {
  case undecodable(UpdateFormat, UpdateError)
  case trailing(UpdateFormat, Int)

  var description: String {
    switch self {
    case .undecodable(let format, let error): "not in format \(format.rawValue): \(error)"
    case .trailing(let format, let count):
      "not in format \(format.rawValue): \(count) \(count == 1 ? "byte" : "bytes") behind it"
    }
  }
}

/// In which format files are read.
struct DocReading: ParsableArguments {
  @Option(help: ArgumentHelp("Only this format; else the one that fits.", valueName: "v1|v2"))
  var format: UpdateFormat?

  func read(_ path: String) throws -> DocInput {
    let bytes = try DocFile.read(path)
    // Nothing says which format it is, but an update in one is hardly ever the whole of another.
    let formats = format.map { [$0] } ?? UpdateFormat.allCases
    var problems: [DocFormatError] = []
    for format in formats {
      do throws(DocFormatError) {
        let update = try format.decode(bytes)
        return DocInput(
          name: DocFile.name(path), update: update, format: format, byteCount: bytes.count)
      } catch {
        problems.append(error)
      }
    }
    let reasons = problems.map(\.description).joined(separator: "; ")
    throw Failure("\(DocFile.name(path)) is no Yjs update: \(reasons)")
  }
}

/// A document that the command line was given.
struct DocInput {
  static let help: ArgumentHelp =
    "A board file (.yjs.gz), a plain Yjs update, or - for standard input."

  var name: String
  var update: Update
  var format: UpdateFormat
  var byteCount: Int

  /// The document of it, with everything that was deleted kept as it is. What it waits for is told.
  func document() -> Doc {
    var doc = Doc(clientID: 0, collectsGarbage: false)
    doc.apply(update)
    if doc.hasPending {
      Console.complain("\(name): part of it waits for updates that are not in the file")
    }
    return doc
  }
}

/// Where a command puts the update that it makes.
struct DocOutput: ParsableArguments {
  @Option(name: .shortAndLong, help: ArgumentHelp("The new file, or - for standard output."))
  var output: String

  func write(_ update: Update, as format: UpdateFormat) throws {
    let bytes: [UInt8]
    do { bytes = try format.encode(update) } catch {
      throw Failure("cannot be written in format \(format.rawValue): \(error)")
    }
    try DocFile.write(bytes, to: output)
  }
}
