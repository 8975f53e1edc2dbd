import CRDT
import TestSupport
import Testing

/// What goes on of a SyncStep2: only what is new, and all of it.
@Suite("News of an update")
struct NewsTests {
  /// Three writers with random knowledge of each other; the hub knows a part and is offered all.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func theNewsBringABehindReplicaToTheSameState(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    // Who keeps deleted content sends it, with its deletion beside it.
    var writers = (1...3).map { Doc(clientID: ClientID($0), collectsGarbage: seed % 2 == 0) }
    var hub = Doc(clientID: 100)
    for _ in 0..<40 {
      let index = Int.random(in: 0..<3, using: &random)
      _ = try writers[index].transact { transaction throws(EditError) in
        let text = transaction.root("t")
        let length = transaction.document.length(of: text)
        if length > 3, Bool.random(using: &random) {
          let start = Int.random(in: 0..<length - 2, using: &random)
          try transaction.deleteText(start..<start + 2, in: text)
        } else {
          let place = Int.random(in: 0...length, using: &random)
          try transaction.insert("abc", at: place, in: text)
        }
      }
      let other = Int.random(in: 0..<3, using: &random)
      let state = writers[index].encodeStateAsUpdate(since: writers[other].stateVector)
      writers[other].apply(try Update(v1: state))
      if Int.random(in: 0..<4, using: &random) == 0 {
        hub.apply(try Update(v1: writers[index].encodeStateAsUpdate(since: hub.stateVector)))
      }
    }
    var follower = hub
    for writer in writers {
      // A whole document, as a client offers it after a reconnect: mostly known already.
      let offer = try Update(v1: writer.encodeStateAsUpdate())
      let touched = hub.news(in: offer)
      let touches = hub.touches(offer)
      #expect(touched.newDeletes == touches.newDeletes)
      #expect(touched.newStructs.elementsEqual(touches.newStructs, by: ==))
      let news = offer.restricted(to: touched)
      #expect(news.isEmpty == touched.isEmpty)
      let applied = hub.apply(news)
      #expect(!applied.leftPending)
      follower.apply(news)
      #expect(follower.json(of: "t") == hub.json(of: "t"))
      // Nothing of the offer is missing.
      var check = hub
      #expect(!check.apply(offer).changed)
    }
    for writer in writers {
      var full = writer
      full.apply(try Update(v1: hub.encodeStateAsUpdate()))
      #expect(full.json(of: "t") == hub.json(of: "t"), "seed \(seed)")
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func intersectsAgreesWithItsDefinition(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func ranges() -> [DeleteRange] {
      (0..<Int.random(in: 0..<5, using: &random)).map { _ in
        DeleteRange(
          client: .random(in: 1...3, using: &random), clock: .random(in: 0..<20, using: &random),
          length: .random(in: 1...4, using: &random))
      }
    }
    let left = DeleteSet(ranges()), right = DeleteSet(ranges())
    let expected = (1...3 as ClosedRange<ClientID>).contains { client in
      (0..<30 as Range<UInt64>).contains { clock in
        left.contains(client: client, clock: clock) && right.contains(client: client, clock: clock)
      }
    }
    #expect(left.intersects(right) == expected)
    #expect(right.intersects(left) == expected)
  }
}

extension Doc {
  fileprivate func json(of root: String) -> String {
    self.root(root).map { string(of: $0) } ?? ""
  }
}
