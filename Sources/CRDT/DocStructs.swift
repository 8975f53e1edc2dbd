import Lib0

/// The store: finding, adding, cutting and joining structs.
extension Doc {
  mutating func clientIndex(_ id: ClientID) -> Index32 {
    if let index = clientTable.recall(id) { return index }
    let index = Index32(clients.count)
    stepsLeft -= Cost.newClient
    clients.append(ClientRecord(id: id))
    clientTable.add(id)
    structs.addClient()
    return index
  }

  func item(_ client: Index32, _ clock: UInt64) -> Index32 {
    structs[structs.find(client, clock)]
  }

  /// The item whose last element is (client, clock); cuts the one around it if need be.
  mutating func itemEnding(_ client: Index32, _ clock: UInt64) -> Index32 {
    let place = structs.find(client, clock)
    let index = structs[place]
    if items[Int(index)].end - 1 != clock, !items[Int(index)].isGC {
      split(at: place, clock - items[Int(index)].clock + 1)
    }
    return index
  }

  /// The item whose first element is (client, clock).
  mutating func itemStarting(_ client: Index32, _ clock: UInt64) -> Index32 {
    let place = structs.find(client, clock)
    let index = structs[place]
    if items[Int(index)].clock == clock || items[Int(index)].isGC { return index }
    let right = split(at: place, clock - items[Int(index)].clock)
    return structs[right]
  }

  mutating func makeItem(_ item: Item) -> Index32 {
    countIn(item)
    if let free = freeItems.popLast() {
      items[Int(free)] = item
      tombstones[free] = item.isDeleted
      return free
    }
    let index = Index32(items.count)
    items.append(item)
    tombstones[index] = item.isDeleted
    return index
  }

  /// Adds a struct at the end of its client's list.
  mutating func append(_ index: Index32) {
    let number = items[Int(index)].client
    let client = Int(number)
    if clients[client].state == clients[client].before { transaction.advanced.append(number) }
    structs.append(index, clock: items[Int(index)].clock, to: number)
    clients[client].state = items[Int(index)].end
  }

  /// Cuts a struct after `units`. The result is where the right part is (Yjs `splitItem`).
  @discardableResult
  mutating func split(at place: StructPlace, _ units: UInt64) -> StructPlace {
    let client = place.client
    let leftIndex = structs[place]
    let left = items[Int(leftIndex)]
    countOut(left)
    var right = left
    right.clock += units
    right.length -= units
    right.originClient = client
    right.originClock = right.clock - 1
    right.left = leftIndex
    splitContent(leftIndex, &right, units)
    let rightIndex = makeItem(right)
    items[Int(leftIndex)].length = units
    countIn(items[Int(leftIndex)])
    items[Int(leftIndex)].right = rightIndex
    if right.right != .none { items[Int(right.right)].left = rightIndex }
    if right.key != .none, right.right == .none { setMap(right.parent, right.key, rightIndex) }
    stepsLeft -= Cost.movedBlock
    transaction.mergeable.append((client: client, clock: right.clock))
    return structs.insert(rightIndex, clock: right.clock, after: place)
  }

  /// Shares the content of `left` out to both parts.
  private mutating func splitContent(_ left: Index32, _ right: inout Item, _ units: UInt64) {
    let whole = items[Int(left)]
    guard whole.contentCapacity > 0 else { return }
    let cut = ContentCut.find(
      whole.kind, content.span.extracting(whole.contentRange), units: Int(units),
      of: Int(whole.length))
    if whole.kind != ContentKind.string {
      stepsLeft -= Int64(cut.byteOffset / Cost.readBytes)
    } else if UInt64(whole.contentCount) != whole.length {
      stepsLeft -= Int64(cut.byteOffset / Cost.scannedBytes)
    }
    right.contentOffset = whole.contentOffset + UInt32(cut.byteOffset)
    right.contentCount = whole.contentCount - UInt32(cut.byteOffset)
    items[Int(left)].contentCount = UInt32(cut.byteOffset)
    items[Int(left)].spareCount = 0
    guard cut.splitsPair else { return }
    if cut.byteOffset < right.contentCount {
      moveLeftHalf(left, &right)
      return
    }
    // The pair's four bytes hold the left half's U+FFFD; the right part moves to have room.
    for index in 0..<3 {
      content[Int(whole.contentOffset) + cut.byteOffset - 4 + index] =
        ContentCut.replacement[index]
    }
    items[Int(left)].contentCount -= 1
    let rest = right.contentRange
    right.contentOffset = UInt32(content.count)
    content.append(contentsOf: ContentCut.replacement)
    copyContent(rest)
    contentWaste += Int(right.contentCapacity)
    right.contentCount += 3
    right.spareCount = 0
  }

  /// Where the left part is the shorter one it moves, and the pair's bytes hold the right half's
  /// U+FFFD. Moving the longer one each time, cutting all pairs of a text would take n² bytes.
  private mutating func moveLeftHalf(_ left: Index32, _ right: inout Item) {
    let range = items[Int(left)].contentRange
    items[Int(left)].contentOffset = UInt32(content.count)
    copyContent(range.dropLast(4))
    content.append(contentsOf: ContentCut.replacement)
    items[Int(left)].contentCount -= 1
    right.contentOffset -= 3
    right.contentCount += 3
    for index in 0..<3 {
      content[Int(right.contentOffset) + index] = ContentCut.replacement[index]
    }
    contentWaste += range.count - 3
  }

