/// What an `UndoManager` does to the document.
extension Doc {
  // MARK: Scope

  /// Whether an item is somewhere in a scope (Yjs `isParentOf`).
  func isInside(_ scope: UndoManager.Scope, _ item: Item) -> Bool {
    guard case .types(let types) = scope else { return true }
    return isInside(types, item.parent)
  }

  private func isInside(_ types: [SharedType], _ type: Index32) -> Bool {
    var type = type
    while true {
      if types.contains(SharedType(index: type)) { return true }
      let holder = self.types[Int(type)].holder
      if holder == .none { return false }
      type = record(holder).parent
    }
  }

  /// Whether the open transaction has changed something in a scope: of types that are neither new
  /// nor deleted.
  func hasTouched(_ scope: UndoManager.Scope) -> Bool {
    if case .document = scope {
      return !transaction.advanced.isEmpty || !transaction.deletes.isEmpty
    }
    var seen: Set<Index32> = []
    for client in transaction.advanced {
      let known = clients[Int(client)]
      for index in run(of: client, from: known.before, to: known.state)
      where touches(scope, index, &seen) { return true }
    }
    for range in transaction.deletes {
      for index in run(of: range.client, from: range.clock, to: range.clock + range.length)
      where touches(scope, index, &seen) { return true }
    }
    return false
  }

  private func touches(
    _ scope: UndoManager.Scope, _ index: Index32, _ seen: inout Set<Index32>
  ) -> Bool {
    let item = record(index)
    guard !item.isGC, seen.insert(item.parent).inserted else { return false }
    let holder = holder(of: item)
    if holder != .none, record(holder).isDeleted || isNew(record(holder)) { return false }
    return isInside(scope, item)
  }

  // MARK: The open transaction

  /// What it has inserted, by the order in which clients came into the document.
  func transactionInsertions() -> IDRanges {
    var result = IDRanges()
    for client in transaction.advanced.sorted() {
      let known = clients[Int(client)]
      result.insert(known.id, known.before..<known.state)
    }
    return result
  }

  /// What it has deleted, by the order in which clients were met. To be asked before the end of the
  /// transaction puts the ranges in order.
  func transactionDeletions() -> IDRanges {
    var result = IDRanges()
    for range in transaction.deletes {
      result.insert(clients[Int(range.client)].id, range.clock..<range.clock + range.length)
    }
    return result
  }

  // MARK: Keeping

  /// Keeps what was deleted in a scope from being collected, and all that holds it.
  mutating func keep(_ ids: IDRanges, in scope: UndoManager.Scope) {
    visit(ids) { doc, index, _ in
      if doc.isInside(scope, doc.record(index)) { doc.keep(index) }
    }
  }

  mutating func keep(_ index: Index32) {
    var index = index
    while index != .none, !undo.isKept(record(index)) {
      undo.keep(record(index))
      index = holder(of: record(index))
    }
  }

  /// Keeps them no longer, nor what holds them. That may hold something of another step, which is
  /// then collected with it if others delete it: but from there nothing can be made again anyway.
  mutating func release(_ ids: IDRanges, in scope: UndoManager.Scope) {
    visit(ids) { doc, index, clocks in
      guard doc.isInside(scope, doc.record(index)) else { return }
      var item = doc.record(index)
      guard doc.undo.isKept(item) else { return }
      doc.undo.release(item.client, clocks)
      while case let holder = doc.holder(of: item), holder != .none {
        item = doc.record(holder)
        guard doc.undo.isKept(item) else { return }
        doc.undo.release(item.client, item.clock..<item.end)
      }
    }
  }

  /// Shows the items of some ids, and which of an item's clocks are meant.
  private mutating func visit(
    _ ids: IDRanges, _ body: (inout Doc, Index32, Range<UInt64>) -> Void
  ) {
    for (id, ranges) in zip(ids.clients, ids.ranges) {
      guard let client = clientTable.find(id) else { continue }
      for range in ranges {
        for index in run(of: client, from: range.lowerBound, to: range.upperBound) {
          let item = record(index)
          if item.isGC { continue }
          body(&self, index, (item.clock..<item.end).clamped(to: range))
        }
      }
    }
  }

  // MARK: Making again

  /// Shows the structs of some ids, cut so that they hold nothing else (Yjs
  /// `iterateDeletedStructs`).
  mutating func cutAndVisit(_ ids: IDRanges, _ body: (inout Doc, Index32) -> Void) {
    for (id, ranges) in zip(ids.clients, ids.ranges) {
      guard let client = clientTable.find(id) else { continue }
      for range in ranges {
        var clock = range.lowerBound
        let end = min(range.upperBound, clients[Int(client)].state)
        while clock < end {
          let index = itemStarting(client, clock)
          if record(index).end > end { _ = itemStarting(client, end) }
          body(&self, index)
          clock = record(index).end
        }
      }
    }
  }

  /// The item that another was made again as, cut to begin there; nil where it was not, or that is
  /// GC by now.
  mutating func madeAgain(_ index: Index32) -> Index32? {
    guard let next = undo.redone(record(index)) else { return nil }
    let found = itemStarting(next.client, next.clock)
    return record(found).isGC ? nil : found
  }

  /// The same until there is no later one (Yjs `followRedone`).
  mutating func latest(of index: Index32) -> Index32 {
    let start = record(index)
    let (client, clock) = latestID(start.client, start.clock)
    return itemStarting(client, clock)
  }

  /// As what an element exists by now: itself, or what undoing has made of it last.
  func latestID(_ client: Index32, _ clock: UInt64) -> (client: Index32, clock: UInt64) {
    var id = (client: client, clock: clock)
    while !record(item(id.client, id.clock)).isGC, let next = undo.redone(id.client, id.clock) {
      id = next
    }
    return id
  }

  /// Puts a copy of a deleted item between two neighbours.
  mutating func putAgain(_ index: Index32, left: Index32, right: Index32, parent: Index32) {
    let item = record(index)
    let copy = insertOwn(
      item.kind, length: item.length, Array(content[item.contentRange]), left: left,
      right: right, parent: parent, key: item.key)
    undo.note(item, madeAgainAs: record(copy).client, record(copy).clock)
    keep(copy)
  }
}
