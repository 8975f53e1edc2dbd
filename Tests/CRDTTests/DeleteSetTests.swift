import CRDT
import TestSupport
import Testing

@Suite("Delete sets")
struct DeleteSetTests {
  @Test(arguments: 0..<50 as Range<UInt64>)
  func subtractingLeavesWhatTheOtherHasNot(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func draw() -> DeleteSet {
      let ranges = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        DeleteRange(
          client: .random(in: 1...3, using: &random), clock: .random(in: 0...40, using: &random),
          length: .random(in: 1...9, using: &random))
      }
      return DeleteSet(ranges)
    }
    let (left, right) = (draw(), draw())
    let rest = left.subtracting(right)
    for client in 1...3 as ClosedRange<UInt64> {
      for clock in 0...60 as ClosedRange<UInt64> {
        let isExpected =
          left.contains(client: client, clock: clock)
          && !right.contains(client: client, clock: clock)
        #expect(rest.contains(client: client, clock: clock) == isExpected, "\(client):\(clock)")
      }
    }
  }
}
