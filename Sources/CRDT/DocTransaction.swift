import Lib0

/// The end of a transaction, in the order of Yjs `cleanupTransactions`: the order decides which
/// structs are joined, and so the encoded bytes.
extension Doc {
  /// Collects and joins what the transaction left. The result is what it changed.
  mutating func finishTransaction(origin: Origin? = nil) -> Applied {
    var applied = Applied()
    applied.origin = origin
    joinDeletes()
    let changes = isObserved ? findChanges(transaction.deletes) : Changes()
    for run in transaction.deletes {
      applied.deletedRuns.append(
        DeleteRange(client: clients[Int(run.client)].id, clock: run.clock, length: run.length))
    }
    if collectsGarbage, transaction.deletedContent {
      for number in transaction.deletes.indices { collect(transaction.deletes[number]) }
    }
    // From right to left: what is joined by one range can then meet its neighbour by another.
    for number in transaction.deletes.indices.reversed() {
      mergeDeleted(transaction.deletes[number])
    }
    for client in transaction.advanced {
      let record = clients[Int(client)]
      applied.newRuns.append((client: record.id, from: record.before, to: record.state))
      if record.id == clientID { applied.ownClientAdvanced = true }
      mergeNew(client, since: record.before)
    }
    for start in transaction.mergeable.reversed() { mergeAround(start.client, start.clock) }
    for client in transaction.advanced {
      clients[Int(client)].before = clients[Int(client)].state
    }
    transaction.empty()
    applied.madeGarbage = transaction.madeGarbage
    applied.note(changes, takeSubdocumentChanges())
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

  private mutating func collect(_ run: DeletedRun) {
    if isWhole(run) {
      collectIfDeleted(run.item)
      return
    }
    var next: StructPlace? = structs.find(run.client, run.clock)
    while let place = next {
      let index = structs[place]
      guard items[Int(index)].clock < run.end else { return }
      collectIfDeleted(index)
      next = structs.next(place)
    }
  }

  @inline(__always) private mutating func collectIfDeleted(_ index: Index32) {
    let item = items[Int(index)]
    if item.isDeleted, item.kind > ContentKind.deleted, !undo.isKept(item) { collect(index) }
  }

  /// Whether a run is one item, which saves the search for it.
  @inline(__always) private func isWhole(_ run: DeletedRun) -> Bool {
    items[Int(run.item)].client == run.client && items[Int(run.item)].clock == run.clock
      && items[Int(run.item)].length == run.length
  }

  private mutating func mergeDeleted(_ run: DeletedRun) {
    // What is new altogether is joined with all that is new of its client.
    if run.clock > clients[Int(run.client)].before { return }
    if isWhole(run), standsAlone(run.item) { return }
    let last = structs.find(run.client, run.end - 1)
    mergeLeftward(from: structs.next(last) ?? last, downTo: run.clock)
  }

  /// Whether neither neighbour in the list is one by clock too: it can be joined with nothing then.
  private func standsAlone(_ index: Index32) -> Bool {
    let item = items[Int(index)]
    if item.isGC { return false }
    if item.left != .none, items[Int(item.left)].client == item.client,
      items[Int(item.left)].end == item.clock
    {
      return false
    }
    return item.right == .none || items[Int(item.right)].client != item.client
      || items[Int(item.right)].clock != item.end
  }

  private mutating func mergeNew(_ client: Index32, since before: UInt64) {
    guard let last = structs.last(of: client) else { return }
    var first = structs.clock(at: last)
    if first > before { first = structs.clock(at: structs.find(client, before)) }
    mergeLeftward(from: last, downTo: first)
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
  public var newStructs: [(client: ClientID, from: UInt64, to: UInt64)] { newRuns.all }
  /// Everything that is deleted now and was not before: also what lay inside a deleted type, what
  /// was overwritten, and new structs that were deleted on arrival.
  public var newDeletes: DeleteSet { DeleteSet(deletedRuns.all) }
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
  public var changes: Changes { rare?.changes ?? Changes() }
  /// Which subdocuments came and went.
  public var subdocuments: SubdocumentChanges { rare?.subdocuments ?? SubdocumentChanges() }
  var newRuns = Few<(client: ClientID, from: UInt64, to: UInt64)>()
  var deletedRuns = Few<DeleteRange>()
  /// Apart, as most transactions have neither: every array here is one more to count.
  private var rare: Rare?

  private final class Rare: Sendable {
    let changes: Changes
    let subdocuments: SubdocumentChanges

    init(_ changes: Changes, _ subdocuments: SubdocumentChanges) {
      self.changes = changes
      self.subdocuments = subdocuments
    }
  }

  public init() {}

  mutating func note(_ changes: Changes, _ subdocuments: SubdocumentChanges) {
    if !changes.isEmpty || !subdocuments.isEmpty { rare = Rare(changes, subdocuments) }
  }

  /// Whether the document's content changed. What merely pends is no change.
  public var changed: Bool { !newRuns.isEmpty || !deletedRuns.isEmpty }
}
