/// Where a struct stands in its client's list.
///
/// Good until the next change of the same list.
struct StructPlace: Equatable, Sendable {
  var client: Index32
  var block: Int
  var offset: Int
}

/// Every client's structs in clock order.
///
///     client ──▶ blocks (first clock, run of slots) ──▶ slots (up to 128 clocks and items)
///
/// - Shape: lists in blocks, so that a struct in the middle of a long list moves 127 others at
///   most; all blocks lie in one array, so that nothing is counted or allocated on the way.
/// - Trade-off: a block that was split is half empty. Small lists begin with small blocks.
struct StructIndex: Sendable {
  struct Block: Sendable {
    /// The clock of its first struct.
    var clock: UInt64
    /// Where its slots begin.
    var start: UInt32
    var count: UInt16
    var capacity: UInt16
  }

  static let capacity = 128
  /// Blocks with fewer join the one before them, if both fit twice.
  private static let sparse = 16

  private(set) var blocks: [[Block]] = []
  /// The first clock of each struct, and its item.
  private var clocks: [UInt64] = []
  private var slots: [Index32] = []
  /// Unused blocks by the logarithm of their capacity; the first slot of each leads to the next.
  private var free = InlineArray<8, Index32>(repeating: .none)

  var byteCount: Int {
    slots.count * (MemoryLayout<Index32>.stride + MemoryLayout<UInt64>.stride)
      + blocks.reduce(0) { $0 + $1.count * MemoryLayout<Block>.stride }
  }

  /// Adds an empty list. Clients are numbered in the order of coming.
  mutating func addClient() { blocks.append([]) }

  subscript(place: StructPlace) -> Index32 {
    @inline(__always) get {
      slots[Int(blocks[Int(place.client)][place.block].start) + place.offset]
    }
  }

  /// The clock of the struct at a place.
  func clock(at place: StructPlace) -> UInt64 {
    clocks[Int(blocks[Int(place.client)][place.block].start) + place.offset]
  }

  /// The struct that contains `clock`, which must be below the end of the client's last.
  ///
  /// - Complexity: O(log n); O(1) for the last struct.
  func find(_ client: Index32, _ clock: UInt64) -> StructPlace {
    let block = blockIndex(client, clock)
    let found = blocks[Int(client)][block]
    let start = Int(found.start)
    let end = start + Int(found.count)
    if clocks[end - 1] <= clock {
      return StructPlace(client: client, block: block, offset: end - 1 - start)
    }
    // Counting takes no branch that depends on the clocks, where halving guesses wrong half of the
    // time: first every 16th of the block, then 16 of them.
    var coarse = 0
    var slot = start
    while slot < end {
      coarse += Self.isNotBehind(clocks[slot], clock)
      slot += 16
    }
    let low = start + (coarse - 1) * 16
    var fine = 0
    for slot in low..<min(low + 16, end) { fine += Self.isNotBehind(clocks[slot], clock) }
    return StructPlace(client: client, block: block, offset: low + fine - 1 - start)
  }

  /// The last block that does not begin behind `clock`.
  private func blockIndex(_ client: Index32, _ clock: UInt64) -> Int {
    var count = blocks[Int(client)].count
    if blocks[Int(client)][count - 1].clock <= clock { return count - 1 }
    var low = 0
    while count > 24 {
      let half = count / 2
      if blocks[Int(client)][low + half].clock <= clock { low += half }
      count -= half
    }
    var before = 0
    for block in low..<low + count {
      before += Self.isNotBehind(blocks[Int(client)][block].clock, clock)
    }
    return low + before - 1
  }

  /// 1 if the first clock is not behind the second, otherwise 0. By a sign: clocks end at 2^53.
  @inline(__always) private static func isNotBehind(_ first: UInt64, _ second: UInt64) -> Int {
    Int(truncatingIfNeeded: (second &- first) >> 63 ^ 1)
  }

