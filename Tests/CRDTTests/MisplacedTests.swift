import Lib0
import TestSupport
import Testing

@testable import CRDT

/// What an open room refuses, because it would look different in Yjs 13.5, Yjs 13.6 and yrs.
@Suite("Misplaced structs")
struct MisplacedTests {
  @Test(arguments: PlacesBoard.elsewhere)
  func whatEachImplementationPutsElsewhereIsFound(_ row: PlacesBoard.Row) throws {
    let found = try PlacesBoard.make().firstMisplaced(in: try RawStruct.update(row.structs))
    let last = try #require(row.structs.last)
    #expect(found?.client == last.id.client && found?.clock == last.id.clock)
  }

  @Test(arguments: PlacesBoard.misplaced + PlacesBoard.placed)
  func whatAllPutAtTheSamePlaceIsNot(_ row: PlacesBoard.Row) throws {
    let found = try PlacesBoard.make().firstMisplaced(in: try RawStruct.update(row.structs))
    #expect(found == nil)
  }

  /// Whoever has not collected the garbage yet gets what the hub has made of it.
  @Test func besideGarbageThereIsNoPlace() throws {
    var hub = try PlacesBoard.make()
    var first = hub
    first.clientID = 500
    let holder = try first.transact { edit throws(EditError) in
      let map = edit.set("h", toNew: .map, in: edit.root("m"))
      edit.set("inner", to: .null, in: map)
    }
    hub.apply(try Update(v1: holder ?? []))
    let inner = hub.clock(of: 500) - 1
    hub.apply(Update(deleting: DeleteSet([DeleteRange(client: 500, clock: inner - 1, length: 1)])))
    let dead = ElementID(500, inner)
    let neighbours = [(PlacesBoard.inText, dead), (dead, PlacesBoard.inKey)]
    for (number, (left, right)) in neighbours.enumerated() {
      let beside = RawStruct(2000 + UInt64(number), 0, left: left, right: right)
      let update = try RawStruct.update([beside])
      #expect(hub.firstMisplaced(in: update) == nil)
      var there = first
      let applied = hub.apply(update)
      #expect(applied.madeGarbage)
      #expect(hub.problems() == [])
      let seen = Visible(there)
      let passedOn = hub.update(of: applied)
      #expect(there.apply(passedOn).changed)
      #expect(Visible(there) == seen)
      #expect(passedOn.records.allSatisfy { $0.kind == ContentKind.gc })
    }
    let inMap = try first.transact { edit throws(EditError) in
      edit.set("k", to: .null, in: edit.root("m"))
    }
    #expect(!hub.apply(try Update(v1: inMap ?? [])).madeGarbage)
  }

  /// Undo, formats, nested types: whatever Yjs wrote in the recorded sessions may come in, one
  /// update at a time and all at once.
  @Test func noSessionOfYjsHoldsAny() throws {
    var count = 0
    for session in Vectors.sessions {
      var doc = Doc(clientID: 77)
      let updates = try session.updates.map { bytes throws in try Update(v1: bytes) }
      for update in updates where doc.missing(for: update) == nil {
        #expect(doc.firstMisplaced(in: update) == nil)
        doc.apply(update)
        count += 1
      }
      #expect(Doc(clientID: 77).firstMisplaced(in: Update.merging(updates)) == nil)
    }
    #expect(count > 5_000)
  }
}
