internal import CRDT
internal import Lib0

/// What a room shares but does not leave to everybody: a Yjs document that only the hub writes.
///
/// - Shape: root map `room`: `frozen` (bool), `frozenBy` (the facilitator's name).
struct Stage {
  static let root = "room"
  /// Read once, so that no copy of the document stays.
  let frozen: Bool

  init(_ doc: Doc) {
    let value = doc.root(Self.root).flatMap { doc.value(of: $0, key: "frozen") }
    if case .value(.bool(true))? = value { frozen = true } else { frozen = false }
  }

  static func set(frozen: Bool, by name: String, in transaction: inout Transaction) {
    let room = transaction.root(root)
    transaction.set("frozen", to: .bool(frozen), in: room)
    transaction.set("frozenBy", to: frozen ? .string(name) : .null, in: room)
  }
}
