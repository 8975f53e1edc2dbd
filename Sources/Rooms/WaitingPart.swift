public import CRDT

/// What a document read from disk holds and does not show, because it builds on changes that are
/// lost. It shows once somebody who has those brings them.
///
/// Peers never make such a part (`Room.take`): it comes from a record that is damaged or missing
/// with others behind it, and from snapshots that were made of such a document.
public struct WaitingPart: Sendable {
  /// All of it, with deletions that the document knows beside it.
  public var update: Update
  public var structs: Int
  /// Whose structs they are, lowest id first.
  public var clients: [ClientID]
  /// Stretches of deletions of what is not there.
  public var deletions: Int

  /// `nil` where nothing waits.
  ///
  /// - Complexity: that of encoding the document's delete set, only if something waits.
  public init?(of doc: Doc) {
    // From its own state vector on a document has nothing but what waits, and all deletions.
    guard doc.hasPending,
      let update = try? Update(v1: doc.encodeStateAsUpdate(since: doc.stateVector))
    else { return nil }
    self.update = update
    structs = update.structCount
    clients = Set(update.clientRanges.map(\.client)).sorted()
    deletions = update.deleteSet.ranges.count { $0.end > doc.clock(of: $0.client) }
  }

  /// `2 structs of 1 client wait`, with deletions where there are any.
  public var description: String {
    var parts: [String] = []
    if structs > 0 {
      parts.append("\(counted(structs, "struct")) of \(counted(clients.count, "client"))")
    }
    if deletions > 0 { parts.append(counted(deletions, "deletion")) }
    return parts.joined(separator: " and ") + (structs + deletions == 1 ? " waits" : " wait")
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
