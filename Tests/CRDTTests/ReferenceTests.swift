import Lib0
import TestSupport
import Testing

@testable import CRDT

/// The engine beside the naive one: the same edits, delivered in the same order, show the same.
@Suite("Beside the reference")
struct ReferenceTests {
  /// Random sessions of three: edits, deliveries late, early, twice.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func randomSessionsShowTheSame(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var world = ReferenceWorld(clients: [3, 1, 4_294_967_295].shuffled(using: &random))
    for _ in 0..<40 {
      let peer = Int.random(in: 0..<3, using: &random)
      if Bool.random(using: &random) {
        try world.edit(peer, &random)
      } else if let edit = world.edits.indices.randomElement(using: &random) {
        try world.deliver(edit, to: peer)
      }
      #expect(world.difference(peer) == nil, "seed \(seed)")
    }
    for peer in 0..<3 {
      for edit in world.edits.indices.shuffled(using: &random) {
        try world.deliver(edit, to: peer)
        #expect(world.difference(peer) == nil, "seed \(seed)")
      }
      #expect(world.isComplete(peer), "seed \(seed)")
    }
    #expect(Set(world.peers.map(\.naive.text)).count == 1)
    #expect(Set(world.peers.map(\.naive.values)).count == 1)
  }

  /// Few edits, and every order in which they can come.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func everyOrderShowsTheSame(seed: UInt64) throws {
    var random = SplitMix64(seed: 1_000 + seed)
    var world = ReferenceWorld(clients: [2, 1, 7].shuffled(using: &random))
    while world.edits.count < 5 {
      let peer = Int.random(in: 0..<3, using: &random)
      try world.edit(peer, &random)
      if let edit = world.edits.indices.randomElement(using: &random) {
        try world.deliver(edit, to: (peer + 1) % 3)
      }
    }
    var ends: Set<String> = []
    let orders = Self.orders(of: Array(world.edits.indices))
    #expect(orders.count == 120)
    for order in orders {
      var reader = ReferenceWorld(clients: [9])
      reader.edits = world.edits
      for edit in order { try reader.deliver(edit, to: 0) }
      #expect(reader.difference(0) == nil, "seed \(seed), order \(order)")
      #expect(reader.isComplete(0), "seed \(seed), order \(order)")
      let naive = reader.peers[0].naive
      ends.insert("\(naive.text) \(naive.values.sorted { $0.key < $1.key })")
    }
    #expect(ends.count == 1, "seed \(seed)")
  }

  private static func orders(of list: [Int]) -> [[Int]] {
    if list.isEmpty { return [[]] }
    return list.flatMap { first in
      orders(of: list.filter { $0 != first }).map { [first] + $0 }
    }
  }
}

/// Some writers, each with both engines.
struct ReferenceWorld {
  struct Peer {
    var naive: ReferenceEngine
    var document: Doc
  }

  private(set) var peers: [Peer]
  var edits: [(naive: ReferenceEngine.Edit, update: Update)] = []

  init(clients: [UInt64]) {
    peers = clients.map {
      Peer(naive: ReferenceEngine(client: $0), document: Doc(clientID: $0))
    }
  }

  /// One random edit by both engines of a writer.
  mutating func edit(_ peer: Int, _ random: inout SplitMix64) throws {
    let length = peers[peer].naive.units.count
    let at = Int.random(in: 0...length, using: &random)
    let key = ["a", "b"].randomElement(using: &random) ?? "a"
    var naive: ReferenceEngine.Edit
    let bytes: [UInt8]?
    switch Int.random(in: 0..<8, using: &random) {
    case 0..<4:
      let units = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        ["x", "y", "я", "漢", "z"].randomElement(using: &random) ?? "x"
      }
      naive = peers[peer].naive.insert(units, at: at)
      bytes = try peers[peer].document.transact { edit throws(EditError) in
        let text = edit.root("t")
        try edit.insert(units.joined(), at: at, in: text)
      }
    case 4..<6:
      let range = at..<min(length, at + Int.random(in: 1...3, using: &random))
      naive = peers[peer].naive.delete(range)
      bytes = try peers[peer].document.transact { edit throws(EditError) in
        let text = edit.root("t")
        try edit.deleteText(range, in: text)
      }
    case 6:
      let value = String(Int.random(in: 0..<1000, using: &random))
      naive = peers[peer].naive.set(key, to: value)
      bytes = peers[peer].document.transact { edit in
        let map = edit.root("m")
        edit.set(key, to: .string(value), in: map)
      }
    default:
      naive = peers[peer].naive.remove(key)
      bytes = peers[peer].document.transact { edit in
        let map = edit.root("m")
        edit.removeValue(for: key, in: map)
      }
    }
    guard let bytes else { return }
    edits.append((naive, try Update(v1: bytes)))
  }

  mutating func deliver(_ edit: Int, to peer: Int) throws {
    peers[peer].naive.take(edits[edit].naive)
    peers[peer].document.apply(edits[edit].update)
  }

  /// How the engines of a writer differ, if they do.
  func difference(_ peer: Int) -> String? {
    let (naive, document) = (peers[peer].naive, peers[peer].document)
    if naive.waits != document.hasPending { return "waits: \(naive.waits)" }
    let text = document.root("t").map { document.string(of: $0) } ?? ""
    if text != naive.text { return "text \(text) instead of \(naive.text)" }
    var values: [String: String] = [:]
    for entry in document.root("m").map({ document.entries(of: $0) }) ?? [] {
      if case .value(.string(let value)) = entry.value { values[entry.key] = value }
    }
    if values != naive.values { return "values \(values) instead of \(naive.values)" }
    return document.problems().first
  }

  func isComplete(_ peer: Int) -> Bool {
    !peers[peer].naive.waits && !peers[peer].document.hasPending
  }
}
