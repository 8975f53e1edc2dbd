import Testing

@testable import JamServer

@Suite("Gap in the log")
struct LogGapTests {
  /// A log that has all that it took through 9 on disk.
  private func log(refused sequences: [UInt64]) -> LogGap {
    var gap = LogGap()
    for sequence in sequences { gap.refused(sequence) }
    gap.synced(through: 9)
    return gap
  }

  @Test func withoutAGapEverythingThatIsSyncedIsSaved() {
    #expect(!log(refused: []).isOpen)
    #expect(log(refused: []).saved == 9)
  }

  @Test func nothingBehindARefusedRecordIsSaved() {
    var gap = LogGap()
    gap.synced(through: 3)
    gap.refused(5)
    #expect(gap.saved == 3)
    gap.synced(through: 9)
    #expect(gap.saved == 4)
  }

  /// 6 to 9 were synced while they did not count: nobody writes again to have them announced.
  @Test func whatWasSyncedBehindTheGapCountsAsSoonAsACheckpointClosesIt() {
    var gap = log(refused: [5])
    gap.covered(through: 4)
    #expect(gap.saved == 4, "it had nothing of it")
    gap.covered(through: 5)
    #expect(!gap.isOpen)
    #expect(gap.saved == 9)
  }

  /// The first checkpoint is under way, and a second record is refused before it succeeds.
  @Test func whatWasRefusedWhileTheCheckpointRanStaysInTheGap() {
    var gap = log(refused: [5, 8])
    gap.covered(through: 6)
    #expect(gap.isOpen)
    #expect(gap.saved == 6, "8 is only in memory")
    gap.covered(through: 8)
    #expect(gap.saved == 9)
  }

  @Test func anOlderCheckpointDoesNotTouchAGapThatIsCoveredInPart() {
    var gap = log(refused: [5, 6, 9])
    gap.covered(through: 7)
    gap.covered(through: 5)
    #expect(gap.first == 8)
  }
}
