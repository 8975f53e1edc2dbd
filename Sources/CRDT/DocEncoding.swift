import Lib0

/// A document back to an update.
extension Doc {
  /// What somebody with `state` lacks, and the complete delete set, in format V1. What pends is
  /// part of it, as with Yjs `encodeStateAsUpdate`.
  public func encodeStateAsUpdate(since state: StateVector = StateVector()) -> [UInt8] {
    let bytes = integratedStateAsUpdate(since: state)
    guard hasPending else { return bytes }
    var parts: [Update] = []
    do { parts.append(try Update(v1: bytes)) } catch {
      preconditionFailure("our own update does not decode: \(error)")
    }
    if let structs = pending.structs { parts.append(structs.since(state)) }
    parts.append(Update(deleting: pending.deletes))
    return Update.merging(parts).encodedV1()
  }

  /// The same without what pends: what a hub answers with, so that two peers with the same
  /// unfillable hole do not send it to each other for ever.
  public func integratedStateAsUpdate(since state: StateVector = StateVector()) -> [UInt8] {
    let order = clientTable.order.map { Int($0) }
    let behind = order.filter { clients[$0].state > state[clients[$0].id] }
    var writer = ByteWriter(reservingCapacity: roughByteCount(of: behind, since: state))
    writer.varUInt(behind.count)
    for client in behind {
      writeStructs(Index32(client), from: state[clients[client].id], to: &writer)
    }
    deletedRanges(order).encode(to: &writer)
    return writer.bytes
  }

  /// Roughly what encoding will take, so that the bytes move seldom while they are written.
  private func roughByteCount(of behind: [Int], since state: StateVector) -> Int {
    var count = 0
    var all = 0
    for client in behind {
      let number = Index32(client)
      let first = structs.find(number, state[clients[client].id])
      if let last = structs.last(of: number) { count += structs.count(from: first, through: last) }
      all += structs.count(of: number)
    }
    return count * 16 + (all > 0 ? (content.count - contentWaste) / all * count : 0) + 64
  }

  /// Everything that is deleted, GC structs included.
  func deletedRanges(_ order: [Int]) -> DeleteSet {
    var ranges: [DeleteRange] = []
    for client in order {
      structs.appendDeleted(of: Index32(client), clients[client], tombstones, to: &ranges)
    }
    return DeleteSet(ranges)
  }

  /// One struct without its first `cut` units (Yjs `Item.write`, `GC.write`).
  func write(_ item: Item, cut: UInt64, to writer: inout ByteWriter) {
    guard !item.isGC else {
      writer.byte(0)
      writer.varUInt(item.length - cut)
      return
    }
    let hasOrigin = item.originClient != .none || cut > 0
    let hasRightOrigin = item.rightOriginClient != .none
    writer.byte(
      item.kind | (hasOrigin ? InfoBit.origin : 0) | (hasRightOrigin ? InfoBit.rightOrigin : 0)
        | (item.key != .none ? InfoBit.key : 0))
    if cut > 0 {
      writer.varUInt(clients[Int(item.client)].id)
      writer.varUInt(item.clock + cut - 1)
    } else if hasOrigin {
      writer.varUInt(clients[Int(item.originClient)].id)
      writer.varUInt(item.originClock)
    }
    if hasRightOrigin {
      writer.varUInt(clients[Int(item.rightOriginClient)].id)
      writer.varUInt(item.rightOriginClock)
    }
    if !hasOrigin, !hasRightOrigin { writeParent(item, to: &writer) }
    ContentWriter.write(
      item.kind, length: item.length, content, item.contentRange, cut: cut, to: &writer)
  }

  private func writeParent(_ item: Item, to writer: inout ByteWriter) {
    let type = types[Int(item.parent)]
    if type.holder == .none {
      writer.varUInt(1)
      write(name: type.name, to: &writer)
    } else {
      writer.varUInt(0)
      writer.varUInt(clients[Int(items[Int(type.holder)].client)].id)
      writer.varUInt(items[Int(type.holder)].clock)
    }
    if item.key != .none { write(name: item.key, to: &writer) }
  }

  private func write(name: Index32, to writer: inout ByteWriter) {
    let range = names.range(name)
    writer.varUInt(range.count)
    writer.raw(names.buffer, range)
  }
}
