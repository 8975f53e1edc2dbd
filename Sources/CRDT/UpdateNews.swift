extension Update {
  /// Only what `touched` calls new: of a SyncStep2, which repeats what is known and carries the
  /// whole delete set, the part that others still need.
  ///
  /// - Parameter touched: From `Doc.news(in:)` for this very update, before it is applied.
  public func restricted(to touched: TouchSet) -> Update {
    var known = StateVector()
    for range in clientRanges { known[range.client] = max(known[range.client], range.to) }
    // A client's new structs may come as several ranges, in the order of integration.
    for range in touched.newStructs {
      known[range.client] = min(known[range.client], range.from)
    }
    let structs = since(known)
    return Update(
      source: structs.source, records: structs.records, deleteSet: deletions(in: touched),
      exactByteCount: nil)
  }

  /// Whether all of this update is new to the document that `touched` was made for.
  public func isNew(in touched: TouchSet) -> Bool {
    // Wrapping: a peer may claim ranges of 2^53 by the thousand.
    let all = clientRanges.reduce(0 as UInt64) { $0 &+ ($1.to - $1.from) }
    let new = touched.newStructs.reduce(0 as UInt64) { $0 &+ ($1.to - $1.from) }
    return all == new && deletions(in: touched) == deleteSet
  }

  /// What is alive in the document and would be deleted, and what comes new and deleted: a peer
  /// without garbage collection sends the content with its deletion beside it.
  private func deletions(in touched: TouchSet) -> DeleteSet {
    var firsts: [ClientID: UInt64] = [:]
    for range in touched.newStructs {
      firsts[range.client] = min(firsts[range.client] ?? .max, range.from)
    }
    var ranges = touched.newDeletes.ranges
    for range in deleteSet.ranges {
      guard let first = firsts[range.client], range.end > first else { continue }
      let start = max(range.clock, first)
      ranges.append(DeleteRange(client: range.client, clock: start, length: range.end - start))
    }
    return DeleteSet(ranges)
  }
}

extension DeleteSet {
  /// Whether the two have a deleted element in common.
  public func intersects(_ other: DeleteSet) -> Bool {
    var mine = ranges[...], theirs = other.ranges[...]
    while let a = mine.first, let b = theirs.first {
      if a.client == b.client, a.clock < b.end, b.clock < a.end { return true }
      let isMineFirst = a.client == b.client ? a.end <= b.end : a.client > b.client
      if isMineFirst { mine.removeFirst() } else { theirs.removeFirst() }
    }
    return false
  }
}
