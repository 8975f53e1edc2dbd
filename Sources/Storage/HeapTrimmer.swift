internal import CSystem
import Dispatch
import Synchronization

/// Gives freed memory back to the system.
///
/// The allocator keeps what was freed in the heap of the thread that had asked for it, so after a
/// burst the process stays as big as it ever was. Walking all heaps takes a while (8 to 22 ms for
/// 100 MiB) and holds up whoever allocates: it is done off the shards, once for many bytes, and at
/// most once a second.
final class HeapTrimmer: Sendable {
  /// Not for less.
  static let bytesWorthIt = 4 << 20
  /// The owner frees its records only when it hears of the checkpoint, and more may follow.
  static let delay = DispatchTimeInterval.seconds(1)
  /// Runs the block once, off the shards, when the time has passed.
  typealias Schedule = @Sendable (DispatchTimeInterval, @escaping @Sendable () -> Void) -> Void
  private let schedule: Schedule
  private let trim: @Sendable () -> Void
  private let state = Mutex(State())

  private struct State {
    var freed = 0
    var isScheduled = false
  }

  init(
    schedule: @escaping Schedule, trim: @escaping @Sendable () -> Void = { csys_trim_heaps() }
  ) {
    self.schedule = schedule
    self.trim = trim
  }

  convenience init(on queue: DispatchQueue) {
    self.init(schedule: { delay, block in
      queue.asyncAfter(deadline: .now() + delay) { block() }
    })
  }

  /// So many bytes were or are about to be freed.
  func note(_ bytes: Int) {
    let isDue = state.withLock { state in
      state.freed += bytes
      guard state.freed >= Self.bytesWorthIt, !state.isScheduled else { return false }
      state.isScheduled = true
      return true
    }
    guard isDue else { return }
    schedule(Self.delay) { [self] in
      state.withLock { $0 = State() }
      trim()
    }
  }
}
