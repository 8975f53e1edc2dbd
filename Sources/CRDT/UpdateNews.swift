extension Update {
  /// Only what `touched` calls new: of a SyncStep2, which repeats what is known and carries the
  /// whole delete set, the part that others still need.
  ///
  /// - Parameter touched: From `Doc.news(in:)` for this very update, before it is applied.
  public func restricted(to touched: TouchSet) -> Update {
    let firsts = touched.firstClocks
    var pieces: [UpdatePiece] = []
    var next = 0
    // Both are in order, the highest client first.
    for (index, record) in records.enumerated() {
      while next < firsts.count, firsts[next].client > record.client { next += 1 }
      guard next < firsts.count, firsts[next].client == record.client,
        record.end > firsts[next].clock
      else { continue }
      let known = firsts[next].clock
      let cut = known > record.clock ? known - record.clock : 0
      pieces.append(UpdatePiece(update: 0, record: index, cut: cut))
    }
    return rewritten(pieces, deleteSet: deletions(in: touched))
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
    if deleteSet.isEmpty { return touched.newDeletes }
    let firsts = touched.firstClocks
    var next = 0
    var ranges = touched.newDeletes.ranges
    for range in deleteSet.ranges {
      while next < firsts.count, firsts[next].client > range.client { next += 1 }
      guard next < firsts.count, firsts[next].client == range.client,
        range.end > firsts[next].clock
      else { continue }
      let start = max(range.clock, firsts[next].clock)
      ranges.append(DeleteRange(client: range.client, clock: start, length: range.end - start))
    }
    return DeleteSet(ranges)
  }
}

extension TouchSet {
  /// Where each client's new structs begin, highest client first.
  fileprivate var firstClocks: [(client: ClientID, clock: UInt64)] {
    // A client's new structs may come as several ranges, in the order of integration.
    let ranges = newStructs.map { (client: $0.client, clock: $0.from) }.sorted {
      $0.client != $1.client ? $0.client > $1.client : $0.clock < $1.clock
    }
    var firsts: [(client: ClientID, clock: UInt64)] = []
    for range in ranges where firsts.last?.client != range.client { firsts.append(range) }
    return firsts
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