  /// The slots of a block, by clock.
  func slots(of client: Index32, block: Int) -> Range<Int> {
    let block = blocks[Int(client)][block]
    return Int(block.start)..<Int(block.start) + Int(block.count)
  }

  @inline(__always) func item(inSlot slot: Int) -> Index32 { slots[slot] }

  /// Adds the runs of deleted clocks of a client.
  func appendDeleted(
    of client: Index32, _ record: ClientRecord, _ tombstones: Tombstones,
    to ranges: inout [DeleteRange]
  ) {
    var isOpen = false
    var start: UInt64 = 0
    for block in blocks[Int(client)] {
      var run = Int(block.start)..<Int(block.start) + Int(block.count)
      while !run.isEmpty {
        let part = run.prefix(64)
        run = part.upperBound..<run.upperBound
        // First all bits, then where they change: item by item, each change is guessed wrong.
        var deleted = deletedBits(part, tombstones)
        var slot = part.lowerBound
        while true {
          let alike = (isOpen ? ~deleted : deleted).trailingZeroBitCount
          slot += alike
          if slot >= part.upperBound { break }
          let clock = clocks[slot]
          if isOpen {
            ranges.append(DeleteRange(client: record.id, clock: start, length: clock - start))
          }
          isOpen.toggle()
          start = clock
          deleted >>= UInt64(alike)
        }
      }
    }
    if isOpen {
      ranges.append(DeleteRange(client: record.id, clock: start, length: record.state - start))
    }
  }

  /// Which items in up to 64 slots are deleted, the first one's bit lowest.
  private func deletedBits(_ run: Range<Int>, _ tombstones: Tombstones) -> UInt64 {
    let items = slots.span.extracting(run)
    var bits: UInt64 = 0
    for offset in items.indices {
      bits |= (tombstones[items[offset]] ? 1 : 0) << UInt64(truncatingIfNeeded: offset)
    }
    return bits
  }

  func first(of client: Index32) -> StructPlace? {
    blocks[Int(client)].isEmpty ? nil : StructPlace(client: client, block: 0, offset: 0)
  }

  func last(of client: Index32) -> StructPlace? {
    let count = blocks[Int(client)].count
    guard count > 0 else { return nil }
    return StructPlace(
      client: client, block: count - 1, offset: Int(blocks[Int(client)][count - 1].count) - 1)
  }

  func next(_ place: StructPlace) -> StructPlace? {
    var next = place
    next.offset += 1
    if next.offset < Int(blocks[Int(place.client)][place.block].count) { return next }
    next.block += 1
    next.offset = 0
    return next.block < blocks[Int(place.client)].count ? next : nil
  }

  func previous(_ place: StructPlace) -> StructPlace? {
    var previous = place
    if place.offset > 0 {
      previous.offset -= 1
      return previous
    }
    guard place.block > 0 else { return nil }
    previous.block -= 1
    previous.offset = Int(blocks[Int(place.client)][previous.block].count) - 1
    return previous
  }

  /// How many structs the list has. Complexity: O(blocks).
  func count(of client: Index32) -> Int {
    blocks[Int(client)].reduce(0) { $0 + Int($1.count) }
  }

  /// How many structs there are from one place to another, both included.
  func count(from first: StructPlace, through last: StructPlace) -> Int {
    if first.block == last.block { return last.offset - first.offset + 1 }
    let between = blocks[Int(first.client)][first.block..<last.block]
    return between.reduce(last.offset + 1 - first.offset) { $0 + Int($1.count) }
  }

  /// All structs of a client, by clock.
  func all(of client: Index32) -> [Index32] {
    blocks[Int(client)].flatMap { slots[Int($0.start)..<Int($0.start) + Int($0.count)] }
  }

