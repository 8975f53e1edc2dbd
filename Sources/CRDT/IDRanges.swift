/// A set of struct ids that remembers in which order its clients came.
///
/// - Order: clients as they came first, clocks ascending. Undoing goes through it in this order,
///   and the new structs are numbered so: as with Yjs, where a map keeps the order of its keys.
struct IDRanges: Sendable, Equatable {
  private(set) var clients: [ClientID] = []
  /// By place in `clients`.
  private(set) var ranges: [[Range<UInt64>]] = []

  var isEmpty: Bool { clients.isEmpty }

  func contains(_ client: ClientID, _ clock: UInt64) -> Bool {
    clients.firstIndex(of: client).map { ranges[$0].holds(clock) } ?? false
  }

  mutating func insert(_ client: ClientID, _ range: Range<UInt64>) {
    if let place = clients.firstIndex(of: client) {
      ranges[place].insert(range)
    } else {
      clients.append(client)
      ranges.append([range])
    }
  }

  mutating func formUnion(_ other: IDRanges) {
    for (client, list) in zip(other.clients, other.ranges) {
      for range in list { insert(client, range) }
    }
  }
}
