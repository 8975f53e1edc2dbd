internal import CRDT
internal import Lib0

/// What a room shares but does not leave to everybody: a Yjs document that only the hub writes.
///
/// - Shape: root map `room`: `frozen` (bool), `frozenBy` (the facilitator's name).
struct Stage {
  static let root = "room"
  private let doc: Doc?

  init(_ doc: Doc?) { self.doc = doc }

  /// Only facilitators may write.
  var frozen: Bool {
    guard case .bool(let value)? = doc?.mapValue(root: Self.root, key: "frozen") else {
      return false
    }
    return value
  }

  static func set(frozen: Bool, by name: String, in transaction: inout Transaction) {
    let room = transaction.map(root)
    room.set("frozen", to: .bool(frozen), in: &transaction)
    room.set("frozenBy", to: frozen ? .string(name) : .null, in: &transaction)
  }
}
