import Lib0

/// Putting one struct into its place (Yjs `Item.getMissing` and `Item.integrate`).
extension Doc {
  /// Where a struct belongs.
  private struct Place {
    var left: Index32 = .none
    var right: Index32 = .none
    var parent: Index32 = .none
    var key: Index32 = .none
  }

  /// Integrates a struct whose dependencies are all there, without what is known of it already.
  mutating func integrate(_ record: UpdateRecord, of source: [UInt8]) {
    if extend(with: record, of: source) { return }
    let client = clientIndex(record.client)
    let cut = clients[Int(client)].state - record.clock
    var item = Item(
      kind: record.kind, client: client, clock: record.clock + cut, length: record.length - cut)
    guard record.kind != ContentKind.gc else {
      append(makeItem(item))
      return
    }
    if record.hasOrigin {
      item.originClient =
        record.originClient == record.client ? client : clientIndex(record.originClient)
      item.originClock = record.originClock
    }
    if record.hasRightOrigin {
      item.rightOriginClient =
        record.rightClient == record.client ? client : clientIndex(record.rightClient)
      item.rightOriginClock = record.rightClock
    }
    var place = resolve(item, record, source)
    if cut > 0 {
      // What we have of it stands directly to the left, and says where the rest belongs.
      let left = itemEnding(client, item.clock - 1)
      item.originClient = client
      item.originClock = item.clock - 1
      place.left = left
      place.parent = items[Int(left)].parent
      place.key = items[Int(left)].key
    }
    guard place.parent != .none else {
      transaction.madeGarbage = true
      append(makeItem(Item(kind: 0, client: client, clock: item.clock, length: item.length)))
      return
    }
    item.parent = place.parent
    item.key = place.key
    takeContent(record, source, cut: cut, into: &item)
    insert(item, place.left, place.right)
  }

  /// Finds neighbours and parent. No parent means that the struct can only become GC.
  private mutating func resolve(
    _ item: Item, _ record: UpdateRecord, _ source: [UInt8]
  ) -> Place {
    var place = Place()
    if record.hasOrigin { place.left = itemEnding(item.originClient, item.originClock) }
    if record.hasRightOrigin { place.right = rightOriginItem(item, beside: place.left) }
    if place.left != .none || place.right != .none {
      // GC has no place, so nothing can stand beside it.
      if place.left != .none, items[Int(place.left)].isGC { return Place() }
      if place.right != .none, items[Int(place.right)].isGC { return Place() }
      let neighbour = items[Int(place.left != .none ? place.left : place.right)]
      place.parent = neighbour.parent
      place.key = neighbour.key
      return place
    }
    if record.parentIsRoot {
      place.parent = root(names.intern(source, record.rootNameRange))
    } else {
      let holder = self.item(clientIndex(record.originClient), record.originClock)
      place.parent = items[Int(holder)].type
    }
    if record.hasKey { place.key = names.intern(source, record.keyRange) }
    return place
  }

  /// The item that begins with another's right origin. Most often that is still the neighbour of
  /// the left one, which saves a search.
  private mutating func rightOriginItem(_ item: Item, beside left: Index32) -> Index32 {
    if left != .none {
      let next = items[Int(left)].right
      if next != .none, items[Int(next)].client == item.rightOriginClient,
        items[Int(next)].clock == item.rightOriginClock
      {
        return next
      }
    }
    return itemStarting(item.rightOriginClient, item.rightOriginClock)
  }

  private mutating func takeContent(
    _ record: UpdateRecord, _ source: [UInt8], cut: UInt64, into item: inout Item
  ) {
    guard record.contentCount > 0 else { return }
    var range = record.contentRange
    let offset = content.count
    if cut > 0 {
      let place = ContentCut.find(
        record.kind, source.span.extracting(range), units: Int(cut), of: Int(record.length))
      if place.splitsPair { content.append(contentsOf: ContentCut.replacement) }
      range = range.lowerBound + place.byteOffset..<range.upperBound
    }
    if range.count <= 32 {
      content.append(addingCapacity: range.count) { output in
        for index in range { output.append(source[index]) }
      }
    } else {
      content.append(contentsOf: source[range])
    }
    item.contentOffset = UInt32(offset)
    item.contentCount = UInt32(content.count - offset)
  }

