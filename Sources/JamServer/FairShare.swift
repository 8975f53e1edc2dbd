internal import Glibc

/// How much of its shard's time somebody has used lately.
///
/// Limits on sizes and counts bound what one message costs; this bounds what a stream of costly
/// messages takes from everybody else on the shard, whatever makes them costly. Whoever has used up
/// a share is not read from until it is paid back.
///
/// There is one for each session and one for each subject. The session's is the smaller one,
/// because a whole workshop may have come by one link; the subject's stays when its sessions end,
/// so more sockets, or new ones, bring nobody more.
///
/// - Unit: nanoseconds of the shard's time.
struct FairShare {
  struct Terms {
    /// What may be used at once: a big paste, a first sync.
    var burst: UInt64
    /// How much rest pays for how much work. 3 leaves a quarter of the time for long, 1 a half.
    var rest: UInt64
  }

  static let session = Terms(burst: 400_000_000, rest: 3)
  static let subject = Terms(burst: 800_000_000, rest: 1)
  /// The longest pause at a time. Debt that is left is asked for after the next message; a
  /// subject's before it.
  static let longestPause: UInt64 = 5_000_000_000

  private let terms: Terms
  private var debt: UInt64 = 0
  /// When the last work ended: the rest since then pays. Work pays for nothing while it lasts, or
  /// on a busy machine, where it lasts longer than it costs, it would pay for itself.
  private var updated: UInt64 = 0

  init(_ terms: Terms = FairShare.session) { self.terms = terms }

  /// Notes work that was done; returns how long to stop reading, or nil.
  mutating func charge(_ work: Work) -> UInt64? {
    debt = owed(at: work.start) + work.cost
    updated = max(updated, work.end)
    return pause(at: updated)
  }

  /// How long to stop reading for what is owed at a moment, or nil.
  func pause(at now: UInt64) -> UInt64? {
    let owed = owed(at: now)
    guard owed > terms.burst else { return nil }
    return min((owed - terms.burst) * terms.rest + 50_000_000, Self.longestPause)
  }

  /// What was used and is not paid back yet.
  func owed(at now: UInt64) -> UInt64 {
    let paid = now > updated ? (now - updated) / terms.rest : 0
    return debt > paid ? debt - paid : 0
  }
}

/// The share that all sessions of a subject on one shard have together.
final class SubjectShare {
  fileprivate(set) var share = FairShare(FairShare.subject)
  fileprivate var sessions = 0

  func charge(_ work: Work) -> UInt64? { share.charge(work) }
  func pause(at now: UInt64) -> UInt64? { share.pause(at: now) }
  /// One of the sessions is over; what it owes is not.
  func left() { sessions -= 1 }
}

/// The shares of a shard's subjects, by subject.
///
/// - Limits: those who have a session or owe something, and as many again (or 1,024) who did. Who
///   owes has used time of this shard and pays as fast as that, so they are few.
struct SubjectShares {
  private static let leastForgotten = 1_024

  private var shares: [String: SubjectShare] = [:]
  private var forgetAbove = leastForgotten

  var count: Int { shares.count }

  /// A session of the subject begins.
  mutating func joined(_ subject: String, now: UInt64) -> SubjectShare {
    if shares.count > forgetAbove { forget(now: now) }
    let share = shares[subject] ?? SubjectShare()
    shares[subject] = share
    share.sessions += 1
    return share
  }

  private mutating func forget(now: UInt64) {
    shares = shares.filter { $0.value.sessions > 0 || $0.value.share.owed(at: now) > 0 }
    forgetAbove = max(Self.leastForgotten, 2 * shares.count)
  }
}

/// Something done for somebody: what it cost, and from when to when it took.
struct Work {
  var cost: UInt64
  var start: UInt64
  var end: UInt64
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

  /// What was done since the last call.
  mutating func lap() -> Work {
    let start = wall
    let now = monotonicNanoseconds()
    return Work(cost: lap(now: now, worked: threadNanoseconds), start: start, end: now)
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
