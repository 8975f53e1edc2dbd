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
}
