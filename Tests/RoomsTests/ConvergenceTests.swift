import CRDT
import Lib0
import Rooms
import SyncProtocol
import TestSupport
import Testing

/// A room and a handful of stock clients on a bad network: sockets end and come back, edits are
/// made offline, tabs of one person share edits behind the hub's back, readers fall behind,
/// messages come twice. In the end everybody has the same document, the hub too, and nobody was
/// refused.
@Suite("Room: convergence")
struct ConvergenceTests {
  @Test(arguments: 0..<150 as Range<UInt64>)
  func everybodyEndsWithTheSameDocument(seed: UInt64) throws {
    var simulation = Simulation(seed: seed)
    for _ in 0..<150 { try simulation.step() }
    try simulation.settle()
    let expected = simulation.clients[0].content
    let how = "seed \(seed); each process orders dictionaries anew, so it may take several runs"
    for client in simulation.clients {
      #expect(!client.doc.hasPending, "\(how)")
      #expect(client.content == expected, "\(how)")
    }
    #expect(try simulation.newcomer() == expected, "\(how)")
    #expect(simulation.refusals == 0, "\(how)")
  }
}

private struct Client {
  let subject: String
  var doc: Doc
  var session: SessionID?
  /// From the hub, not yet read.
  var inbox: [ServerMessage] = []
  /// To the hub, not yet arrived.
  var outbox: [ClientMessage] = []
  var isBehind = false

  var content: String {
    let text = doc.root("t").map { doc.string(of: $0) } ?? ""
    let map = doc.root("m").map { JSON.text(doc.json($0, as: .map)) } ?? "{}"
    // Keys stand in the order in which a replica met them.
    return text + "|" + String(map.sorted())
  }
}

private struct Simulation {
  let rig = RoomRig()
  var random: SplitMix64
  var clients: [Client]
  var refusals = 0

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    // Two tabs of one person, and three others; one keeps deleted content.
    clients = ["ann", "ann", "bob", "cleo", "dan"].enumerated().map { index, subject in
      Client(
        subject: subject,
        doc: Doc(clientID: ClientID(index + 1), collectsGarbage: index != 3))
    }
  }

  mutating func step() throws {
    let index = Int.random(in: 0..<clients.count, using: &random)
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<8: try edit(index)
    case 8..<11: try deliverToHub(index)
    case 11..<14: try deliverToClient(index)
    case 14: if clients[index].session == nil { connect(index) } else { disconnect(index) }
    case 15: try shareTabs()
    case 16: fallBehind(index)
    case 17: if let last = clients[index].outbox.last { clients[index].outbox.append(last) }
    default: endTurn(after: Int64.random(in: 0...30, using: &random))
    }
  }

  private mutating func edit(_ index: Int) throws {
    var random = self.random
    let update = try clients[index].doc.transact { transaction throws(EditError) in
      let text = transaction.root("t")
      let length = transaction.document.length(of: text)
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where length > 2:
        let start = Int.random(in: 0..<length - 1, using: &random)
        try transaction.deleteText(start..<start + 2, in: text)
      case 1:
        let key = "k\(Int.random(in: 0..<3, using: &random))"
        let value = AnyValue.number(Double(Int.random(in: 0..<100, using: &random)))
        transaction.set(key, to: value, in: transaction.root("m"))
      default:
        try transaction.insert(
          "xyz", at: Int.random(in: 0...length, using: &random), in: text)
      }
    }
    self.random = random
    if let update, clients[index].session != nil { clients[index].outbox.append(.update(update)) }
  }

  private mutating func connect(_ index: Int) {
    clients[index].session = rig.join(clients[index].subject)
    clients[index].inbox = []
    clients[index].isBehind = false
    clients[index].outbox = [
      .syncStep1(stateVector: clients[index].doc.stateVector.encoded())
    ]
    collect()
  }

  private mutating func disconnect(_ index: Int) {
    guard let session = clients[index].session else { return }
    rig.room.leave(session)
    clients[index].session = nil
    clients[index].inbox = []
    clients[index].outbox = []
  }

  private mutating func deliverToHub(_ index: Int) throws {
    guard let session = clients[index].session, !clients[index].outbox.isEmpty else { return }
    rig.send(clients[index].outbox.removeFirst(), from: session)
    collect()
  }

  private mutating func deliverToClient(_ index: Int) throws {
    guard !clients[index].inbox.isEmpty else { return }
    switch clients[index].inbox.removeFirst() {
    case .syncStep1(let vector):
      let state = try StateVector(decoding: vector.span)
      clients[index].outbox.append(
        .syncStep2(update: clients[index].doc.encodeStateAsUpdate(since: state)))
    case .syncStep2(let bytes), .update(let bytes):
      clients[index].doc.apply(try Update(v1: bytes))
    case .permissionDenied: refusals += 1
    default: break
    }
  }

  /// What the two tabs of one person exchange without the hub.
  private mutating func shareTabs() throws {
    let state = clients[0].doc.encodeStateAsUpdate(since: clients[1].doc.stateVector)
    clients[1].doc.apply(try Update(v1: state))
    let back = clients[1].doc.encodeStateAsUpdate(since: clients[0].doc.stateVector)
    clients[0].doc.apply(try Update(v1: back))
  }

  /// The host drops a reader's queue: whatever it has not read is gone.
  private mutating func fallBehind(_ index: Int) {
    guard let session = clients[index].session, !clients[index].isBehind else { return }
    let dropped = clients[index].inbox
    let keepsStep1 = dropped.filter { if case .syncStep1 = $0 { true } else { false } }
    guard dropped.contains(where: { if case .update = $0 { true } else { false } }) else { return }
    clients[index].inbox = keepsStep1
    clients[index].isBehind = true
    rig.room.readerFellBehind(session, having: 0)
  }

  private mutating func drain(_ index: Int) {
    guard let session = clients[index].session, clients[index].isBehind else { return }
    clients[index].isBehind = false
    rig.room.readerDrained(session, now: rig.now, &rig.effects)
    collect()
  }

  private mutating func endTurn(after milliseconds: Int64) {
    rig.advance(milliseconds: milliseconds)
    rig.endTurn()
    collect()
    for index in clients.indices where Bool.random(using: &random) { drain(index) }
  }

  /// Hands the room's messages to the clients' inboxes.
  private mutating func collect() {
    for effect in rig.take() {
      switch effect {
      case .send(let message, _, let target):
        for index in clients.indices where clients[index].session == target {
          clients[index].inbox.append(message)
        }
      case .fanOut(let message, _, let audience, _, _):
        for index in clients.indices {
          guard let session = clients[index].session, audience.stock.contains(session)
          else { continue }
          clients[index].inbox.append(message)
        }
      default: break
      }
    }
  }

  /// Everybody online, everything delivered.
  mutating func settle() throws {
    for index in clients.indices where clients[index].session == nil { connect(index) }
    for _ in 0..<60 {
      endTurn(after: 1_100)
      for index in clients.indices { drain(index) }
      for index in clients.indices {
        while !clients[index].inbox.isEmpty { try deliverToClient(index) }
        while !clients[index].outbox.isEmpty { try deliverToHub(index) }
      }
    }
  }

  mutating func newcomer() throws -> String {
    clients.append(Client(subject: "eve", doc: Doc(clientID: 99)))
    connect(clients.count - 1)
    try settle()
    return clients[clients.count - 1].content
  }
}
