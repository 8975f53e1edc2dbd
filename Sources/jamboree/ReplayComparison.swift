import CRDT
import JamClient
import Lib0
import SyncProtocol

/// Whether the boards of a room are what a recording ends with.
struct ReplayComparison {
  /// Nanoseconds to fetch all boards in.
  static let patience: UInt64 = 120_000_000_000

  /// The boards as the hub gives them to somebody who knows nothing.
  static func fetch(
    _ names: [String], from door: ReplayDoor
  ) throws -> [String: Doc] {
    let deadline = monotonicNow() + patience
    let connection = try door.enter(deadline: deadline)
    for name in names {
      try connection.send(.open(epoch: 0), board: name)
      try connection.send(.syncStep1(stateVector: StateVector().encoded()), board: name)
    }
    // What is answered behind all of that says that nothing more of it is to come.
    try connection.send(
      control: ObjectValue([
        .init(key: "id", value: .number(1)), .init(key: "command", value: .string("who")),
      ]))
    var docs: [String: Doc] = [:]
    var isAnswered = false
    while !isAnswered || docs.count < names.count {
      guard let incoming = try connection.next(deadline: deadline) else {
        let missing = names.filter { docs[$0] == nil }.map { "'\($0)'" }
        throw ClientError.timeout(
          missing.isEmpty
            ? "the hub does not answer" : "not answered: board \(missing.joined(separator: ", "))")
      }
      switch incoming {
      case .control(let fields):
        if let refusal = Failure(refusalIn: fields) { throw refusal }
        if case .string(let type)? = fields["type"], type == "reply" { isAnswered = true }
      case .message(let board, .syncStep2(let bytes)):
        docs[board, default: Doc(clientID: 0)].apply(try Update(v1: bytes))
      case .message(let board, .update(let bytes)) where docs[board] != nil:
        docs[board]?.apply(try Update(v1: bytes))
      case .message: break
      }
    }
    connection.close()
    return docs
  }

  /// What differs, in words; nil where nothing does.
  static func difference(recorded: Doc, found: Doc) -> String? {
    let (wanted, had) = (recorded.stateVector, found.stateVector)
    if wanted != had {
      let clients = Set(wanted.map(\.client)).union(had.map(\.client)).sorted()
      let wrong = clients.filter { wanted[$0] != had[$0] }
      let shown = wrong.prefix(4).map {
        "client \($0) is recorded up to \(wanted[$0]), the hub has \(had[$0])"
      }
      let more = wrong.count > 4 ? " and \(wrong.count - 4) more" : ""
      return "the state vectors differ: " + shown.joined(separator: "; ") + more
    }
    let (left, right) = (bytes(of: recorded), bytes(of: found))
    guard left != right else { return nil }
    let place = zip(left, right).prefix { $0 == $1 }.count
    return "the state vectors agree, the content does not: encoded it has \(left.count) bytes as "
      + "recorded and \(right.count) in the hub, and they differ from byte \(place) on"
  }

  /// The document as one update, in which nothing tells any more in which pieces it came.
  static func bytes(of doc: Doc) -> [UInt8] {
    let whole = doc.encodeStateAsUpdate()
    guard let update = try? Update(v1: whole) else { return whole }
    var fresh = Doc(clientID: 0)
    fresh.apply(update)
    return fresh.encodeStateAsUpdate()
  }
}
