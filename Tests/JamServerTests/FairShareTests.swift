import Glibc
import TestSupport
import Testing

@testable import JamServer

extension FairShare {
  /// Work that took no longer than it cost.
  fileprivate mutating func charge(_ cost: UInt64, now: UInt64) -> UInt64? {
    charge(Work(cost: cost, start: now - min(cost, now), end: now))
  }
}

extension SubjectShare {
  fileprivate func charge(_ cost: UInt64, now: UInt64) -> UInt64? {
    charge(Work(cost: cost, start: now - min(cost, now), end: now))
  }
}

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

  /// Where the hub gets a third of a core, work takes three times as long as it costs.
  @Test func onABusyMachineTheShareIsNoLarger() {
    var share = FairShare(FairShare.subject)
    var now: UInt64 = 1_000_000_000, worked: UInt64 = 0, rested: UInt64 = 0
    while now < 60_000_000_000 {
      let pause = share.charge(Work(cost: 50_000_000, start: now, end: now + 150_000_000))
      worked += 50_000_000
      rested += pause ?? 0
      now += 150_000_000 + (pause ?? 0)
    }
    #expect(worked < rested + 2 * FairShare.subject.burst)
  }

  @Test func noPauseIsLongerThanAPersonWouldWait() {
    var share = FairShare()
    let first = share.charge(60_000_000_000, now: 1_000_000_000)
    #expect(first == FairShare.longestPause)
    // What is left is asked for after the next message.
    let second = share.charge(1, now: 1_000_000_000 + FairShare.longestPause)
    #expect(second == FairShare.longestPause)
  }

  /// Twenty sockets that are opened anew as soon as they have to wait.
  @Test func manySessionsOfOneSubjectHaveOneShareTogether() {
    var shares = SubjectShares()
    var now: UInt64 = 1_000_000_000, worked: UInt64 = 0
    let start = now
    while now - start < 60_000_000_000 {
      var pauses: [UInt64] = []
      for _ in 0..<20 {
        let subject = shares.joined("eve", now: now)
        if let pause = subject.pause(at: now) {
          pauses.append(pause)
        } else {
          var session = FairShare()
          while true {
            now += 50_000_000
            worked += 50_000_000
            let own = session.charge(50_000_000, now: now)
            let all = subject.charge(50_000_000, now: now)
            if own != nil || all != nil { break }
          }
        }
        subject.left()
      }
      if let pause = pauses.min(), pauses.count == 20 { now += pause }
    }
    #expect(worked < (now - start) * 11 / 20 + FairShare.subject.burst)
    #expect(worked > (now - start) / 4)
  }

  @Test func whatASubjectOwesOutlivesItsSessionsAndIsPaidBack() {
    var shares = SubjectShares()
    let first = shares.joined("eve", now: 0)
    #expect(first.charge(2_800_000_000, now: 1_000_000_000) != nil)
    first.left()
    let second = shares.joined("eve", now: 1_000_000_000)
    #expect(second.pause(at: 1_000_000_000) == 2_050_000_000)
    #expect(shares.joined("ann", now: 1_000_000_000).pause(at: 1_000_000_000) == nil)
    #expect(second.pause(at: 2_999_000_000) != nil)
    #expect(second.pause(at: 3_000_000_000) == nil)
  }

  @Test func onlyThoseWhoAreHereOrOweSomethingAreRemembered() {
    var shares = SubjectShares()
    let debtor = shares.joined("debtor", now: 0)
    _ = debtor.charge(1_000_000_000_000, now: 0)
    debtor.left()
    let guest = shares.joined("guest", now: 0)
    for number in 0..<10_000 as Range<UInt64> {
      let passing = shares.joined("passing \(number)", now: number)
      _ = passing.charge(1, now: number)
      passing.left()
      #expect(shares.count <= 1_026)
    }
    #expect(shares.joined("debtor", now: 10_000) === debtor)
    #expect(shares.joined("guest", now: 10_000) === guest)
  }

  @Test func timeThatThisThreadDidNotWorkIsNotBilled() {
    var meter = CostMeter()
    usleep(300_000)
    let cost = meter.lap().cost
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
    let cost = meter.lap().cost
    #expect(cost > 45_000_000)
  }
}