  /// Adds a struct behind all others of its client.
  mutating func append(_ index: Index32, clock: UInt64, to client: Index32) {
    let list = Int(client)
    let last = blocks[list].count - 1
    if last < 0 {
      open(list, at: 0, clock, index, capacity: 2)
    } else if blocks[list][last].count == Self.capacity {
      open(list, at: last + 1, clock, index, capacity: Self.capacity)
    } else {
      if blocks[list][last].count == blocks[list][last].capacity { enlarge(list, last) }
      let block = blocks[list][last]
      put(index, clock, Int(block.start) + Int(block.count))
      blocks[list][last].count += 1
    }
  }

  /// Adds a struct behind another. The result is its place.
  mutating func insert(
    _ index: Index32, clock: UInt64, after place: StructPlace
  ) -> StructPlace {
    let list = Int(place.client)
    var place = place
    if blocks[list][place.block].count == Self.capacity {
      // Behind the end of a block the new struct opens one of its own: lists mostly grow in order,
      // and full blocks waste nothing.
      if place.offset == Self.capacity - 1 {
        open(list, at: place.block + 1, clock, index, capacity: Self.capacity)
        return StructPlace(client: place.client, block: place.block + 1, offset: 0)
      }
      place = halve(place)
    } else if blocks[list][place.block].count == blocks[list][place.block].capacity {
      enlarge(list, place.block)
    }
    let block = blocks[list][place.block]
    place.offset += 1
    let new = Int(block.start) + place.offset
    let end = Int(block.start) + Int(block.count)
    slots.moveUp(new..<end)
    clocks.moveUp(new..<end)
    put(index, clock, new)
    blocks[list][place.block].count += 1
    return place
  }

  /// Takes a struct out that became part of the one before it.
  mutating func remove(_ place: StructPlace) {
    let list = Int(place.client)
    let block = blocks[list][place.block]
    let gone = Int(block.start) + place.offset
    let end = Int(block.start) + Int(block.count)
    slots.moveDown(gone + 1..<end)
    clocks.moveDown(gone + 1..<end)
    if block.count == 1 {
      release(block)
      blocks[list].remove(at: place.block)
      return
    }
    blocks[list][place.block].count -= 1
    if place.offset == 0 { blocks[list][place.block].clock = clocks[Int(block.start)] }
  }

  /// Joins a block that has become small with the one before it, if both fit twice.
  mutating func tidy(_ client: Index32, block number: Int) {
    let list = Int(client)
    guard number > 0, number < blocks[list].count else { return }
    let block = blocks[list][number]
    let left = blocks[list][number - 1]
    let count = Int(block.count) + Int(left.count)
    guard block.count <= Self.sparse, count <= Self.capacity / 2 else { return }
    if count > Int(left.capacity) { enlarge(list, number - 1, for: count) }
    let start = Int(blocks[list][number - 1].start) + Int(left.count)
    for offset in 0..<Int(block.count) {
      let slot = Int(block.start) + offset
      put(slots[slot], clocks[slot], start + offset)
    }
    blocks[list][number - 1].count = UInt16(count)
    release(block)
    blocks[list].remove(at: number)
  }

  /// Makes room for so many more structs.
  mutating func reserve(_ more: Int) {
    let count = slots.count + more + Self.capacity
    guard count > slots.capacity else { return }
    slots.reserveCapacity(max(count, slots.count + slots.count / 2))
    clocks.reserveCapacity(max(count, slots.count + slots.count / 2))
  }

  /// Gives back what the lists keep for growing.
  mutating func shrink() {
    let count = blocks.reduce(0) { $0 + $1.reduce(0) { $0 + Int($1.count) } }
    var compactSlots: [Index32] = []
    var compactClocks: [UInt64] = []
    compactSlots.reserveCapacity(count)
    compactClocks.reserveCapacity(count)
    for list in blocks.indices {
      blocks[list] = blocks[list].withoutSpareRoom()
      for number in blocks[list].indices {
        let block = blocks[list][number]
        blocks[list][number].start = UInt32(compactSlots.count)
        blocks[list][number].capacity = block.count
        let run = Int(block.start)..<Int(block.start) + Int(block.count)
        compactSlots.append(contentsOf: slots[run])
        compactClocks.append(contentsOf: clocks[run])
      }
    }
    slots = compactSlots
    clocks = compactClocks
    free = InlineArray(repeating: .none)
  }

