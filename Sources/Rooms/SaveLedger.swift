internal import DequeModule

/// Which of a session's messages for one board are on disk: what `saved` says.
///
/// Counts the Update and SyncStep2 messages of one connection for one board, from 1. Each is either
/// *settled at* a room sequence number (it is saved when that is durable), or *open*: it was not
/// taken because something was missing, and only a later SyncStep2 can bring what it held.
///
/// ```
/// message   1      2      3        4 (step 2)   5
/// settles   seq 7  seq 9  open     seq 12       seq 12 (a duplicate: what was applied then)
/// durable through 9  ->  saved 2;  through 12  ->  saved 5
/// ```
struct SaveLedger: Equatable {
  private(set) var received: UInt64 = 0
  private(set) var announced: UInt64 = 0
  private var waiting: Deque<Entry> = []

  private struct Entry: Equatable {
    var number: UInt64
    /// Nil while open.
    var sequence: UInt64?
  }

  /// The next message arrived; its number.
  mutating func receive() -> UInt64 {
    received += 1
    return received
  }

  /// Message `number` is saved once `sequence` is durable.
  mutating func settle(_ number: UInt64, at sequence: UInt64) {
    // Entries arrive in order, so the last one tells whether this extends a run.
    if let last = waiting.indices.last, waiting[last].sequence == sequence {
      waiting[last].number = number
    } else {
      waiting.append(Entry(number: number, sequence: sequence))
    }
  }

  /// Message `number` brought something that could not be taken yet.
  mutating func leaveOpen(_ number: UInt64) {
    if let last = waiting.indices.last, waiting[last].sequence == nil {
      waiting[last].number = number
    } else {
      waiting.append(Entry(number: number, sequence: nil))
    }
  }

  /// A SyncStep2 was taken whole: whatever was open came with it.
  mutating func settleOpen(at sequence: UInt64) {
    for index in waiting.indices where waiting[index].sequence == nil {
      waiting[index].sequence = sequence
    }
  }

  /// The count to announce now, or nil if it has not grown.
  mutating func advance(durable: UInt64) -> UInt64? {
    var count = announced
    while let first = waiting.first, let sequence = first.sequence, sequence <= durable {
      count = first.number
      waiting.removeFirst()
    }
    guard count > announced else { return nil }
    announced = count
    return count
  }
}
