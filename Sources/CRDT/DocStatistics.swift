/// What a document is made of, counted.
public struct DocStatistics: Equatable, Sendable {
  public var clients = 0
  /// Runs of elements that one client wrote at one place, and GC structs.
  public var structs = 0
  /// Structs that are deleted and still have a place in their list.
  public var tombstones = 0
  /// GC structs: deleted together with what they were in.
  public var garbage = 0
  /// Elements that were ever written: the sum of all clients' clocks.
  public var clocks: UInt64 = 0
  /// Elements that are deleted.
  public var deletedClocks: UInt64 = 0
  /// Roots and nested types, deleted ones included.
  public var types = 0
  public var contentBytes = 0
  /// Structs that wait for something that has not come.
  public var pendingStructs = 0
}

extension Doc {
  /// - Complexity: O(structs).
  public var statistics: DocStatistics {
    var result = DocStatistics()
    result.clients = clientCount
    result.structs = structCount
    result.types = types.count
    result.contentBytes = content.count - contentWaste
    result.pendingStructs = pending.structs?.structCount ?? 0
    for client in clients.indices {
      result.clocks = result.clocks.adding(atMostMaximum: clients[client].state)
      for index in structs.all(of: Index32(client)) where items[Int(index)].isDeleted {
        let item = items[Int(index)]
        if item.isGC { result.garbage += 1 } else { result.tombstones += 1 }
        result.deletedClocks = result.deletedClocks.adding(atMostMaximum: item.length)
      }
    }
    return result
  }
}

extension DeleteSet {
  /// How many elements are in it; the largest number where there are more.
  public var elementCount: UInt64 {
    ranges.reduce(0) { $0.adding(atMostMaximum: $1.length) }
  }
}

extension UInt64 {
  /// The sum, or the largest number: a peer may claim clocks of 2^53 for clients by the thousand.
  fileprivate func adding(atMostMaximum other: UInt64) -> UInt64 {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? .max : sum
  }
}
