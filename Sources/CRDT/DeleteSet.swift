import Lib0

/// A run of clocks of one client that are deleted.
public struct DeleteRange: Equatable, Sendable {
  public var client: ClientID
  public var clock: UInt64
  public var length: UInt64

  public init(client: ClientID, clock: UInt64, length: UInt64) {
    self.client = client
    self.clock = clock
    self.length = length
  }

  /// The first clock after it.
  public var end: UInt64 { clock + length }

  /// Whether all of it comes before `other` in the order of a delete set.
  fileprivate func endsBefore(_ other: DeleteRange) -> Bool {
    client != other.client ? client > other.client : end <= other.clock
  }
}

/// A set of struct ids, kept as ranges.
///
/// - Order: highest client first, clocks ascending; ranges neither touch nor overlap. So equal
///   sets compare equal and encode to equal bytes, those of Yjs 13.6.
public struct DeleteSet: Equatable, Sendable {
  public private(set) var ranges: [DeleteRange]

  public init() { ranges = [] }

  /// Ranges in any order, overlapping or not. Complexity: O(n) where they are in order already.
  public init(_ ranges: [DeleteRange]) {
    self.ranges = ranges
    normalize()
  }

  public var isEmpty: Bool { ranges.isEmpty }

  public func contains(client: ClientID, clock: UInt64) -> Bool {
    let index = firstRange(of: client, endingBehind: clock)
    return index < ranges.count && ranges[index].client == client && ranges[index].clock <= clock
  }

  /// How many clocks of `from..<to` are in the set. Complexity: O(log n + ranges in between).
  func count(of client: ClientID, from: UInt64, to: UInt64) -> UInt64 {
    var count: UInt64 = 0
    var index = firstRange(of: client, endingBehind: from)
    while index < ranges.count, ranges[index].client == client, ranges[index].clock < to {
      count += Swift.min(ranges[index].end, to) - Swift.max(ranges[index].clock, from)
      index += 1
    }
    return count
  }

  /// Where the first range of a client is that does not end at or before a clock, or would be.
  private func firstRange(of client: ClientID, endingBehind clock: UInt64) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      let range = ranges[middle]
      if range.client > client || (range.client == client && range.end <= clock) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  public mutating func formUnion(_ other: DeleteSet) {
    if other.isEmpty { return }
    ranges.append(contentsOf: other.ranges)
    normalize()
  }

  public func union(_ other: DeleteSet) -> DeleteSet {
    var result = self
    result.formUnion(other)
    return result
  }

  /// What this has and `other` has not. Complexity: O(n + m).
  public func subtracting(_ other: DeleteSet) -> DeleteSet {
    if other.isEmpty { return self }
    var rest: [DeleteRange] = []
    var index = 0
    for range in ranges {
      var start = range.clock
      // Whatever ends before this range ends before the following ones too.
      while index < other.ranges.count, other.ranges[index].endsBefore(range) { index += 1 }
      var next = index
      while start < range.end, next < other.ranges.count {
        let gone = other.ranges[next]
        guard gone.client == range.client, gone.clock < range.end else { break }
        if gone.clock > start {
          rest.append(DeleteRange(client: range.client, clock: start, length: gone.clock - start))
        }
        start = Swift.max(start, gone.end)
        next += 1
      }
      if start < range.end {
        rest.append(DeleteRange(client: range.client, clock: start, length: range.end - start))
      }
    }
    return DeleteSet(rest)
  }

  private static func precedes(_ left: DeleteRange, _ right: DeleteRange) -> Bool {
    left.client != right.client ? left.client > right.client : left.clock < right.clock
  }

  private mutating func normalize() {
    var isNormal = true
    for index in ranges.indices.dropFirst() {
      let before = ranges[index - 1]
      let range = ranges[index]
      if before.client < range.client
        || (before.client == range.client && before.end >= range.clock)
      {
        isNormal = false
        break
      }
    }
    if isNormal, !ranges.contains(where: { $0.length == 0 }) { return }
    ranges.sort(by: DeleteSet.precedes)
    var kept = 0
    for index in ranges.indices where ranges[index].length > 0 {
      let range = ranges[index]
      if kept > 0, ranges[kept - 1].client == range.client, ranges[kept - 1].end >= range.clock {
        let end = Swift.max(ranges[kept - 1].end, range.end)
        ranges[kept - 1].length = end - ranges[kept - 1].clock
      } else {
        ranges[kept] = range
        kept += 1
      }
    }
    ranges.removeLast(ranges.count - kept)
  }

  /// Appends the wire form (Yjs `writeDeleteSet`, V1).
  func encode(to writer: inout ByteWriter) {
    var clients = 0
    for index in ranges.indices where index == 0 || ranges[index].client != ranges[index - 1].client
    {
      clients += 1
    }
    writer.varUInt(clients)
    var index = 0
    while index < ranges.count {
      let client = ranges[index].client
      var end = index
      while end < ranges.count, ranges[end].client == client { end += 1 }
      writer.varUInt(client)
      writer.varUInt(end - index)
      // Two numbers of 53 bits take 16 bytes at most.
      writer.bytes.append(addingCapacity: (end - index) * 16) { output in
        for range in index..<end {
          output.varUInt(ranges[range].clock)
          output.varUInt(ranges[range].length)
        }
      }
      index = end
    }
  }

  /// Reads the wire form. `mustRewrite` becomes true where others could read it another way: ranges
  /// of length 0, two sections of one client.
  static func decode(
    _ reader: inout ByteReader, mustRewrite: inout Bool
  ) throws(DecodingError) -> DeleteSet {
    let start = reader.offset
    let clients = try reader.varUInt()
    guard clients <= UInt64(reader.remaining / 2) else {
      throw .invalid(offset: start, what: "more clients in the delete set than bytes")
    }
    var ranges: [DeleteRange] = []
    for _ in 0..<clients {
      let client = try reader.varUInt()
      let place = reader.offset
      let count = try reader.varUInt()
      guard count <= UInt64(reader.remaining / 2) else {
        throw .invalid(offset: place, what: "more deleted ranges than bytes")
      }
      for _ in 0..<count {
        let place = reader.offset
        let clock = try reader.varUInt()
        let length = try reader.varUInt()
        guard clock + length <= maxSafeInteger else { throw .integerOutOfRange(offset: place) }
        if length == 0 {
          mustRewrite = true
        } else if ranges.isEmpty {
          // By a literal: most updates delete one range, if any.
          ranges = [DeleteRange(client: client, clock: clock, length: length)]
        } else {
          ranges.append(DeleteRange(client: client, clock: clock, length: length))
        }
      }
    }
    let set = DeleteSet(ranges)
    // Of two sections of one client yrs would take the last.
    if clients > 1, set.clientCount != clients { mustRewrite = true }
    return set
  }

  private var clientCount: UInt64 {
    var count: UInt64 = 0
    var last: ClientID?
    for range in ranges where range.client != last {
      count += 1
      last = range.client
    }
    return count
  }
}

extension DeleteSet: Sequence {
  public func makeIterator() -> IndexingIterator<[DeleteRange]> { ranges.makeIterator() }
}
