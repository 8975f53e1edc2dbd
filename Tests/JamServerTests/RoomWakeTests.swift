import Testing

@testable import JamServer

@Suite("Waking a room")
struct RoomWakeTests {
  private static let second: UInt64 = 1_000_000_000

  /// A checkpoint took longer than the time between two, and failed: the next is overdue at once,
  /// and not to be tried for five seconds.
  @Test func aCheckpointThatHasToWaitDoesNotKeepTheRoomAwake() {
    var now = 100 * Self.second, wakes = 0
    let retryAt = now + 5 * Self.second
    while now < retryAt {
      now = ShardHost.wake(70 * Self.second, besideRetryAt: retryAt, now: now)
      wakes += 1
    }
    #expect(now == retryAt)
    #expect(wakes <= 500, "it was woken \(wakes) times in five seconds")
  }

  @Test func whatTheRoomWaitsForBesidesIsNotMissed() {
    let now = 100 * Self.second, retryAt = now + 5 * Self.second
    let fanOut = now + 30_000_000
    #expect(ShardHost.wake(fanOut, besideRetryAt: retryAt, now: now) == fanOut)
    #expect(ShardHost.wake(.max, besideRetryAt: retryAt, now: now) == retryAt)
  }
}
