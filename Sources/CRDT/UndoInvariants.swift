/// What must hold beside the structs: the remembered place, and what undoing knows of items.
extension Doc {
  /// The place that was remembered for the next edit is where it is said to be.
  func checkMarker(_ found: inout [String]) {
    guard marker.item != .none else { return }
    let item = record(marker.item)
    guard !item.isGC, item.key == .none, item.parent == marker.type else {
      found.append("the remembered place is not in its type")
      return
    }
    var index: UInt64 = 0
    var left = item.left
    while left != .none {
      let before = record(left)
      if !before.isDeleted, before.isCountable { index += before.length }
      left = before.left
    }
    if index != marker.index {
      found.append("the remembered place is at \(index), not at \(marker.index)")
    }
  }

  func checkUndoTables(_ found: inout [String]) {
    for (client, ranges) in undo.kept {
      var end: UInt64?
      for range in ranges {
        if range.isEmpty || end.map({ $0 >= range.lowerBound }) == true {
          found.append("kept ranges are in disorder")
        }
        end = range.upperBound
      }
      if let end, end > clients[Int(client)].state { found.append("something unknown is kept") }
      if ranges.isEmpty { found.append("a client without kept ranges is listed") }
    }
    for (client, list) in undo.redone {
      var end: UInt64 = 0
      for entry in list {
        if entry.clock < end || entry.length == 0 { found.append("copies are in disorder") }
        end = entry.end
        check(entry, of: client, &found)
      }
    }
  }

  /// The items that were made again end where the entry says, however they were cut since; their
  /// copy came later.
  private func check(
    _ entry: UndoTables.Redone, of client: Index32, _ found: inout [String]
  ) {
    guard entry.end <= clients[Int(client)].state,
      entry.asClock + entry.length <= clients[Int(entry.asClient)].state,
      client != entry.asClient || entry.asClock >= entry.end
    else {
      found.append("something unknown was made again")
      return
    }
    let parts = run(of: client, from: entry.clock, to: entry.end).map(record)
    guard let first = parts.first, let last = parts.last else { return }
    if !first.isGC, first.clock != entry.clock { found.append("a copied item was joined") }
    if !last.isGC, last.end != entry.end { found.append("a copied item was joined") }
    if parts.contains(where: { !$0.isDeleted }) { found.append("a copied item is alive") }
  }
}
