import ArgumentParser
import CRDT

/// `jamboree doc convert FILE --to v2 -o OUT`.
struct DocConvert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a document in the other format.",
    discussion: """
      Nothing is applied: what waits for other updates stays, and so does what was deleted. Format \
      v1 has only JSON for embeds and formatting: of what else v2 holds there, undefined goes and \
      bytes become an object.
      """)

  @Argument(help: DocInput.help)
  var file: String

  @Option(help: ArgumentHelp("The format to write.", valueName: "v1|v2"))
  var to: UpdateFormat

  @OptionGroup var writing: DocOutput
  @OptionGroup var reading: DocReading

  func run() throws {
    try writing.write(reading.read(file).update, as: to)
  }
}

/// `jamboree doc merge FILES -o OUT`.
struct DocMerge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Join updates to one that does what all of them do.",
    discussion: """
      In any order, whether they overlap or leave holes. Nothing is applied, so nothing gets lost; \
      what was deleted keeps its content.
      """)

  @Argument(help: "Board files (.yjs.gz) or plain Yjs updates, each in either format.")
  var files: [String]

  @Option(help: ArgumentHelp("The format to write.", valueName: "v1|v2"))
  var to = UpdateFormat.v1

  @OptionGroup var writing: DocOutput
  @OptionGroup var reading: DocReading

  func run() throws {
    let updates = try files.map { try reading.read($0).update }
    try writing.write(Update.merging(updates), as: to)
  }
}
