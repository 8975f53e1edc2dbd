import TestSupport
import Testing

@testable import CRDT

/// The block index beside a plain array per client, which does the same slowly.
@Suite struct StructIndexTests {
  private struct Model {
    var lists: [[(clock: UInt64, index: Index32)]] = []
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func doesWhatArraysDo(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var index = StructIndex()
    var model = Model()
    for _ in 0..<3 {
      index.addClient()
      model.lists.append([])
    }
    var nextItem: Index32 = 0
    for _ in 0..<3_000 {
      let client = Int(random.next() % 3)
      let list = model.lists[client]
      switch random.next() % 10 {
      case 0..<4:
        let clock = (list.last?.clock ?? 0) + (list.isEmpty ? 0 : 1 + random.next() % 9)
        index.append(nextItem, clock: clock, to: Index32(client))
        model.lists[client].append((clock, nextItem))
      case 4..<7:
        guard !list.isEmpty else { continue }
        let at = Int(random.next() % UInt64(list.count))
        let end = at + 1 < list.count ? list[at + 1].clock : list[at].clock + 9
        guard end - list[at].clock > 1 else { continue }
        let clock = list[at].clock + 1 + random.next() % (end - list[at].clock - 1)
        let place = index.find(Index32(client), list[at].clock)
        let made = index.insert(nextItem, clock: clock, after: place)
        #expect(index[made] == nextItem && index.clock(at: made) == clock)
        model.lists[client].insert((clock, nextItem), at: at + 1)
      case 7..<9:
        // A run that leaves as when neighbours join, so that blocks become small and go.
        for _ in 0..<random.next() % 60 {
          guard model.lists[client].count > 1 else { break }
          let at = 1 + Int(random.next() % UInt64(model.lists[client].count - 1))
          let place = index.find(Index32(client), model.lists[client][at].clock)
          let left = index.previous(place)
          index.remove(place)
          model.lists[client].remove(at: at)
          if let left { index.tidy(Index32(client), block: left.block + 1) }
        }
      default: if random.next() % 8 == 0 { index.shrink() }
      }
      nextItem += 1
    }
    for client in 0..<3 { check(index, Index32(client), model.lists[client]) }
  }

  private func check(
    _ index: StructIndex, _ client: Index32, _ list: [(clock: UInt64, index: Index32)]
  ) {
    #expect(index.all(of: client) == list.map(\.index))
    #expect(index.count(of: client) == list.count)
    var forward: [Index32] = []
    var next = index.first(of: client)
    while let place = next {
      forward.append(index[place])
      next = index.next(place)
    }
    #expect(forward == list.map(\.index))
    var backward: [Index32] = []
    next = index.last(of: client)
    while let place = next {
      backward.append(index[place])
      next = index.previous(place)
    }
    #expect(backward == list.map(\.index).reversed())
    for (number, entry) in list.enumerated() {
      let end = number + 1 < list.count ? list[number + 1].clock : entry.clock + 5
      for clock in [entry.clock, (entry.clock + end) / 2, end - 1] {
        #expect(index[index.find(client, clock)] == entry.index)
      }
    }
    if let first = index.first(of: client), let last = index.last(of: client) {
      #expect(index.count(from: first, through: last) == list.count)
    }
  }

  /// Blocks that many removals left nearly empty do not stay for ever.
  @Test func removalsGiveTheirRoomBack() {
    var index = StructIndex()
    index.addClient()
    for round in 0..<50 {
      let base = UInt64(round) * 10_000
      for number in 0..<1_000 {
        index.append(Index32(number), clock: base + UInt64(number), to: 0)
      }
      for _ in 0..<999 {
        guard let last = index.last(of: 0), let left = index.previous(last) else { break }
        index.remove(last)
        index.tidy(0, block: left.block + 1)
      }
    }
    #expect(index.count(of: 0) == 50)
    #expect(index.byteCount < 40_000)
  }

  @Test func clientIDsAreFoundByNumber() {
    var random = SplitMix64(seed: 7)
    var table = ClientTable(seed: 1)
    var ids: [ClientID] = []
    for _ in 0..<5_000 {
      let id = random.next() >> 11
      if table.find(id) != nil { continue }
      table.add(id)
      ids.append(id)
      if random.next() % 64 == 0 { table.bringIntoOrder() }
      if random.next() % 64 == 0 {
        #expect(table.order.map { ids[Int($0)] } == ids.sorted(by: >))
      }
    }
    for (number, id) in ids.enumerated() {
      #expect(table.find(id) == Index32(number))
      #expect(table[Index32(number)] == id)
    }
    #expect(table.find(ids[0] ^ 1 << 52) == nil)
  }
}
