import Lib0

/// The end of a transaction, in the order of Yjs `cleanupTransactions`: the order decides which
/// structs are joined, and so the encoded bytes.
extension Doc {
  /// Collects and joins what the transaction left. The result is what it changed.
  mutating func finishTransaction(origin: Origin? = nil) -> Applied {
    var applied = Applied()
    applied.origin = origin
    joinDeletes()
    if isObserved { applied.changes = findChanges(transaction.deletes) }
    if !transaction.deletes.isEmpty {
      applied.newDeletes = DeleteSet(
        transaction.deletes.map {
          DeleteRange(client: clients[Int($0.client)].id, clock: $0.clock, length: $0.length)
        })
    }
    if collectsGarbage, transaction.deletedContent {
      for number in transaction.deletes.indices {
        let range = transaction.deletes[number]
        collect(range.client, from: range.clock, to: range.clock + range.length)
      }
    }
    // From right to left: what is joined by one range can then meet its neighbour by another.
    for number in transaction.deletes.indices.reversed() {
      let range = transaction.deletes[number]
      // What is new altogether is joined below, with all that is new of its client.
      if range.clock > clients[Int(range.client)].before { continue }
      mergeDeleted(range.client, from: range.clock, to: range.clock + range.length)
    }
    for client in transaction.advanced {
      let record = clients[Int(client)]
      applied.newStructs.append((client: record.id, from: record.before, to: record.state))
      if record.id == clientID { applied.ownClientAdvanced = true }
      mergeNew(client, since: record.before)
    }
    for start in transaction.mergeable.reversed() { mergeAround(start.client, start.clock) }
    for client in transaction.advanced {
      clients[Int(client)].before = clients[Int(client)].state
    }
    transaction.advanced.removeAll(keepingCapacity: true)
    transaction.deletes.removeAll(keepingCapacity: true)
    transaction.mergeable.removeAll(keepingCapacity: true)
    applied.madeGarbage = transaction.madeGarbage
    applied.subdocuments = takeSubdocumentChanges()
    transaction.madeGarbage = false
    transaction.deletedContent = false
    transaction.keepsStructsApart = false
    clientTable.bringIntoOrder()
    compactContent()
    checkInvariants()
    return applied
  }

  /// Brings the transaction's deletions in order, by client and clock, and joins neighbours.
  private mutating func joinDeletes() {
    guard transaction.deletes.count > 1 else { return }
    transaction.deletes.sort {
      $0.client != $1.client ? $0.client < $1.client : $0.clock < $1.clock
    }
    var last = 0
    for number in transaction.deletes.indices.dropFirst() {
      let range = transaction.deletes[number]
      let before = transaction.deletes[last]
      if before.client == range.client, before.clock + before.length >= range.clock {
        let end = max(before.clock + before.length, range.clock + range.length)
        transaction.deletes[last].length = end - before.clock
      } else {
        last += 1
        transaction.deletes[last] = range
      }
    }
    transaction.deletes.removeSubrange((last + 1)...)
  }

  private mutating func collect(_ client: Index32, from start: UInt64, to end: UInt64) {
    var next: StructPlace? = structs.find(client, start)
    while let place = next {
      let index = structs[place]
      let item = items[Int(index)]
      guard item.clock < end else { return }
      if item.isDeleted, item.kind > ContentKind.deleted, !undo.isKept(item) {
        collect(index)
      }
      next = structs.next(place)
    }
  }

  private mutating func mergeDeleted(_ client: Index32, from start: UInt64, to end: UInt64) {
    let last = structs.find(client, end - 1)
    mergeLeftward(from: structs.next(last) ?? last, downTo: start)
  }

  private mutating func mergeNew(_ client: Index32, since before: UInt64) {
    guard let last = structs.last(of: client) else { return }
    let first = structs.find(client, before)
    mergeLeftward(from: last, downTo: structs.clock(at: first))
  }

  private mutating func mergeAround(_ client: Index32, _ clock: UInt64) {
    var place = structs.find(client, clock)
    if let next = structs.next(place) {
      let (merged, survivor) = mergeLeft(from: next)
      if merged > 1 { return }
      if merged == 1 { place = survivor }
    }
    _ = mergeLeft(from: place)
  }

  /// Joins what can be joined from one struct to the left, down to the one that begins at `clock`.
  private mutating func mergeLeftward(from last: StructPlace, downTo clock: UInt64) {
    var place = last
    while structs.clock(at: place) >= clock, let left = structs.previous(place) {
      if mayMerge(structs[left], structs[place]) {
        // A name for it, or `structs` is read first and kept as it was before.
        let survivor = mergeLeft(from: place).survivor
        guard let next = structs.previous(survivor) else { return }
        place = next
      } else {
        place = left
      }
    }
  }
}

/// What applying an update did.
public struct Applied: Sendable {
  /// Runs of clocks that are integrated now and were not before.
  public var newStructs: [(client: ClientID, from: UInt64, to: UInt64)] = []
  /// Everything that is deleted now and was not before: also what lay inside a deleted type, what
  /// was overwritten, and new structs that were deleted on arrival.
  public var newDeletes = DeleteSet()
  /// Somebody else writes under the document's own client id: choose a new one
  /// (Yjs does the same at the end of a remote transaction).
  public var ownClientAdvanced = false
  /// Part of the update waits for something that is missing.
  public var leftPending = false
  /// A struct with content became GC on arrival: its parent is GC or no type, or a neighbour is GC.
  /// Who has not collected that yet would put it elsewhere (Yjs takes the parent from the other
  /// neighbour; yrs fails at a parent that is no type), so what is passed on is
  /// `Doc.update(of:)`, and not the update that came.
  public var madeGarbage = false
  /// As it was given with the edit or the update.
  public var origin: Origin?
  /// What changed for those who see the document; empty unless `Doc.isObserved`.
  public var changes = Changes()
  /// Which subdocuments came and went.
  public var subdocuments = SubdocumentChanges()

  public init() {}

  /// Whether the document's content changed. What merely pends is no change.
  public var changed: Bool { !newStructs.isEmpty || !newDeletes.isEmpty }
}
