import TestSupport
import Testing

@testable import Reactor

@Suite("TimingWheel")
struct TimingWheelTests {
  static let millisecond: UInt64 = 1_000_000
  static let tick = TimingWheel.nanosecondsPerTick

  /// Property: at every step exactly the timers fire whose deadline, rounded up to a tick, has
  /// come, none that was cancelled, each once. Reference model: a dictionary.
  @Test(arguments: 0..<48 as Range<UInt64>)
  func agreesWithTheNaiveModel(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var now = UInt64.random(in: 0...(1 << 40), using: &random)
    var wheel = TimingWheel(nowNS: now)
    var pending: [UInt64: (id: TimingWheel.TimerID, deadline: UInt64)] = [:]
    var retired: [TimingWheel.TimerID] = []
    for step in 0..<600 as Range<UInt64> {
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let longest = [10, 300, 5_000, 100_000, 9_000_000, 400_000_000]
        let bound = longest[Int.random(in: 0..<6, using: &random)]
        let delay = Int.random(in: 0...bound, using: &random)
        let token = step << 8 | UInt64.random(in: 0...255, using: &random)
        guard pending[token] == nil else { continue }
        let id = wheel.schedule(nowNS: now, afterMS: delay, token: token)
        pending[token] = (id, now + UInt64(delay) * Self.millisecond)
      }
      if let victim = pending.randomElement(using: &random), step % 3 == 0 {
        let cancelled = wheel.cancel(victim.value.id)
        #expect(cancelled)
        pending[victim.key] = nil
        retired.append(victim.value.id)
      }
      if let old = retired.randomElement(using: &random) {
        let again = wheel.cancel(old)
        #expect(!again)
      }
      // Half of the time go exactly where the wheel says that something happens.
      let jump = UInt64.random(in: 0...(step % 50 == 0 ? 600_000 : 900), using: &random)
      let next = now + jump * Self.millisecond
      now = step % 2 == 0 ? next : max(now, min(next, wheel.nextDeadlineNS ?? next))
      var due: [TimingWheel.Due] = []
      wheel.advance(toNS: now, into: &due)
      for timer in due {
        let expected = pending.removeValue(forKey: timer.token)
        #expect(expected != nil, "seed \(seed): fired twice or after cancel")
        #expect((expected?.deadline ?? 0) <= now, "seed \(seed): early")
      }
      for left in pending.values {
        #expect(left.deadline + 2 * Self.tick > now, "seed \(seed): late")
      }
      #expect(wheel.count == pending.count)
      if let deadline = wheel.nextDeadlineNS {
        let earliest = pending.values.map(\.deadline).min() ?? 0
        #expect(deadline <= earliest + 2 * Self.tick, "seed \(seed): would sleep past a timer")
      }
    }
  }

  @Test func followingTheDeadlinesFiresEverythingInOrder() {
    var wheel = TimingWheel(nowNS: 0)
    let delays = [0, 3, 4, 5, 1_000, 1_024, 1_025, 65_535, 65_536, 4_200_000, 300_000_000]
    for delay in delays { _ = wheel.schedule(nowNS: 0, afterMS: delay, token: UInt64(delay)) }
    var fired: [UInt64] = []
    var wakes = 0
    while let next = wheel.nextDeadlineNS {
      var due: [TimingWheel.Due] = []
      wheel.advance(toNS: next, into: &due)
      for timer in due { #expect(timer.token * Self.millisecond <= next) }
      fired += due.map(\.token)
      wakes += 1
    }
    #expect(fired == delays.map(UInt64.init))
    #expect(wakes < 40)
  }

  @Test func anEmptyWheelNeverWakes() {
    var wheel = TimingWheel(nowNS: 5)
    #expect(wheel.nextDeadlineNS == nil)
    let id = wheel.schedule(nowNS: 5, afterMS: 10, token: 1)
    wheel.cancel(id)
    #expect(wheel.nextDeadlineNS == nil)
  }
}
