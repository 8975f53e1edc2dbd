/// How far a room is saved, and the stretch of its sequence numbers in which its log refused
/// records.
///
/// What the log has behind a refused record is of no use without it: nothing from `first` on counts
/// as saved before a checkpoint has gone through `last`.
struct LogGap: Equatable {
  private(set) var first: UInt64?
  private var last: UInt64 = 0
  /// The last sequence that the log has on disk, whether it counts yet or not.
  private var synced: UInt64 = 0

  var isOpen: Bool { first != nil }

  /// The last sequence that counts as saved by the log.
  var saved: UInt64 { first.map { min(synced, $0 - 1) } ?? synced }

  /// The log has everything that it took, through `sequence`, on disk.
  mutating func synced(through sequence: UInt64) { synced = max(synced, sequence) }

  /// The log refused this record.
  mutating func refused(_ sequence: UInt64) {
    first = min(first ?? sequence, sequence)
    last = max(last, sequence)
  }

  /// A checkpoint has everything through `sequence`. More may have been refused while it ran.
  mutating func covered(through sequence: UInt64) {
    guard let start = first, start <= sequence else { return }
    first = last > sequence ? sequence + 1 : nil
  }
}
