import ArgumentParser
import CRDT
import Lib0

/// `jamboree doc`: look at documents without a hub.
struct DocCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doc",
    abstract: "Look at Yjs documents, compare, join, convert and edit them.",
    subcommands: [
      DocShow.self, DocStats.self, DocDiff.self, DocMerge.self, DocConvert.self, DocTrace.self,
      DocSession.self,
    ])
}

/// `jamboree doc show FILE`: every root as JSON.
struct DocShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print a document as JSON.",
    discussion: """
      A root's type is not in the file; the view is chosen by what the root holds. Text is shown \
      without its formatting and without what is embedded in it, XML as Yjs writes it.
      """)

  @Argument(help: DocInput.help)
  var file: String

  @OptionGroup var reading: DocReading

  mutating func run() throws {
    let doc = try reading.read(file).document()
    var roots = ObjectValue()
    for name in doc.rootNames.sorted() {
      guard let type = doc.root(name) else { continue }
      roots.set(name, doc.json(type, as: doc.naturalKind(of: type)))
    }
    Console.print(json: .object(roots))
  }
}