  @inline(__always) private mutating func put(_ index: Index32, _ clock: UInt64, _ slot: Int) {
    slots[slot] = index
    clocks[slot] = clock
  }

  /// A block with one struct.
  private mutating func open(
    _ list: Int, at number: Int, _ clock: UInt64, _ index: Index32, capacity: Int
  ) {
    let start = allocate(capacity)
    put(index, clock, Int(start))
    blocks[list].insert(
      Block(clock: clock, start: start, count: 1, capacity: UInt16(capacity)), at: number)
  }

  /// Moves a block to where there is room for more.
  private mutating func enlarge(_ list: Int, _ number: Int, for count: Int? = nil) {
    let block = blocks[list][number]
    var capacity = 2
    while capacity < count ?? Int(block.count) + 1 { capacity *= 2 }
    let start = allocate(capacity)
    for offset in 0..<Int(block.count) {
      let slot = Int(block.start) + offset
      put(slots[slot], clocks[slot], Int(start) + offset)
    }
    release(block)
    blocks[list][number].start = start
    blocks[list][number].capacity = UInt16(capacity)
  }

  /// Cuts a full block in two. The result is where `place` is now.
  private mutating func halve(_ place: StructPlace) -> StructPlace {
    let list = Int(place.client)
    let block = blocks[list][place.block]
    let kept = Int(block.count) / 2
    let start = allocate(Self.capacity)
    for offset in kept..<Int(block.count) {
      let slot = Int(block.start) + offset
      put(slots[slot], clocks[slot], Int(start) + offset - kept)
    }
    blocks[list][place.block].count = UInt16(kept)
    blocks[list].insert(
      Block(
        clock: clocks[Int(start)], start: start, count: block.count - UInt16(kept),
        capacity: UInt16(Self.capacity)), at: place.block + 1)
    guard place.offset >= kept else { return place }
    return StructPlace(client: place.client, block: place.block + 1, offset: place.offset - kept)
  }

  /// Slots for a block of a capacity that is a power of two.
  private mutating func allocate(_ capacity: Int) -> UInt32 {
    let size = capacity.trailingZeroBitCount
    if free[size] != .none {
      let start = free[size]
      free[size] = slots[Int(start)]
      return start
    }
    let start = UInt32(slots.count)
    slots.append(contentsOf: repeatElement(.none, count: capacity))
    clocks.append(contentsOf: repeatElement(0, count: capacity))
    return start
  }

  /// Keeps the slots of a block for another. After `shrink` capacities are any number: such slots
  /// serve a smaller block.
  private mutating func release(_ block: Block) {
    guard block.capacity > 0 else { return }
    let size = 15 - UInt16(block.capacity).leadingZeroBitCount
    guard size < 8 else { return }
    slots[Int(block.start)] = free[size]
    free[size] = block.start
  }
}

extension Array where Element: FixedWidthInteger {
  /// Moves elements one place to the right, over the one behind them. By span: through the array,
  /// each would ask whether it is the only owner.
  fileprivate mutating func moveUp(_ range: Range<Int>) {
    var span = mutableSpan
    var index = range.upperBound
    while index > range.lowerBound {
      span[index] = span[index - 1]
      index -= 1
    }
  }

  /// Moves elements one place to the left, over the one before them.
  fileprivate mutating func moveDown(_ range: Range<Int>) {
    var span = mutableSpan
    var index = range.lowerBound
    while index < range.upperBound {
      span[index - 1] = span[index]
      index += 1
    }
  }
}

extension Array {
  /// The same elements in an array that has no room for more.
  func withoutSpareRoom() -> [Element] {
    if capacity == count { return self }
    var copy: [Element] = []
    copy.reserveCapacity(count)
    copy.append(contentsOf: self)
    return copy
  }
}
