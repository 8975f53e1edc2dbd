internal import CRDT

/// After an unclean end: of which Yjs client ids the hub has everything again.
///
/// Until then anybody's SyncStep2 may bring back what the hub lost under somebody else's id. What
/// an id wrote is complete once the document that writes under it has been here with all of it: it
/// gave a whole SyncStep2, or a live edit that built on nothing unknown. Another tab of the same
/// person says nothing about it, and a fresh one has nothing.
///
/// - Shape: board → client ids.
public struct SettledClients: Sendable, Equatable {
  private var boards: [String: Set<ClientID>] = [:]

  public init() {}

  public var isEmpty: Bool { boards.isEmpty }

  func contains(_ client: ClientID, on board: String) -> Bool {
    boards[board]?.contains(client) ?? false
  }

  mutating func insert(_ client: ClientID, on board: String) {
    boards[board, default: []].insert(client)
  }
}
