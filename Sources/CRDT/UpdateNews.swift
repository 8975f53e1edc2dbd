extension Update {
  /// Only what `touched` calls new: of a SyncStep2, which repeats what is known and carries the
  /// whole delete set, the part that others still need.
  ///
  /// - Parameter touched: From `Doc.touches` for this very update, before it is applied.
  public func restricted(to touched: TouchSet) -> Update {
    var known = StateVector()
    for range in clientRanges { known[range.client] = max(known[range.client], range.to) }
    // A client's new structs may come as several ranges, in the order of integration.
    for range in touched.newStructs {
      known[range.client] = min(known[range.client], range.from)
    }
    let structs = since(known)
    return Update(
      source: structs.source, records: structs.records, deleteSet: touched.newDeletes,
      exactByteCount: nil)
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
