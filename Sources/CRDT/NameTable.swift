/// Map keys and root names, each stored once; everything else refers to them by index.
///
/// An open-addressed table over one buffer of bytes. Names are compared byte by byte: JavaScript
/// does not normalise, and a `String` comparison would.
struct NameTable: Sendable {
  private var bytes: [UInt8] = []
  private var names: [(offset: UInt32, count: UInt32, hash: UInt64)] = []
  private var slots: [Index32] = []
  private let seed: UInt64

  init(seed: UInt64) { self.seed = seed }

  var byteCount: Int { bytes.count + names.count * 16 + slots.count * 4 }

  func range(_ name: Index32) -> Range<Int> {
    let entry = names[Int(name)]
    return Int(entry.offset)..<Int(entry.offset) + Int(entry.count)
  }

  mutating func shrink() {
    bytes = bytes.withoutSpareRoom()
    names = names.withoutSpareRoom()
  }

  /// All bytes of all names; `range(_:)` says which are one's.
  var buffer: [UInt8] { bytes }

  func byte(_ offset: Int) -> UInt8 { bytes[offset] }

  func string(_ name: Index32) -> String { String(decoding: bytes[range(name)], as: UTF8.self) }

  /// The index of a name, or `.none` if it was never stored.
  func find(_ source: [UInt8], _ range: Range<Int>) -> Index32 {
    let name = source.span.extracting(range)
    return slots.isEmpty ? .none : slots[place(name, hash(name))]
  }

  /// The index of a name, which is stored if it is new.
  mutating func intern(_ source: [UInt8], _ range: Range<Int>) -> Index32 {
    intern(source.span.extracting(range))
  }

  mutating func intern(_ source: Span<UInt8>) -> Index32 {
    if names.count * 2 >= slots.count { grow() }
    let hash = hash(source)
    let slot = place(source, hash)
    if slots[slot] != .none { return slots[slot] }
    let name = Index32(names.count)
    names.append((offset: UInt32(bytes.count), count: UInt32(source.count), hash: hash))
    for index in source.indices { bytes.append(source[index]) }
    slots[slot] = name
    return name
  }

  private func place(_ source: Span<UInt8>, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != .none {
      let entry = names[Int(slots[slot])]
      if entry.hash == hash, Int(entry.count) == source.count,
        matches(Int(entry.offset), source)
      {
        break
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func matches(_ offset: Int, _ source: Span<UInt8>) -> Bool {
    for index in source.indices where bytes[offset + index] != source[index] { return false }
    return true
  }

  private func hash(_ source: Span<UInt8>) -> UInt64 {
    var value = seed
    for index in source.indices { value = (value ^ UInt64(source[index])) &* 0x9e37_79b9_7f4a_7c15 }
    return value ^ (value >> 29)
  }

  private mutating func grow() {
    let count = slots.isEmpty ? 16 : slots.count * 2
    slots = [Index32](repeating: .none, count: count)
    for (index, name) in names.enumerated() {
      var slot = Int(truncatingIfNeeded: name.hash) & (count - 1)
      while slots[slot] != .none { slot = (slot + 1) & (count - 1) }
      slots[slot] = Index32(index)
    }
  }
}

/// (type, key) → the rightmost item of the key's list, for all maps of a document in one table.
struct MapTable: Sendable {
  struct Entry: Sendable {
    var type: Index32
    var key: Index32
    /// The rightmost item of the key, live or not; `.none` once the type is collected.
    var item: Index32
    /// The next key of the same type.
    var next: Index32 = .none
  }

  private(set) var entries: [Entry] = []
  private var slots: [Index32] = []
  /// Odd, and not known to peers: who could compute it could make all keys collide.
  private let multiplier: UInt64

  init(seed: UInt64) { multiplier = (seed ^ 0x9e37_79b9_7f4a_7c15) | 1 }

  var byteCount: Int { entries.count * 16 + slots.count * 4 }

  mutating func shrink() { entries = entries.withoutSpareRoom() }

  func find(_ type: Index32, _ key: Index32) -> Index32 {
    slots.isEmpty ? .none : slots[place(type, key)]
  }

  func item(_ type: Index32, _ key: Index32) -> Index32 {
    let entry = find(type, key)
    return entry == .none ? .none : entries[Int(entry)].item
  }

  mutating func set(_ entry: Index32, _ item: Index32) { entries[Int(entry)].item = item }

  mutating func link(_ entry: Index32, to next: Index32) { entries[Int(entry)].next = next }

  /// Adds a key that is not there yet.
  mutating func insert(_ type: Index32, _ key: Index32, _ item: Index32) -> Index32 {
    if entries.count * 2 >= slots.count { grow() }
    let entry = Index32(entries.count)
    entries.append(Entry(type: type, key: key, item: item))
    slots[place(type, key)] = entry
    return entry
  }

  private func place(_ type: Index32, _ key: Index32) -> Int {
    let mask = slots.count - 1
    var slot = hash(type, key) & mask
    while slots[slot] != .none {
      let entry = entries[Int(slots[slot])]
      if entry.type == type, entry.key == key { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func hash(_ type: Index32, _ key: Index32) -> Int {
    var value = (UInt64(type) << 32 | UInt64(key)) &* multiplier
    value = (value ^ value >> 29) &* multiplier
    return Int(truncatingIfNeeded: value >> 32)
  }

  private mutating func grow() {
    let count = slots.isEmpty ? 16 : slots.count * 2
    slots = [Index32](repeating: .none, count: count)
    for index in entries.indices {
      slots[place(entries[index].type, entries[index].key)] = Index32(index)
    }
  }
}
