extension Doc {
  /// What is new in `update`, without its places: `newStructs` and `newDeletes` as `touches` has
  /// them, `touches` empty.
  ///
  /// - Complexity: O(update), plus the structs that its deleted ranges cover.
  public func news(in update: Update) -> TouchSet {
    var result = TouchSet()
    for run in newRecords(in: update) {
      for index in run { result.add(update.records[index], clocks) }
    }
    result.newDeletes = alive(in: update.deleteSet) { _ in }
    return result
  }

  /// The records that are new here and need nothing that is missing, in the order of integration.
  func newRecords(in update: Update) -> [Range<Int>] {
    if update.records.isEmpty { return [] }
    if update.records.count == 1, isReady(update.records[0]) { return [0..<1] }
    return UpdatePlan(update, clocks).order
  }

  /// The part of a delete set that is alive here; `body` sees each item of it.
  func alive(in deleteSet: DeleteSet, _ body: (Item) -> Void) -> DeleteSet {
    var alive: [DeleteRange] = []
    for range in deleteSet.ranges {
      guard let client = clientTable.find(range.client) else { continue }
      let end = min(range.end, clients[Int(client)].state)
      guard range.clock < end else { continue }
      var next: StructPlace? = structs.find(client, range.clock)
      while let place = next {
        let item = items[Int(structs[place])]
        if item.clock >= end { break }
        next = structs.next(place)
        if item.isDeleted { continue }
        let from = max(item.clock, range.clock)
        alive.append(
          DeleteRange(client: range.client, clock: from, length: min(item.end, end) - from))
        body(item)
      }
    }
    return DeleteSet(alive)
  }
}

extension TouchSet {
  /// Adds the part of a record that a document with these clocks does not have.
  mutating func add(_ record: UpdateRecord, _ clocks: ClientClocks) {
    let from = max(record.clock, clocks.clock(of: record.client))
    if let last = newStructs.last, last.client == record.client, last.to == from {
      newStructs[newStructs.count - 1].to = record.end
    } else {
      newStructs.append((client: record.client, from: from, to: record.end))
    }
  }
}
