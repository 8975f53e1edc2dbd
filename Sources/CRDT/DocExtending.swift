import Lib0

/// Typing on: text that its author's last struct would be joined with at the end of the transaction
/// becomes part of it at once. Most edits of a document are of this kind, and this way they make
/// no struct, take no place in the index and leave nothing to join.
///
/// Not where somebody observes or can undo: there a struct begins where the transaction did.
extension Doc {
  /// Takes a letter of an update this way, if it may be. Otherwise nothing has changed.
  mutating func extend(with record: UpdateRecord, of source: [UInt8]) -> Bool {
    guard record.kind == ContentKind.string, record.hasOrigin,
      record.originClient == record.client, record.originClock + 1 == record.clock,
      let client = clientTable.recall(record.client),
      clients[Int(client)].state == record.clock, let last = structs.last(of: client)
    else { return false }
    let left = structs[last]
    let right = items[Int(left)].right
    guard mayExtend(left, before: right) else { return false }
    if record.hasRightOrigin {
      guard right != .none, items[Int(right)].clock == record.rightClock,
        clients[Int(items[Int(right)].client)].id == record.rightClient
      else { return false }
    } else if right != .none {
      return false
    }
    extend(left, with: source.span.extracting(record.contentRange), units: record.length)
    return true
  }

  /// Whether text of the same author that is put between an item, its client's last, and `right`
  /// would be joined with the item (see `merge`).
  func mayExtend(_ left: Index32, before right: Index32) -> Bool {
    guard !isObserved, !transaction.keepsStructsApart, undo.isEmpty,
      items[Int(left)].kind == ContentKind.string, !items[Int(left)].isDeleted,
      items[Int(left)].key == .none, items[Int(left)].right == right,
      items[Int(left)].end == clients[Int(items[Int(left)].client)].state
    else { return false }
    let origin = items[Int(left)].rightOriginClient
    if right == .none || origin == .none { return right == origin }
    return items[Int(right)].client == origin
      && items[Int(right)].clock == items[Int(left)].rightOriginClock
  }

  /// Puts text behind an item's own.
  mutating func extend(_ index: Index32, with bytes: Span<UInt8>, units: UInt64) {
    countOut(items[Int(index)])
    let end = Int(items[Int(index)].contentOffset + items[Int(index)].contentCount)
    let count = items[Int(index)].contentCount + UInt32(bytes.count)
    if items[Int(index)].spareCount >= UInt32(bytes.count) {
      for offset in bytes.indices { content[end + offset] = bytes[offset] }
      items[Int(index)].spareCount -= UInt32(bytes.count)
    } else if end == content.count {
      for offset in bytes.indices { content.append(bytes[offset]) }
    } else {
      let spare = Item.spare(for: count)
      let range = items[Int(index)].contentRange
      contentWaste += Int(items[Int(index)].contentCapacity)
      items[Int(index)].contentOffset = UInt32(content.count)
      copyContent(range)
      for offset in bytes.indices { content.append(bytes[offset]) }
      content.append(contentsOf: repeatElement(0, count: Int(spare)))
      items[Int(index)].spareCount = spare
    }
    items[Int(index)].contentCount = count
    items[Int(index)].length += units
    countIn(items[Int(index)])
    let parent = items[Int(index)].parent
    types[Int(parent)].length &+= Int64(units)
    if marker.type == parent { marker.forget() }
    let client = Int(items[Int(index)].client)
    if clients[client].state == clients[client].before {
      transaction.advanced.append(items[Int(index)].client)
    }
    clients[client].state += units
  }
}
