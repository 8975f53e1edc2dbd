/// How much of its shard's time a session has used lately.
///
/// Limits on sizes and counts bound what one message costs; this bounds what a stream of costly
/// messages takes from everybody else on the shard, whatever makes them costly. A session that has
/// used up its share is not read from until it has paid back.
///
/// - Unit: nanoseconds of the shard's time.
struct FairShare {
  /// What may be used at once: a big paste, a first sync.
  static let burst: UInt64 = 400_000_000
  /// The part of the time that a session may use for long: one in four.
  static let part: UInt64 = 4

  private var debt: UInt64 = 0
  private var updated: UInt64 = 0

  /// Notes work done until `now`; returns how long to stop reading, or nil.
  mutating func charge(_ cost: UInt64, now: UInt64) -> UInt64? {
    let paid = now > updated ? (now - updated) / Self.part : 0
    debt = debt > paid ? debt - paid : 0
    debt += cost
    updated = now
    guard debt > Self.burst else { return nil }
    return (debt - Self.burst) * Self.part + 50_000_000
  }
}
