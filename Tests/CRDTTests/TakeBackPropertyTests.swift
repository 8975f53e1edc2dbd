import Lib0
import TestSupport
import Testing

@testable import CRDT

/// Random people in a room that is frozen now and then.
@Suite("Taking back: whatever comes")
struct TakeBackPropertyTests {
  @Test(arguments: 0..<200 as Range<UInt64>)
  func everybodySeesWhatTheHubSees(seed: UInt64) throws {
    var room = FreezingRoom(seed: seed)
    for _ in 0..<60 { try room.step() }
    try room.settle()
    let expected = Visible(room.hub)
    for peer in room.peers {
      #expect(!peer.doc.hasPending, "seed \(seed)")
      #expect(Visible(peer.doc) == expected, "seed \(seed), peer \(peer.doc.clientID)")
      #expect(room.hub.clock(of: peer.doc.clientID) == peer.doc.clock(of: peer.doc.clientID))
      #expect(peer.doc.stateVector == room.hub.stateVector)
    }
    #expect(room.takenBack > 0, "seed \(seed)")
  }

  /// Real sessions, XML among them; some updates are taken back, and later ones build on those.
  @Test func updatesOfRealSessionsAreTakenBackOrRefused() throws {
    var random = SplitMix64(seed: 5)
    var takenBack = 0
    for session in Vectors.sessions {
      var hub = Doc(clientID: 4_000_000_000)
      for bytes in session.updates {
        let offer = try Update(v1: bytes)
        let update = offer.restricted(to: hub.news(in: hub.integrable(offer)))
        if Bool.random(using: &random), !update.isEmpty, hub.missing(for: update) == nil {
          do throws(TakeBackError) {
            _ = try expectTakenBack(update, &hub, "\(session.testDescription)")
            takenBack += 1
            continue
          } catch {
            // One author's structs are where editors write. Of what several wrote at one place and
            // sent as one update, that cannot always be told.
            let isOfSeveral = update.clientCount > 1
            #expect(error != .misplaced || isOfSeveral, "\(session.testDescription)")
          }
        }
        hub.apply(hub.integrable(offer))
      }
    }
    #expect(takenBack > 1000)
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func hostileUpdatesAreTakenBackOrRefused(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let sources = HostileInputTests.real
    var takenBack = 0
    for _ in 0..<2000 {
      var hub = Doc(clientID: 1)
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        if let known = try? Update(v1: sources.randomElement(using: &random) ?? []) {
          hub.apply(hub.integrable(known))
        }
      }
      var bytes = sources.randomElement(using: &random) ?? []
      if bytes.isEmpty { continue }
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
        bytes[Int.random(in: bytes.indices, using: &random)] ^= bit
      }
      // Not cut down to what is new: what is known already must not matter.
      guard hub.problems().isEmpty, let update = try? Update(v1: bytes) else { continue }
      if (try? expectTakenBack(hub.integrable(update), &hub, "seed \(seed)")) != nil {
        takenBack += 1
      }
    }
    #expect(takenBack > 100)
  }
}

private struct Peer {
  var doc: Doc
  /// How many of the hub's frames it has read.
  var read = 0
  /// Edits that the hub has not got.
  var unsent: [Update] = []
}

private struct FreezingRoom {
  var random: SplitMix64
  var hub: Doc
  var peers: [Peer]
  var frames: [Update] = []
  var isFrozen = false
  var takenBack = 0
  private let seed: UInt64

  init(seed: UInt64) {
    self.seed = seed
    random = SplitMix64(seed: seed)
    hub = Doc(clientID: 50, collectsGarbage: seed % 5 != 0)
    // Client ids on both sides of the hub's, for they decide between concurrent edits.
    peers = [1, 30, 70, 99].map { Peer(doc: Doc(clientID: $0, collectsGarbage: $0 != 30)) }
  }

  mutating func step() throws {
    let index = Int.random(in: 0..<peers.count, using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0: isFrozen.toggle()
    case 1..<6: try edit(index)
    case 6, 7: try send(index)
    default: read(index, atMost: Int.random(in: 1...5, using: &random))
    }
  }

  private mutating func edit(_ index: Int) throws {
    var random = self.random
    let update = try peers[index].doc.transact { edit throws(EditError) in
      for _ in 0..<Int.random(in: 1...3, using: &random) { try BoardScribble.edit(&edit, &random) }
    }
    self.random = random
    if let update { peers[index].unsent.append(try Update(v1: update)) }
  }

  /// All that one has not sent, as one update or as many.
  private mutating func send(_ index: Int) throws {
    var updates = peers[index].unsent
    peers[index].unsent = []
    if updates.isEmpty { return }
    if Bool.random(using: &random) { updates = [Update.merging(updates)] }
    for offer in updates {
      let update = offer.restricted(to: hub.news(in: offer))
      #expect(hub.missing(for: update) == nil)
      if isFrozen, let result = try? expectTakenBack(update, &hub, "seed \(seed)") {
        frames.append(result)
        takenBack += 1
      } else {
        hub.apply(update)
        frames.append(update)
      }
    }
  }

  private mutating func read(_ index: Int, atMost count: Int) {
    for _ in 0..<count where peers[index].read < frames.count {
      peers[index].doc.apply(frames[peers[index].read])
      peers[index].read += 1
    }
  }

  mutating func settle() throws {
    isFrozen = true
    for index in peers.indices {
      try edit(index)
      try send(index)
    }
    for index in peers.indices { read(index, atMost: frames.count) }
  }
}