  /// Joins structs with the ones to their left as long as that goes, beginning at `place`: how many
  /// went, and where the struct is that has them now (Yjs `tryToMergeWithLefts`).
  mutating func mergeLeft(from place: StructPlace) -> (merged: Int, survivor: StructPlace) {
    var first = place
    var count = 0
    while let left = structs.previous(first), mayMerge(structs[left], structs[first]) {
      first = left
      count += 1
    }
    guard count > 0 else { return (0, place) }
    // From left to right: content that has moved to grow has room for what follows, so that joining
    // many takes no n² bytes.
    var merged = 0
    while merged < count, stepsLeft > 0, let next = structs.next(first) {
      merge(structs[first], structs[next])
      stepsLeft -= Cost.movedBlock
      structs.remove(next)
      merged += 1
    }
    structs.tidy(first.client, block: first.block + 1)
    return (merged, first)
  }

  /// Whether two structs that follow each other in a client's list are alike enough to be joined.
  /// Field by field: most are not, and copies of both would take longer than the answer. Inlined:
  /// a call would retain each of the document's arrays.
  @inline(__always) func mayMerge(_ leftIndex: Index32, _ rightIndex: Index32) -> Bool {
    let (left, right) = (Int(leftIndex), Int(rightIndex))
    let kind = items[left].kind
    guard kind == items[right].kind, items[left].isDeleted == items[right].isDeleted else {
      return false
    }
    if kind == ContentKind.gc { return true }
    return items[left].right == rightIndex && ContentKind.isMergeable(kind)
      && items[right].originClient == items[left].client
      && items[right].originClock == items[left].end - 1
      && items[left].hasSameRightOrigin(as: items[right])
      && undo.mayJoin(items[left], items[right])
  }

  /// Joins two structs that `mayMerge`.
  private mutating func merge(_ leftIndex: Index32, _ rightIndex: Index32) {
    let left = items[Int(leftIndex)]
    let right = items[Int(rightIndex)]
    if !left.isGC {
      joinContent(leftIndex, rightIndex)
      items[Int(leftIndex)].right = right.right
      if right.right != .none { items[Int(right.right)].left = leftIndex }
      if right.key != .none, map.item(right.parent, right.key) == rightIndex {
        setMap(right.parent, right.key, leftIndex)
      }
      if marker.item == rightIndex { marker.moveLeft(to: leftIndex, by: left) }
    }
    items[Int(leftIndex)].length += right.length
    countOut(left)
    countOut(right)
    countIn(items[Int(leftIndex)])
    freeItems.append(rightIndex)
    undo.joined(left, right)
  }

  private mutating func joinContent(_ leftIndex: Index32, _ rightIndex: Index32) {
    let left = items[Int(leftIndex)]
    let right = items[Int(rightIndex)]
    guard right.contentCapacity > 0 else { return }
    let count = left.contentCount + right.contentCount
    if left.contentOffset + left.contentCount == right.contentOffset, left.spareCount == 0 {
      items[Int(leftIndex)].spareCount = right.spareCount
    } else if left.contentCapacity >= count {
      items[Int(leftIndex)].spareCount -= right.contentCount

      let start = Int(left.contentOffset + left.contentCount)
      stepsLeft -= Int64(right.contentCount) / Int64(Cost.copiedBytes)
      for index in 0..<Int(right.contentCount) {
        content[start + index] = content[Int(right.contentOffset) + index]
      }
      contentWaste += Int(right.contentCapacity)
    } else {
      let spare = Item.spare(for: count)
      let offset = content.count
      copyContent(left.contentRange)
      copyContent(right.contentRange)
      content.append(contentsOf: repeatElement(0, count: Int(spare)))
      items[Int(leftIndex)].contentOffset = UInt32(offset)
      items[Int(leftIndex)].spareCount = spare
      contentWaste += Int(left.contentCapacity + right.contentCapacity)
    }
    items[Int(leftIndex)].contentCount = count
  }

  /// Repeats bytes of the buffer at its end. A slice would hold the buffer and have it copied.
  mutating func copyContent(_ range: Range<Int>) {
    stepsLeft -= Int64(range.count / Cost.copiedBytes)
    if range.count < 64 {
      for index in range { content.append(content[index]) }
    } else {
      let bytes = Array(content[range])
      content.append(contentsOf: bytes)
    }
  }

  /// Drops an item's content.
  mutating func releaseContent(_ index: Index32) {
    contentWaste += Int(items[Int(index)].contentCapacity)
    items[Int(index)].forgetContent()
  }

  /// Closes the gaps in the content once they are half of it.
  mutating func compactContent() {
    guard contentWaste > 4096, contentWaste > content.count / 2, contentWaste > items.count * 8
    else { return }
    var compact: [UInt8] = []
    compact.reserveCapacity(content.count - contentWaste + 64)
    for client in clients.indices {
      for index in structs.all(of: Index32(client)) where items[Int(index)].contentCapacity > 0 {
        let range = items[Int(index)].contentRange
        items[Int(index)].contentOffset = UInt32(compact.count)
        items[Int(index)].spareCount = 0
        compact.append(contentsOf: content[range])
      }
    }
    content = compact
    contentWaste = 0
  }

  mutating func setMap(_ type: Index32, _ key: Index32, _ item: Index32) {
    let entry = map.find(type, key)
    if entry != .none {
      map.set(entry, item)
      return
    }
    let new = map.insert(type, key, item)
    let last = types[Int(type)].lastKey
    if last == .none { types[Int(type)].firstKey = new } else { map.link(last, to: new) }
    types[Int(type)].lastKey = new
  }

  mutating func root(_ name: Index32) -> Index32 {
    if let type = roots[name] { return type }
    let type = Index32(types.count)
    types.append(TypeRecord(holder: .none, name: name, kind: TypeKind.unknown))
    roots[name] = type
    return type
  }
}
