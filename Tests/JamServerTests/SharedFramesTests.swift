import SyncProtocol
import Testing

@testable import JamServer

@Suite("Shared frames")
struct SharedFramesTests {
  private static let second: UInt64 = 1_000_000_000

  private func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    unsafe one.withUnsafeBufferPointer { one in
      unsafe other.withUnsafeBufferPointer { unsafe one.baseAddress == $0.baseAddress }
    }
  }

  @Test func whoJoinsTogetherGetsTheSameBytes() {
    var frames = SharedFrames()
    let answer = ServerMessage.syncStep2(update: .init(repeating: 1, count: 100_000))
    let first = frames.frame(of: answer, board: nil, isShared: true, now: 0)
    #expect(isSame(first, frames.frame(of: answer, board: nil, isShared: true, now: 1)))
    #expect(!isSame(first, frames.frame(of: answer, board: "main", isShared: true, now: 1)))
  }

  @Test func answersToWhoHasSomethingDriveNothingOut() {
    var frames = SharedFrames()
    let shared = ServerMessage.syncStep2(update: .init(repeating: 1, count: 100_000))
    let first = frames.frame(of: shared, board: nil, isShared: true, now: 0)
    for byte: UInt8 in 2..<10 {
      let own = ServerMessage.syncStep2(update: .init(repeating: byte, count: 100_000))
      _ = frames.frame(of: own, board: nil, isShared: false, now: 0)
    }
    #expect(isSame(first, frames.frame(of: shared, board: nil, isShared: true, now: 0)))
    #expect(frames.forget(now: Self.second) == first.count, "nothing else is kept")
  }

  @Test func theySayWhenTheyAreOldAndHowMuchThatIs() {
    var frames = SharedFrames()
    #expect(frames.nextForget == nil)
    let answer = ServerMessage.syncStep2(update: .init(repeating: 1, count: 100_000))
    let frame = frames.frame(of: answer, board: nil, isShared: true, now: 5)
    #expect(frames.nextForget == 5 + SharedFrames.lifetime)
    #expect(frames.forget(now: 4 + SharedFrames.lifetime) == 0)
    #expect(frames.forget(now: 5 + SharedFrames.lifetime) == frame.count)
    #expect(frames.nextForget == nil)
  }

  @Test func everybodysPresenceIsSharedToo() {
    var frames = SharedFrames()
    let presence = ServerMessage.awareness(.init(repeating: 1, count: 100_000))
    let first = frames.frame(of: presence, board: nil, isShared: true, now: 0)
    #expect(isSame(first, frames.frame(of: presence, board: nil, isShared: true, now: 1)))
  }
}
