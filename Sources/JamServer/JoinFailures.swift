internal import Synchronization

/// Counts invitations that were wrong, by address, so that who tries many is told to wait.
///
/// 128 bits are not guessed; this bounds what guessing costs the hub. A good invitation is never
/// refused, for a whole jam may sit behind the address of one guesser.
final class JoinFailures: Sendable {
  static let most = 30
  static let windowNanoseconds: UInt64 = 60_000_000_000
  /// Beyond that addresses whose window is over are forgotten, and then all of them.
  static let addressesMax = 10_000

  private struct Window {
    var since: UInt64
    var count: Int
  }
  private let windows = Mutex<[String: Window]>([:])

  /// Notes a wrong invitation.
  ///
  /// - Parameter now: Monotonic, in nanoseconds.
  /// - Returns: nil, or after how many seconds to try again.
  func note(_ address: String, now: UInt64) -> Int? {
    windows.withLock { windows in
      var window = windows[address] ?? Window(since: now, count: 0)
      if now &- window.since >= Self.windowNanoseconds { window = Window(since: now, count: 0) }
      guard window.count < Self.most else {
        let left = Self.windowNanoseconds - (now &- window.since)
        return Int((left + 999_999_999) / 1_000_000_000)
      }
      window.count += 1
      if windows[address] == nil, windows.count >= Self.addressesMax {
        windows = windows.filter { now &- $0.value.since < Self.windowNanoseconds }
        if windows.count >= Self.addressesMax { windows = [:] }
      }
      windows[address] = window
      return nil
    }
  }
}
