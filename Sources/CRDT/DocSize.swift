/// How big a document is: running sums, for they are asked at every update.
extension Doc {
  /// Roughly the bytes of `integratedStateAsUpdate()` plus what pends.
  ///
  /// It counts what is there, not what was reserved: deleting makes it smaller, as far as deleting
  /// makes the encoded document smaller. Tombstones remain.
  /// - Complexity: O(1).
  public var approximateByteCount: Int {
    structBytes + clients.count * Weight.client + pending.byteCount
  }

  /// Roughly the memory in use.
  ///
  /// The smallest structs take over twenty times their encoded bytes. Names of keys and the records
  /// of types stay until the document is loaded anew, deleted or not.
  /// - Complexity: O(1).
  public var memoryByteCount: Int {
    structCount * (MemoryLayout<Item>.stride + 4 * MemoryLayout<Index32>.stride)
      + content.count - contentWaste
      + clients.count * Weight.clientMemory + types.count * MemoryLayout<TypeRecord>.stride
      + names.byteCount + map.byteCount + pending.byteCount
  }

  /// Gives back the room that the document keeps for growing: for one that is read for long and
  /// hardly written. Nothing that anybody sees changes.
  ///
  /// - Complexity: O(document).
  public mutating func shrink() {
    content = content.withoutSpareRoom()
    items = items.withoutSpareRoom()
    structs.shrink()
    clientTable.shrink()
    tombstones.shrink()
    types = types.withoutSpareRoom()
    names.shrink()
    map.shrink()
    passed = []
    passes = 0
  }

  /// Adds a struct to the sum. Inlined, as what they call: otherwise the whole struct is copied.
  @inline(__always) mutating func countIn(_ item: Item) { structBytes += weight(of: item) }

  /// Takes a struct off the sum, as it was when added.
  @inline(__always) mutating func countOut(_ item: Item) { structBytes -= weight(of: item) }

  /// What a struct adds to the encoded document. Rough in two ways: a range in the delete set
  /// that no neighbour shares takes more, and the id of a parent counts flat.
  ///
  /// It may depend only on the struct itself and on what never changes, so that a struct takes off
  /// again what it added. Inlined: a call would retain each of the document's arrays.
  @inline(__always) func weight(of item: Item) -> Int {
    var bytes = Weight.info + Int(item.contentCount) + Weight.varInt(item.length)
    if item.isDeleted { bytes += Weight.deletion }
    if item.isGC { return bytes }
    if item.originClient != .none {
      bytes += Int(clients[Int(item.originClient)].encodedID.count)
      bytes += Weight.varInt(item.originClock)
    }
    if item.rightOriginClient != .none {
      bytes += Int(clients[Int(item.rightOriginClient)].encodedID.count)
      bytes += Weight.varInt(item.rightOriginClock)
    } else if item.originClient == .none {
      bytes += parentWeight(of: item)
    }
    return bytes
  }

  private func parentWeight(of item: Item) -> Int {
    let type = types[Int(item.parent)]
    var bytes = type.holder == .none ? 2 + names.range(type.name).count : Weight.parentID
    if item.key != .none { bytes += 1 + names.range(item.key).count }
    return bytes
  }
}

/// Bytes of the parts of an encoded document.
enum Weight {
  static let info = 1
  /// Its part of the delete set, where neighbours share a range. No more than the least content
  /// has, so that a deletion that drops content never makes the document bigger.
  static let deletion = 1
  /// The sections of a client: its id, counts and first clock.
  static let client = 10
  static let parentID = 7
  /// In memory: the record, its blocks of structs and its place in the table of ids.
  static let clientMemory = 156

  static func varInt(_ value: UInt64) -> Int {
    (70 - (value | 1).leadingZeroBitCount) / 7
  }
}
