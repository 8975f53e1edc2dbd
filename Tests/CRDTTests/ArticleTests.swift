import Foundation
import Testing

/// The article of the module, and the program that its examples are parts of.
@Suite("From Yjs to Swift")
struct ArticleTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: Self.root.appending(path: path)), as: UTF8.self)
  }

  @Test func everyExampleIsAPartOfTheProgram() throws {
    let program = try text("Tests/CRDTExample/Example.swift")
    let article = try text("Sources/CRDT/CRDT.docc/FromYjsToSwift.md")
    let pieces = article.components(separatedBy: "```swift\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
    #expect(pieces.count >= 8)
    for piece in pieces {
      let isThere = program.contains(piece)
      #expect(isThere, "\(piece)")
    }
  }

  @Test func theProgramShowsWhatItShould() throws {
    // It is built beside the program that runs the tests.
    let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent()
    let process = Process()
    process.executableURL = folder.appending(path: "CRDTExample")
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let expected = """
      the update has 79 bytes
      {"title":"Radio","list":[true,{"colour":"yellow"}]}
      "Radio"
      2 elements
      Hello, world
      [{"insert":"Hello","attributes":{"bold":true}},{"insert":{"image":"a.png"}},\
      {"insert":", world"}]
      <heading level="2">Hello</heading><hr></hr>
      the same: true
      in format 2: 45 bytes
      changed: true
      to send: 16 bytes
      to send: 11 bytes
      abc
      {"tname":"text","item":{"client":1,"clock":1},"assoc":0}
      now at 3
      now to be synchronised: page-1
      {"k":"old"}
      {"name":"Ann"}
      gone: [1]

      """
    #expect(output == expected)
  }
}
