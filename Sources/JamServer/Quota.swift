internal import Rooms
internal import Synchronization

/// How often each of many may do something in a while: a count for each, begun anew when the time
/// since its first is over.
final class Quota: Sendable {
  /// Beyond that those whose time is over are forgotten, and then all of them.
  static let keysMax = 10_000

  private struct Window {
    var since: UInt64
    var count: Int
  }
  private let most: Int
  private let length: UInt64
  private let windows = Mutex<[String: Window]>([:])

  init(most: Int, seconds: UInt64) {
    self.most = most
    length = seconds * 1_000_000_000
  }

  /// Counts one more.
  ///
  /// - Parameter now: Monotonic.
  /// - Returns: nil, or after how many seconds to try again; then it does not count.
  func take(_ key: String, at now: Moment) -> Int? {
    let now = UInt64(max(now.monotonic, 0))
    return windows.withLock { windows in
      var window = windows[key] ?? Window(since: now, count: 0)
      if now &- window.since >= length { window = Window(since: now, count: 0) }
      guard window.count < most else {
        return Int((length - (now &- window.since) + 999_999_999) / 1_000_000_000)
      }
      window.count += 1
      if windows[key] == nil, windows.count >= Self.keysMax {
        windows = windows.filter { now &- $0.value.since < length }
        if windows.count >= Self.keysMax { windows = [:] }
      }
      windows[key] = window
      return nil
    }
  }
}
