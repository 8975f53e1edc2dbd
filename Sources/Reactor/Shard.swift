internal import CSystem
public import Dispatch

/// One serial queue with everything that lives on it. Shards share nothing.
public final class Shard: Sendable {
  public let index: Int
  public let queue: DispatchQueue
  private let context: Confined<ShardContext>
  private let descriptors: ShardDescriptors

  init(index: Int, options: ReactorOptions) throws(ReactorError) {
    self.index = index
    queue = DispatchQueue(label: "shard.\(index)", qos: .userInitiated)
    descriptors = try ShardDescriptors()
    context = Confined(
      ShardContext(index: index, options: options, descriptors: descriptors), on: queue)
  }

  /// Runs `body` on the shard's queue, then ends the turn (`turnEnded`, flush).
  /// About 0.3 µs, plus waking a thread where the shard is idle.
  public func async(_ body: sending @escaping (ShardContext) -> Void) {
    context.async { context in
      context.runBlock(body)
    }
  }

  /// Runs `body` on the shard's queue and waits for it. Never on a shard's queue itself.
  public func sync<Result: Sendable>(_ body: @Sendable (ShardContext) -> Result) -> Result {
    dispatchPrecondition(condition: .notOnQueue(queue))
    return queue.sync {
      context.onQueue { context in
        var result: Result?
        context.runBlock { result = body($0) }
        guard let result else { preconditionFailure("the block runs exactly once") }
        return result
      }
    }
  }

  func start(makeHandler: @Sendable (ShardContext) -> any ShardHandler) {
    queue.sync {
      context.onQueue { $0.start(shard: self, handler: makeHandler($0)) }
    }
    // A queue of its own gives the poller a thread of its own, which it keeps.
    DispatchQueue(label: "shard.\(index).poll", qos: .userInitiated).async {
      [queue, context, descriptors] in
      Self.poll(descriptors, queue, context)
    }
  }

  /// Waits in epoll and runs each turn under `queue.sync`, which means on this very thread: no
  /// other thread wakes up for it, and async blocks still take their place in the queue.
  private static func poll(
    _ descriptors: ShardDescriptors, _ queue: DispatchQueue, _ context: Confined<ShardContext>
  ) {
    let events = UnsafeMutableBufferPointer<csys_event>.allocate(capacity: csys_batch)
    defer { unsafe events.deallocate() }
    var goesOn = true
    while goesOn {
      let count = unsafe csys_epoll_wait(descriptors.epoll, events.baseAddress)
      guard count > 0 else { continue }
      let ready = unsafe UnsafeBufferPointer(rebasing: events[..<Int(count)])
      goesOn = queue.sync {
        context.onQueue { context in
          unsafe context.handle(ready)
          return !context.isShutDown
        }
      }
    }
    _ = csys_close(descriptors.epoll)
    _ = csys_close(descriptors.timer)
  }
}
