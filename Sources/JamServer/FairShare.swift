internal import Glibc

/// How much of its shard's time a session has used lately.
///
/// Limits on sizes and counts bound what one message costs; this bounds what a stream of costly
/// messages takes from everybody else on the shard, whatever makes them costly. A session that has
/// used up its share is not read from until it has paid back. (A session and not a person: a whole
/// workshop may have come by one link.)
///
/// - Unit: nanoseconds of the shard's time.
struct FairShare {
  /// What may be used at once: a big paste, a first sync.
  static let burst: UInt64 = 400_000_000
  /// The part of the time that a session may use for long: one in four.
  static let part: UInt64 = 4
  /// The longest pause at a time; debt that is left is asked for after the next message.
  static let longestPause: UInt64 = 5_000_000_000

  private var debt: UInt64 = 0
  private var updated: UInt64 = 0

  /// Notes work done until `now`; returns how long to stop reading, or nil.
  mutating func charge(_ cost: UInt64, now: UInt64) -> UInt64? {
    let paid = now > updated ? (now - updated) / Self.part : 0
    debt = debt > paid ? debt - paid : 0
    debt += cost
    updated = now
    guard debt > Self.burst else { return nil }
    return min((debt - Self.burst) * Self.part + 50_000_000, Self.longestPause)
  }
}

/// What a message has cost: the time that passed, but no more than this thread has worked.
///
/// A clock on the wall also counts what the machine did elsewhere, and nobody shall pay for that.
/// Asking for the thread's own time takes a system call, so it is asked once a read and about what
/// took long, not about every message.
struct CostMeter {
  /// Up to this many nanoseconds the clock on the wall is believed.
  static let believed: UInt64 = 2_000_000

  private var wall: UInt64
  private var worked: UInt64
  /// Billed by the clock on the wall since `worked` was read: that time is in there as well.
  private var billed: UInt64 = 0

  init() { self.init(now: monotonicNanoseconds(), worked: threadNanoseconds()) }

  init(now: UInt64, worked: UInt64) {
    wall = now
    self.worked = worked
  }

  /// The cost since the last call, and the time now.
  mutating func lap() -> (cost: UInt64, now: UInt64) {
    let now = monotonicNanoseconds()
    return (lap(now: now, worked: threadNanoseconds), now)
  }

  /// The cost since the last call, where it is `now` and this thread has `worked` for so long.
  mutating func lap(now: UInt64, worked threadTime: () -> UInt64) -> UInt64 {
    var cost = now - wall
    wall = now
    if cost > Self.believed {
      let total = threadTime()
      let known = worked + billed
      cost = min(cost, total > known ? total - known : 0)
      worked = total
      billed = 0
    } else {
      billed += cost
    }
    return cost
  }
}

/// Processor time of this thread.
private func threadNanoseconds() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
