/// What undoing has to know of single items: which are kept, and which were made again as which.
///
/// Beside the items and not in them, for most documents have none of it.
struct UndoTables: Sendable {
  /// Where an item was made again: clock by clock.
  struct Redone: Sendable {
    var clock: UInt64
    var length: UInt64
    var asClient: Index32
    var asClock: UInt64
    var end: UInt64 { clock + length }
  }

  /// Clocks whose content is not collected when it is deleted, in order, by client.
  private(set) var kept: [Index32: [Range<UInt64>]] = [:]
  /// In order, by client.
  private(set) var redone: [Index32: [Redone]] = [:]

  var isEmpty: Bool { kept.isEmpty && redone.isEmpty }

  func isKept(_ item: Item) -> Bool {
    guard !kept.isEmpty, let ranges = kept[item.client] else { return false }
    let index = ranges.firstIndex(endingBehind: item.clock)
    return index < ranges.count && ranges[index].lowerBound <= item.clock
  }

  mutating func keep(_ item: Item) {
    kept[item.client, default: []].insert(item.clock..<item.end)
  }

  mutating func release(_ client: Index32, _ clocks: Range<UInt64>) {
    guard kept[client] != nil else { return }
    kept[client, default: []].remove(clocks)
    if kept[client, default: []].isEmpty { kept[client] = nil }
  }

  /// Whether two neighbours may become one: not if one of them was made again.
  func mayJoin(_ left: Item, _ right: Item) -> Bool {
    redone.isEmpty || (redone(left) == nil && redone(right) == nil)
  }

  /// Two items became one, which is kept if one of them was.
  mutating func joined(_ left: Item, _ right: Item) {
    if kept.isEmpty || left.isGC { return }
    let isLeftKept = isKept(left)
    if isLeftKept != isKept(right) { keep(isLeftKept ? right : left) }
  }

  /// As what an item was made again.
  func redone(_ item: Item) -> (client: Index32, clock: UInt64)? {
    redone(item.client, item.clock)
  }

  func redone(_ client: Index32, _ clock: UInt64) -> (client: Index32, clock: UInt64)? {
    guard let list = redone[client] else { return nil }
    let index = Self.place(of: clock, in: list)
    guard index < list.count, list[index].clock <= clock else { return nil }
    return (list[index].asClient, list[index].asClock + (clock - list[index].clock))
  }

  mutating func note(_ item: Item, madeAgainAs client: Index32, _ clock: UInt64) {
    let place = Self.place(of: item.clock, in: redone[item.client] ?? [])
    redone[item.client, default: []].insert(
      Redone(clock: item.clock, length: item.length, asClient: client, asClock: clock), at: place)
  }

  /// The first entry that does not end at or before a clock.
  private static func place(of clock: UInt64, in list: [Redone]) -> Int {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle].end <= clock { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Ranges in order, which neither touch nor overlap.
extension [Range<UInt64>] {
  /// The first range that does not end at or before a clock.
  func firstIndex(endingBehind clock: UInt64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].upperBound <= clock { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func holds(_ clock: UInt64) -> Bool {
    let index = firstIndex(endingBehind: clock)
    return index < count && self[index].lowerBound <= clock
  }

  mutating func insert(_ range: Range<UInt64>) {
    if range.isEmpty { return }
    var joined = range
    // From the first range that ends where this one begins, or behind that.
    let first = range.lowerBound == 0 ? 0 : firstIndex(endingBehind: range.lowerBound - 1)
    var last = first
    while last < count, self[last].lowerBound <= range.upperBound {
      joined =
        Swift.min(joined.lowerBound, self[last].lowerBound)..<Swift.max(
          joined.upperBound, self[last].upperBound)
      last += 1
    }
    replaceSubrange(first..<last, with: CollectionOfOne(joined))
  }

  mutating func remove(_ range: Range<UInt64>) {
    let first = firstIndex(endingBehind: range.lowerBound)
    var last = first
    var rest: [Range<UInt64>] = []
    while last < count, self[last].lowerBound < range.upperBound {
      let former = self[last]
      if former.lowerBound < range.lowerBound { rest.append(former.lowerBound..<range.lowerBound) }
      if former.upperBound > range.upperBound { rest.append(range.upperBound..<former.upperBound) }
      last += 1
    }
    replaceSubrange(first..<last, with: rest)
  }
}
