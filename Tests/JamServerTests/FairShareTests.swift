import Glibc
import TestSupport
import Testing

@testable import JamServer

@Suite("Fair share")
struct FairShareTests {
  @Test func ordinaryWorkNeverWaits() {
    var share = FairShare()
    for millisecond in 0..<60_000 as Range<UInt64> {
      // A tenth of the time, for a minute.
      #expect(share.charge(100_000, now: 1_000_000_000 + millisecond * 1_000_000) == nil)
    }
  }

  @Test func aBigPasteNowAndThenIsFine() {
    var share = FairShare()
    for second in 0..<10 as Range<UInt64> {
      #expect(share.charge(300_000_000, now: 1_000_000_000 * (1 + 2 * second)) == nil)
    }
  }

  @Test func whoUsesAllTheTimeIsHeldToItsPart() throws {
    var share = FairShare()
    var now: UInt64 = 1_000_000_000, worked: UInt64 = 0
    let start = now
    while now - start < 60_000_000_000 {
      now += 50_000_000
      worked += 50_000_000
      if let pause = share.charge(50_000_000, now: now) { now += pause }
    }
    #expect(worked < (now - start) / 3)
    #expect(worked > (now - start) / 8)
  }

  @Test func noPauseIsLongerThanAPersonWouldWait() {
    var share = FairShare()
    let first = share.charge(60_000_000_000, now: 1_000_000_000)
    #expect(first == FairShare.longestPause)
    // What is left is asked for after the next message.
    let second = share.charge(1, now: 1_000_000_000 + FairShare.longestPause)
    #expect(second == FairShare.longestPause)
  }

  @Test func timeThatThisThreadDidNotWorkIsNotBilled() {
    var meter = CostMeter()
    usleep(300_000)
    let (cost, _) = meter.lap()
    #expect(cost < 100_000_000)
  }

  /// Many messages that took next to nothing, then one in which the thread had to wait.
  @Test func whatWasBilledOnceIsNotBilledAgain() {
    let millisecond: UInt64 = 1_000_000
    var meter = CostMeter(now: 0, worked: 0)
    for lap in 1...100 as ClosedRange<UInt64> {
      #expect(meter.lap(now: lap * millisecond, worked: { 0 }) == millisecond)
    }
    // 300 ms pass, and in three of them it works.
    #expect(meter.lap(now: 400 * millisecond, worked: { 103 * millisecond }) == 3 * millisecond)
    // What came before that is settled.
    #expect(meter.lap(now: 410 * millisecond, worked: { 110 * millisecond }) == 7 * millisecond)
  }

  @Test func workIsBilled() {
    var meter = CostMeter()
    let started = threadSeconds()
    while threadSeconds() - started < 0.05 {}
    let (cost, _) = meter.lap()
    #expect(cost > 45_000_000)
  }
}
