import Testing

@testable import JamServer

@Suite("Archive backlog")
struct ArchiveBacklogTests {
  private static let mebibyte = 1 << 20
  private static let second: UInt64 = 1_000_000_000

  private func backlog(_ mebibytes: Int...) -> ArchiveBacklog {
    var backlog = ArchiveBacklog()
    for part in mebibytes { backlog.changed(from: 0, to: part * Self.mebibyte) }
    return backlog
  }

  @Test func belowTheBoundNobodyIsHeldBack() {
    let backlog = backlog(31)
    #expect(!backlog.holdsBack(31 * Self.mebibyte, of: 1))
  }

  @Test func aboveItWhoFillsTheRoomsWithMostIs() {
    let backlog = backlog(30, 5, 1)
    #expect(backlog.holdsBack(30 * Self.mebibyte, of: 3))
    #expect(!backlog.holdsBack(5 * Self.mebibyte, of: 3), "that is no reason to wait")
    #expect(!backlog.holdsBack(0, of: 3))
  }

  @Test func farAboveItEverybodyIs() {
    #expect(backlog(60, 5).holdsBack(1, of: 2))
  }

  @Test func whatAFailingRoomKeepsHoldsNobodyBack() {
    var backlog = backlog(90, 1)
    backlog.changed(from: 90 * Self.mebibyte, to: 0)
    #expect(!backlog.isOver && !backlog.holdsBack(Self.mebibyte, of: 2))
  }

  @Test func somebodyAlwaysIsAmongTheLargeRoomsUnlessAllAreEmpty() {
    for parts in [[40, 0, 0], [20, 20, 20], [1, 2, 33]] {
      var backlog = ArchiveBacklog()
      for part in parts { backlog.changed(from: 0, to: part * Self.mebibyte) }
      #expect(parts.contains { backlog.isLarge($0 * Self.mebibyte, of: parts.count) })
    }
  }

  @Test func nobodyWaitsWhileNoCheckpointRuns() {
    var backlog = backlog(100)
    #expect(!backlog.isWorthWaiting(now: 1))
    backlog.began(now: 1)
    #expect(backlog.isWorthWaiting(now: 1))
    backlog.ended(succeeded: true, now: 2)
    #expect(!backlog.isWorthWaiting(now: 3))
  }

  @Test func aCheckpointThatDoesNotEndIsNotWaitedFor() {
    var backlog = backlog(100)
    backlog.began(now: 10 * Self.second)
    backlog.began(now: 11 * Self.second)
    #expect(backlog.isWorthWaiting(now: 14 * Self.second))
    #expect(!backlog.isWorthWaiting(now: 15 * Self.second))
    // As long as they succeed, one after the other, it is.
    backlog.ended(succeeded: true, now: 15 * Self.second)
    #expect(backlog.isWorthWaiting(now: 16 * Self.second))
    backlog.ended(succeeded: false, now: 17 * Self.second)
    #expect(!backlog.isWorthWaiting(now: 17 * Self.second))
  }

  /// Each message that somebody sends meanwhile asks anew.
  @Test func onceACheckpointHangsNoMessageWaitsLongForIt() {
    var backlog = backlog(100)
    backlog.began(now: 10 * Self.second)
    for second in 15..<60 as Range<UInt64> {
      #expect(backlog.isHanging(now: second * Self.second))
      #expect(!backlog.isWorthWaiting(now: second * Self.second))
    }
    backlog.ended(succeeded: false, now: 60 * Self.second)
    #expect(!backlog.isHanging(now: 60 * Self.second))
    // The next is given its own time.
    backlog.began(now: 70 * Self.second)
    #expect(backlog.isWorthWaiting(now: 71 * Self.second))
  }

  @Test func roomsWhoseCheckpointsFailKeepOnlySoMuchOneByOneAndAltogether() {
    let backlog = backlog(40)
    let limit = ArchiveBacklog.roomLimit, total = ArchiveBacklog.totalLimit
    #expect(!backlog.isOverfull(limit, failing: limit, now: 0))
    #expect(backlog.isOverfull(limit + 1, failing: limit + 1, now: 0))
    #expect(!backlog.isOverfull(Self.mebibyte, failing: total, now: 0))
    #expect(backlog.isOverfull(Self.mebibyte, failing: total + 1, now: 0))
    #expect(!backlog.isOverfull(limit + 1, failing: nil, now: 0), "its checkpoints succeed")
  }

  @Test func whileACheckpointHangsAShardKeepsOnlySoMuch() {
    var backlog = backlog(130)
    backlog.began(now: Self.second)
    let limit = ArchiveBacklog.roomLimit
    let late = Self.second + ArchiveBacklog.patience
    #expect(!backlog.isOverfull(limit + 1, failing: nil, now: late - 1))
    #expect(backlog.isOverfull(limit + 1, failing: nil, now: late))
    #expect(!backlog.isOverfull(limit, failing: nil, now: late))
    backlog.changed(from: 0, to: ArchiveBacklog.totalLimit)
    #expect(backlog.isOverfull(Self.mebibyte, failing: nil, now: late))
    backlog.ended(succeeded: true, now: late)
    #expect(!backlog.isOverfull(limit + 1, failing: nil, now: late))
  }

  @Test func itIsToldEveryTenSecondsAtMost() {
    var backlog = ArchiveBacklog()
    let told = (0..<25 as Range<UInt64>).filter { backlog.takeNews(now: $0 * Self.second) }
    #expect(told == [0, 10, 20])
  }
}
