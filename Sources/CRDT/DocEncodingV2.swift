public import Lib0

/// A document back to an update in format V2.
extension Doc {
  /// What somebody with `state` lacks, and the complete delete set, in format V2: the columns are
  /// written from the store, without an update in format V1 between.
  ///
  /// - Throws: as `Update.encodedV2()`.
  /// - Source: Yjs `encodeStateAsUpdateV2`.
  public func encodeStateAsUpdateV2(
    since state: StateVector = StateVector()
  ) throws(EncodingError) -> [UInt8] {
    let order = clientTable.order.map { Int($0) }
    let behind = order.filter { clients[$0].state > state[clients[$0].id] }
    // What waits has to be merged in, and a struct may have to be cut: both are done in V1.
    if hasPending || behind.contains(where: { cutsStruct($0, state[clients[$0].id]) }) {
      return try converted(encodeStateAsUpdate(since: state))
    }
    var columns = V2Columns()
    columns.clientCount(behind.count)
    for client in behind {
      try write(Index32(client), from: state[clients[client].id], to: &columns)
    }
    return columns.encoded(deletedRanges(order))
  }

  private func converted(_ bytes: [UInt8]) throws(EncodingError) -> [UInt8] {
    let update: Update
    do { update = try Update(v1: bytes) } catch {
      preconditionFailure("our own update does not decode: \(error)")
    }
    return try update.encodedV2()
  }

  private func cutsStruct(_ client: Int, _ clock: UInt64) -> Bool {
    structs.clock(at: structs.find(Index32(client), clock)) != clock
  }

  /// A client's structs from the one that begins at a clock.
  private func write(
    _ client: Index32, from clock: UInt64, to columns: inout V2Columns
  ) throws(EncodingError) {
    let first = structs.find(client, clock)
    guard let last = structs.last(of: client) else { return }
    try columns.section(
      structs: structs.count(from: first, through: last), clients[Int(client)].id, from: clock)
    for block in first.block...last.block {
      var run = structs.slots(of: client, block: block)
      if block == first.block { run = run.lowerBound + first.offset..<run.upperBound }
      for slot in run { try write(items[Int(structs.item(inSlot: slot))], to: &columns) }
    }
  }

  /// One struct (Yjs `Item.write`, `GC.write`).
  private func write(_ item: Item, to columns: inout V2Columns) throws(EncodingError) {
    if item.isGC {
      columns.info(0)
      return try columns.gc(item.length)
    }
    let hasOrigin = item.originClient != .none
    let hasRightOrigin = item.rightOriginClient != .none
    columns.info(item.info)
    if hasOrigin {
      try columns.leftID(clients[Int(item.originClient)].id, item.originClock)
    }
    if hasRightOrigin {
      try columns.rightID(clients[Int(item.rightOriginClient)].id, item.rightOriginClock)
    }
    if !hasOrigin, !hasRightOrigin {
      let type = types[Int(item.parent)]
      columns.parentInfo(isRoot: type.holder == .none)
      if type.holder == .none { columns.name(names.buffer, names.range(type.name)) } else {
        let holder = items[Int(type.holder)]
        try columns.leftID(clients[Int(holder.client)].id, holder.clock)
      }
      if item.key != .none { columns.name(names.buffer, names.range(item.key)) }
    }
    try columns.content(item.kind, item.length, content, item.contentRange)
  }
}
