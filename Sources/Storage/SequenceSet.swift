/// Sequences of one room, kept as ranges: they mostly come in order.
struct SequenceSet {
  private var ranges: [ClosedRange<UInt64>] = []
  /// The lowest that the log has; `nil` if it has none.
  private(set) var firstInLog: UInt64?

  mutating func insert(log sequence: UInt64) {
    firstInLog = min(firstInLog ?? sequence, sequence)
    add(sequence...sequence)
  }

  mutating func insert(history sequence: UInt64) { add(sequence...sequence) }

  mutating func insert(_ other: SequenceSet) {
    if let first = other.firstInLog { firstInLog = min(firstInLog ?? first, first) }
    for range in other.ranges { add(range) }
  }

  private mutating func add(_ range: ClosedRange<UInt64>) {
    if let last = ranges.last, range.lowerBound > 0, range.lowerBound >= last.lowerBound,
      range.lowerBound - 1 <= last.upperBound
    {
      let end = max(last.upperBound, range.upperBound)
      ranges[ranges.count - 1] = last.lowerBound...end
    } else {
      ranges.append(range)
    }
  }

  /// How many there are, each counted once however often it was inserted.
  var count: Int {
    var count: UInt64 = 0
    var last: UInt64?
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      let first = last.map { max(range.lowerBound, $0 + 1) } ?? range.lowerBound
      guard first <= range.upperBound else { continue }
      count += range.upperBound - first + 1
      last = range.upperBound
      if last == .max { break }
    }
    return Int(clamping: count)
  }

  /// What is missing behind `start`, up to the last one or to `end`.
  func missing(after start: UInt64 = 0, through end: UInt64) -> [ClosedRange<UInt64>] {
    var missing: [ClosedRange<UInt64>] = []
    var last = start
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > last, range.lowerBound - last > 1 {
        missing.append(last + 1...range.lowerBound - 1)
      }
      last = max(last, range.upperBound)
    }
    if last < end { missing.append(last + 1...end) }
    return missing
  }
}
