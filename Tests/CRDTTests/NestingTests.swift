import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Types in types, deeper than anybody draws: asking about them must not cost more than they do.
@Suite("Deep nesting")
struct NestingTests {
  /// `depth` types, each in the one before: under a key of it, or in its list.
  private func nested(_ depth: Int, inMaps: Bool) throws -> Update {
    var writer = ByteWriter()
    writer.varUInt(1)
    writer.varUInt(depth)
    writer.varUInt(5)
    writer.varUInt(0)
    for index in 0..<depth {
      writer.byte(inMaps ? 0x27 : 0x07)
      if index == 0 {
        writer.varUInt(1)
        writer.string("r")
      } else {
        writer.varUInt(0)
        writer.varUInt(5)
        writer.varUInt(index - 1)
      }
      if inMaps { writer.string("k") }
      writer.varUInt(inMaps ? 1 : 0)
    }
    writer.varUInt(0)
    return try Update(v1: writer.bytes)
  }

  @Test(arguments: [false, true])
  func askingAboutDeepNestingIsCheap(inMaps: Bool) throws {
    let update = try nested(20_000, inMaps: inMaps)
    var doc = Doc(clientID: 9)
    let started = threadSeconds()
    let touches = doc.touches(update)
    let news = doc.news(in: update)
    let took = threadSeconds() - started
    #expect(took < 5)
    #expect(news.newStructs.elementsEqual(touches.newStructs, by: ==))
    #expect(touches.touches.count == (inMaps ? Touch.maximumDepth : 1))
    #expect(touches.touches.allSatisfy { $0.path.count <= Touch.maximumDepth })
    doc.apply(update)
    #expect(doc.touches(update).isEmpty)
  }

  /// Yjs fails at types that are nested thousands deep, and is slow long before.
  @Test(arguments: [false, true])
  func typesThatAreTooDeepAreFound(inMaps: Bool) throws {
    let empty = Doc(clientID: 9)
    #expect(empty.firstTypeDeeper(than: 100, in: try nested(100, inMaps: inMaps)) == nil)
    let deep = empty.firstTypeDeeper(than: 100, in: try nested(20_000, inMaps: inMaps))
    #expect(deep?.client == 5 && deep?.clock == 100)
    #expect(deep?.what == "a shared type more than 100 deep")

    // One after the other, and where some of it is known already.
    var doc = Doc(clientID: 9)
    let whole = try nested(101, inMaps: inMaps)
    for depth in 1...100 {
      let update = try nested(depth, inMaps: inMaps)
      let next = update.restricted(to: doc.news(in: update))
      #expect(next.records.count == 1 && doc.firstTypeDeeper(than: 100, in: next) == nil)
      doc.apply(next)
    }
    let next = whole.restricted(to: doc.news(in: whole))
    #expect(doc.firstTypeDeeper(than: 100, in: next)?.clock == 100)
    #expect(doc.firstTypeDeeper(than: 101, in: next) == nil)
    #expect(doc.firstTypeDeeper(than: 50, in: try nested(100, inMaps: inMaps)) == nil)
  }

  @Test func belowTheDepthLimitTheOutermostValueIsChanged() throws {
    let depth = Touch.maximumDepth
    var doc = Doc(clientID: 9)
    doc.apply(try nested(depth + 4, inMaps: true))
    let deletion = Update(
      deleting: DeleteSet([DeleteRange(client: 5, clock: UInt64(depth + 3), length: 1)]))
    #expect(
      doc.touches(deletion).touches == [
        Touch(root: "r", path: Array(repeating: "k", count: depth), kind: .changed)
      ])
    let outermost = Update(deleting: DeleteSet([DeleteRange(client: 5, clock: 15, length: 1)]))
    #expect(doc.touches(outermost).touches.first?.kind == .deleted)
  }
}