  /// Links an item that knows its parent into the list, between `left` and `right` or where the
  /// search says, and adds it to the store.
  @discardableResult
  mutating func insert(_ new: Item, _ left: Index32, _ right: Index32) -> Index32 {
    var item = new
    let isDisturbed =
      left == .none
      ? right == .none || items[Int(right)].left != .none : items[Int(left)].right != right
    item.left = isDisturbed ? findPlace(item, left, right) : left
    if item.left != .none {
      item.right = items[Int(item.left)].right
    } else {
      item.right = isDisturbed ? firstItem(item.parent, item.key) : right
    }
    if item.kind == ContentKind.type { item.type = Index32(types.count) }
    let index = makeItem(item)
    if item.kind == ContentKind.type {
      // At most 6, so the low seven bits are all of it, whatever padding follows.
      let kind = UInt64(content[Int(item.contentOffset)] & 0x7f)
      types.append(TypeRecord(holder: index, kind: kind))
    }
    if item.kind == ContentKind.doc { transaction.subdocumentsAdded.append(index) }
    link(index, item)
    append(index)
    if item.isDeleted {
      transaction.deletes.append(
        DeletedRun(client: item.client, item: index, clock: item.clock, length: item.length))
    }
    let holder = types[Int(item.parent)].holder
    if (holder != .none && items[Int(holder)].isDeleted)
      || (item.key != .none && item.right != .none)
    {
      delete(index)
    }
    return index
  }

  private mutating func link(_ index: Index32, _ item: Item) {
    if item.left != .none {
      items[Int(item.left)].right = index
    } else if item.key == .none {
      types[Int(item.parent)].start = index
    }
    if item.right != .none {
      items[Int(item.right)].left = index
    } else if item.key != .none {
      setMap(item.parent, item.key, index)
      if item.left != .none { delete(item.left) }  // the value that it overwrites
    }
    if item.key == .none {
      if item.isCountable, !item.isDeleted {
        types[Int(item.parent)].length &+= Int64(item.length)
      }
      if item.kind == ContentKind.format { types[Int(item.parent)].hasMarks = true }
      if marker.type == item.parent { marker.forget() }
    }
  }

  /// The item that contains another's origin: most often its left neighbour, which saves a search.
  private func originItem(_ item: Item) -> Index32 {
    if item.left != .none {
      let left = items[Int(item.left)]
      if left.client == item.originClient, left.clock <= item.originClock,
        item.originClock < left.end
      {
        return item.left
      }
    }
    return self.item(item.originClient, item.originClock)
  }

  /// Head of a list: of the sequence, or of a key's values.
  private mutating func firstItem(_ type: Index32, _ key: Index32) -> Index32 {
    if key == .none { return types[Int(type)].start }
    var index = map.item(type, key)
    while index != .none, items[Int(index)].left != .none {
      stepsLeft -= 1
      index = items[Int(index)].left
    }
    return index
  }

  /// The left neighbour of an item among what others inserted at the same place (YATA).
  ///
  /// Yjs keeps two sets of passed items. Here an item's number in `passed` says the same: it was
  /// passed at all if that is at least `base`, and since the last move if at least `recent`.
  private mutating func findPlace(
    _ item: Item, _ left: Index32, _ right: Index32
  ) -> Index32 {
    var result = left
    var other = left != .none ? items[Int(left)].right : firstItem(item.parent, item.key)
    if other == .none || other == right { return result }
    if passes > UInt32.max / 2 {
      passed = []
      passes = 0
    }
    if passed.count < items.count {
      passed.append(contentsOf: repeatElement(0, count: items.count - passed.count))
    }
    let base = passes + 1
    var recent = base
    let ownID = clients[Int(item.client)].id
    while other != .none, other != right {
      stepsLeft -= 1
      if stepsLeft <= 0 { break }
      passes += 1
      passed[Int(other)] = passes
      let candidate = items[Int(other)]
      if candidate.hasSameOrigin(as: item) {
        if clients[Int(candidate.client)].id < ownID {
          result = other
          recent = passes + 1
        } else if candidate.hasSameRightOrigin(as: item) {
          break
        }
      } else if candidate.originClient != .none,
        case let mark = passed[Int(originItem(candidate))],
        mark >= base
      {
        if mark < recent {
          result = other
          recent = passes + 1
        }
      } else {
        break
      }
      other = candidate.right
    }
    return result
  }
}
