import Testing

@testable import JamServer

@Suite("Gap in the log")
struct LogGapTests {
  @Test func withoutAGapEverythingThatIsSyncedIsSaved() {
    let gap = LogGap()
    #expect(!gap.isOpen)
    #expect(gap.saved(through: 7) == 7)
  }

  @Test func nothingBehindARefusedRecordIsSaved() {
    var gap = LogGap()
    gap.refused(5)
    #expect(gap.saved(through: 3) == 3)
    #expect(gap.saved(through: 5) == 4 && gap.saved(through: 9) == 4)
  }

  @Test func aCheckpointThroughTheGapClosesIt() {
    var gap = LogGap()
    gap.refused(5)
    gap.covered(through: 4)
    #expect(gap.saved(through: 9) == 4, "it had nothing of it")
    gap.covered(through: 5)
    #expect(!gap.isOpen)
    #expect(gap.saved(through: 9) == 9)
  }

  /// The first checkpoint is under way, and a second record is refused before it succeeds.
  @Test func whatWasRefusedWhileTheCheckpointRanStaysInTheGap() {
    var gap = LogGap()
    gap.refused(5)
    gap.refused(8)
    gap.covered(through: 6)
    #expect(gap.isOpen)
    #expect(gap.saved(through: 9) == 6, "8 is only in memory")
    gap.covered(through: 8)
    #expect(gap.saved(through: 9) == 9)
  }

  @Test func anOlderCheckpointDoesNotTouchAGapThatIsCoveredInPart() {
    var gap = LogGap()
    for sequence in [5, 6, 9] as [UInt64] { gap.refused(sequence) }
    gap.covered(through: 7)
    gap.covered(through: 5)
    #expect(gap.first == 8)
  }
}
