import ArgumentParser
import CRDT
import Lib0

/// `jamboree doc stats FILE`: what a document is made of.
struct DocStats: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Count what a document is made of.",
    discussion: """
      Structs are runs of elements that one client wrote at one place. Tombstones are those of \
      deleted ones that still have a place, garbage those that have none. A clock is an element: \
      a UTF-16 code unit of text, a value, a mark.
      """)

  @Argument(help: DocInput.help)
  var file: String

  @Flag(help: "Print it as JSON.")
  var json = false

  @OptionGroup var reading: DocReading

  func run() throws {
    let input = try reading.read(file)
    let counts = input.document().statistics
    let rows: [(name: String, key: String, value: UInt64)] = [
      ("bytes", "bytes", UInt64(input.byteCount)),
      ("clients", "clients", UInt64(counts.clients)),
      ("structs", "structs", UInt64(counts.structs)),
      ("  tombstones", "tombstones", UInt64(counts.tombstones)),
      ("  garbage", "garbage", UInt64(counts.garbage)),
      ("clocks", "clocks", counts.clocks),
      ("  deleted", "deletedClocks", counts.deletedClocks),
      ("shared types", "types", UInt64(counts.types)),
      ("bytes of content", "contentBytes", UInt64(counts.contentBytes)),
      ("structs that wait", "pendingStructs", UInt64(counts.pendingStructs)),
    ]
    if json {
      var object = ObjectValue([.init(key: "format", value: .string(input.format.rawValue))])
      for row in rows { object.set(row.key, .number(Double(row.value))) }
      return Console.print(json: .object(object))
    }
    var table = TextTable([("format", false), (input.format.rawValue, true)])
    for row in rows { table.add([row.name, String(row.value)]) }
    for line in table.lines { Console.print(line) }
  }
}
