import Testing
import WebSocket

@Suite("MessageProgress")
struct MessageProgressTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    /// How much has come in all, second by second.
    var count: @Sendable (_ second: Int) -> Int
    /// When it is found too slow, if ever.
    var endsAt: Int?
    var testDescription: String { name }
  }

  static let rows = [
    Row(name: "nothing under way", count: { _ in 0 }, endsAt: nil),
    Row(name: "one byte", count: { _ in 1 }, endsAt: 60),
    Row(name: "a byte a second", count: { $0 + 1 }, endsAt: 60),
    Row(name: "15 MiB at once and then nothing", count: { _ in 15 << 20 }, endsAt: 120),
    Row(name: "3 KiB a second", count: { ($0 + 1) * 3 << 10 }, endsAt: 60),
    Row(name: "5 KiB a second", count: { ($0 + 1) * 5 << 10 }, endsAt: nil),
    Row(name: "20 KB a second", count: { ($0 + 1) * 20_000 }, endsAt: nil),
    Row(
      name: "a stall of half a minute", count: { ($0 / 30 % 2 + $0 / 60 + 1) << 20 },
      endsAt: nil),
    Row(name: "a stall after ten minutes", count: { (min($0, 600) + 1) * 20_000 }, endsAt: 660),
  ]

  @Test(arguments: rows)
  func aMessageUnderWayMustGetOn(_ row: Row) {
    var progress = MessageProgress()
    var endsAt: Int?
    for second in 0..<1_000 {
      let now = UInt64(second + 7) * 1_000_000_000
      progress.reached(row.count(second), now: now)
      if endsAt == nil, progress.isTooSlow(now: now) { endsAt = second }
    }
    #expect(endsAt == row.endsAt)
  }

  @Test func timeInWhichNobodyReadsItCountsForNothing() {
    var progress = MessageProgress()
    progress.reached(1, now: 1_000_000_000)
    progress.goesOn(now: 100_000_000_000)
    let before = progress.isTooSlow(now: 159_000_000_000)
    let after = progress.isTooSlow(now: 160_000_000_000)
    #expect(!before && after)
  }

  @Test func theNextMessageStartsAnew() {
    var progress = MessageProgress()
    for second in stride(from: UInt64(1), to: 1_000, by: 50) {
      progress.ended()
      progress.reached(1, now: second * 1_000_000_000)
      let isTooSlow = progress.isTooSlow(now: (second + 49) * 1_000_000_000)
      #expect(!isTooSlow, "in second \(second)")
    }
    let isTooSlow = progress.isTooSlow(now: 2_000_000_000_000)
    #expect(isTooSlow)
  }
}
