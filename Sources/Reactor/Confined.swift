public import Dispatch

/// State that only ever exists on one serial queue.
///
/// This is the one `@unchecked Sendable` of the package. It is sound because `state` is private,
/// and every access runs on `queue`, which is serial. Callers get it as `inout`, so it cannot be
/// kept past the call; what a closure captures is `sending`, so it cannot be used on both sides.
public final class Confined<State>: @unchecked Sendable {
  private let queue: DispatchQueue
  private var state: State

  public init(_ initial: sending State, on queue: DispatchQueue) {
    self.queue = queue
    state = initial
  }

  /// Enqueues `body`; calls from one thread run in order. About 0.3 µs plus a thread wake if idle.
  public func async(_ body: sending @escaping (inout State) -> Void) {
    nonisolated(unsafe) let body = body
    queue.async { unsafe body(&self.state) }
  }

  /// Runs `body` now. The caller must already be on the queue (a dispatch source handler is).
  public func onQueue<R, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
    dispatchPrecondition(condition: .onQueue(queue))
    return try body(&state)
  }
}
