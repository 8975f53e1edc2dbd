/// Client ids, numbered in the order of their coming; everything else refers to them by number.
///
/// An open-addressed table: most updates look four ids up, and a `Dictionary` takes as long for
/// that as integrating a letter does.
struct ClientTable: Sendable {
  private var ids: [ClientID] = []
  private var slots: [Index32] = []
  /// The numbers that have been brought into order; those that came since are missing.
  private var ordered: [Index32] = []
  /// The number that was asked for last: most structs stand beside others of the same client.
  private var recent: Index32 = .none
  /// Odd, and not known to peers: who could compute it could make all ids collide.
  private let multiplier: UInt64

  init(seed: UInt64) { multiplier = (seed ^ 0xc2b2_ae3d_27d4_eb4f) | 1 }

  var byteCount: Int { ids.capacity * 8 + slots.count * 4 }

  subscript(index: Index32) -> ClientID { ids[Int(index)] }

  /// The number of an id; `nil` if it never came.
  func find(_ id: ClientID) -> Index32? {
    if slots.isEmpty { return nil }
    let index = slots[place(id)]
    return index == .none ? nil : index
  }

  /// The same, and quick for the id that was asked for last.
  @inline(__always) mutating func recall(_ id: ClientID) -> Index32? {
    if recent != .none, ids[Int(recent)] == id { return recent }
    guard let index = find(id) else { return nil }
    recent = index
    return index
  }

  /// Adds an id that is not there yet.
  mutating func add(_ id: ClientID) {
    let index = Index32(ids.count)
    ids.append(id)
    if ids.count * 2 > slots.count {
      grow()
    } else {
      slots[place(id)] = index
    }
  }

  /// All numbers, that of the highest id first: the order of everything that is encoded.
  /// - Complexity: O(1) after `bringIntoOrder()`, otherwise O(n + k log k) for k ids since then.
  var order: [Index32] {
    guard ordered.count < ids.count else { return ordered }
    let new = (Index32(ordered.count)..<Index32(ids.count)).sorted { self[$0] > self[$1] }
    var result: [Index32] = []
    result.reserveCapacity(ids.count)
    var next = 0
    for index in new {
      while next < ordered.count, self[ordered[next]] > self[index] {
        result.append(ordered[next])
        next += 1
      }
      result.append(index)
    }
    result += ordered[next...]
    return result
  }

  /// Once a transaction, however many ids it brings: each alone would move all that are below it.
  mutating func bringIntoOrder() {
    if ordered.count < ids.count { ordered = order }
  }

  private func place(_ id: ClientID) -> Int {
    let mask = slots.count - 1
    var slot = hash(id) & mask
    while slots[slot] != .none, ids[Int(slots[slot])] != id { slot = (slot + 1) & mask }
    return slot
  }

  private func hash(_ id: ClientID) -> Int { Int(truncatingIfNeeded: scattered(id)) }

  /// 32 bits of which each depends on the whole id.
  private func scattered(_ id: ClientID) -> UInt64 {
    let value = id &* multiplier
    return ((value ^ (value >> 29)) &* multiplier) >> 32
  }

  /// An id of 32 bits that is not there, and that peers cannot know beforehand.
  func unusedID(after id: ClientID) -> ClientID {
    var next = id
    var candidate: ClientID
    repeat {
      next &+= 1
      candidate = scattered(next)
    } while find(candidate) != nil
    return candidate
  }

  private mutating func grow() {
    slots = [Index32](repeating: .none, count: max(4, slots.count * 2))
    for (index, id) in ids.enumerated() { slots[place(id)] = Index32(index) }
  }

  mutating func shrink() {
    ids = ids.withoutSpareRoom()
    ordered = ordered.withoutSpareRoom()
  }
}
