import Lib0

/// Deleting, and dropping what is deleted (Yjs `Item.delete`, `Item.gc`).
extension Doc {
  /// What of a deleted type is still to be deleted.
  private struct OpenType {
    /// Next of its sequence, then next of its keys.
    var child: Index32
    var entry: Index32
  }

  /// Marks an item as deleted, and everything inside it. Iterative: nesting is the peer's. Depth
  /// first, as in Yjs: the order decides which tombstones are joined in the end.
  mutating func delete(_ index: Index32) {
    guard !items[Int(index)].isDeleted else { return }
    var open: [OpenType] = []
    markDeleted(index, &open)
    while let last = open.last {
      if last.child != .none {
        open[open.count - 1].child = items[Int(last.child)].right
        deleteChild(last.child, &open)
      } else if last.entry != .none {
        let entry = map.entries[Int(last.entry)]
        open[open.count - 1].entry = entry.next
        if entry.item != .none { deleteChild(entry.item, &open) }
      } else {
        open.removeLast()
      }
    }
  }

  private mutating func deleteChild(_ index: Index32, _ open: inout [OpenType]) {
    let item = items[Int(index)]
    if !item.isDeleted {
      markDeleted(index, &open)
    } else if item.clock < clients[Int(item.client)].before {
      // Deleted earlier, so not in this transaction's set, but about to become mergeable GC.
      transaction.mergeable.append((client: item.client, clock: item.clock))
    }
  }

  private mutating func markDeleted(_ index: Index32, _ open: inout [OpenType]) {
    let item = items[Int(index)]
    if item.key == .none {
      if item.isCountable { types[Int(item.parent)].length &-= Int64(item.length) }
      if marker.type == item.parent { marker.forget() }
    }
    if item.kind == ContentKind.doc { noteSubdocument(removed: index) }
    items[Int(index)].isDeleted = true
    transaction.deletedContent = true
    tombstones[index] = true
    structBytes += Weight.deletion
    transaction.deletes.append(
      DeletedRun(client: item.client, item: index, clock: item.clock, length: item.length))
    if item.type != .none {
      let type = types[Int(item.type)]
      open.append(OpenType(child: type.start, entry: type.firstKey))
    }
  }

  /// Deletes a run of clocks, all below the client's state.
  mutating func delete(_ client: Index32, from start: UInt64, to end: UInt64) {
    var place = structs.find(client, start)
    let first = items[Int(structs[place])]
    if !first.isDeleted, first.clock < start {
      place = split(at: place, start - first.clock)
    }
    while true {
      let index = structs[place]
      let isDeleted = items[Int(index)].isDeleted
      let last = items[Int(index)].end
      if !isDeleted {
        if last > end { split(at: place, end - items[Int(index)].clock) }
        delete(index)
      }
      guard last < end, let next = structs.next(place) else { return }
      place = next
    }
  }

  /// Drops the content of a deleted item. The item keeps its place, what was inside it does not.
  mutating func collect(_ index: Index32) {
    countOut(items[Int(index)])
    if items[Int(index)].type != .none {
      var open = [items[Int(index)].type]
      items[Int(index)].type = .none
      while let type = open.popLast() { collectChildren(of: type, &open) }
    }
    contentWaste += Int(items[Int(index)].contentCapacity)
    items[Int(index)].becomeDeleted()
    countIn(items[Int(index)])
  }

  private mutating func collectChildren(of type: Index32, _ open: inout [Index32]) {
    var child = types[Int(type)].start
    while child != .none {
      let next = items[Int(child)].right
      collectWhole(child, &open)
      child = next
    }
    var entry = types[Int(type)].firstKey
    while entry != .none {
      var value = map.entries[Int(entry)].item
      while value != .none {
        let next = items[Int(value)].left
        collectWhole(value, &open)
        value = next
      }
      map.set(entry, .none)
      entry = map.entries[Int(entry)].next
    }
    if marker.type == type { marker.forget() }
    types[Int(type)].start = .none
    types[Int(type)].firstKey = .none
    types[Int(type)].lastKey = .none
    types[Int(type)].length = 0
  }

  private mutating func collectWhole(_ index: Index32, _ open: inout [Index32]) {
    let item = items[Int(index)]
    if item.type != .none { open.append(item.type) }
    releaseContent(index)
    let rest = Item(
      kind: ContentKind.gc, client: item.client, clock: item.clock, length: item.length)
    countOut(item)
    countIn(rest)
    items[Int(index)] = rest
  }
}
