import ArgumentParser
import CRDT
import Lib0

/// `jamboree doc session`: a document driven by lines of JSON.
struct DocSession: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "session",
    abstract: "Edit a document by lines of JSON.",
    discussion: """
      Reads a command a line and answers each with a line; what cannot be done is answered with \
      "error" and changes nothing. Bytes are in hexadecimal, updates in format v1, or in v2 where \
      a line says "format": "v2".

        {"new": 7, "keepDeleted": true}   an empty document, and who the edits are by
        {"client": 7}                who the edits are by
        {"edit": [STEP, …]}          one transaction; answers its update, or null
        {"apply": UPDATE}            tells if something waits, and subdocuments
        {"merge": [UPDATE, …]}       one update of several, without the document
        {"state": "v1", "since": SV}   all, or what a state vector lacks; or "v2"
        {"vector": true}             the state vector
        {"compare": UPDATE}          whether it holds the same as the document
        {"show": PATH, "as": "map"}  also "array", "text", "xml"
        {"subdocuments": true}       their names
        {"position": PATH, "index": 3, "side": -1}   a relative position
        {"resolve": POSITION}        the index that it has now, or null

      PATH is a list: a root's name, then keys and indices: ["notes", "n1", "text"].
      STEP is one of these, with "in": PATH:

        {"set": KEY, "to": VALUE}  {"remove": KEY}  {"clear": true}
        {"attribute": NAME, "to": VALUE}   without "to" it is removed
        {"insert": [VALUE, …], "at": 0}    into arrays and XML
        {"insert": [VALUE, …], "after": 0}   behind a child; null: in front of all
        {"append": [VALUE, …]}  {"delete": COUNT, "at": 0}
        {"text": "…", "at": 0, "attributes": {…}}   without: those of the place
        {"embed": VALUE, "at": 0, "attributes": {…}}
        {"format": {…}, "at": 0, "count": 3}  {"erase": COUNT, "at": 0}
        {"delta": [{"retain": 3}, {"insert": "…"}, {"delete": 2}]}

      VALUE is JSON, or {"$new": "map"}, array, text, xmlFragment, xmlText, xmlElement and xmlHook \
      (these two with a "name"), {"$doc": {"guid": …}}, {"$bytes": HEX}, {"$undefined": true}, \
      {"$bigint": "5"}, {"$number": "NaN"}.
      """)

  @Argument(help: "A document to begin with: a board file (.yjs.gz) or a plain Yjs update.")
  var file: String?

  @Option(help: ArgumentHelp("The client id of the edits.", valueName: "number"))
  var client: UInt64 = 1

  @Flag(help: "Keep the content of what is deleted.")
  var keepDeleted = false

  @OptionGroup var reading: DocReading

  mutating func validate() throws {
    guard client <= maxSafeInteger else { throw ValidationError("--client is over 2^53-1") }
  }

  mutating func run() throws {
    var script = SessionScript(clientID: client, collectsGarbage: !keepDeleted)
    if let file { script.load(try reading.read(file).update) }
    while let line = readLine() {
      if line.allSatisfy(\.isWhitespace) { continue }
      Console.print(json: script.answer(Array(line.utf8)))
    }
  }
}
