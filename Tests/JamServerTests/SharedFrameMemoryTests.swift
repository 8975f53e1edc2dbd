import SyncProtocol
import Testing
import WebSocket

@testable import JamServer

@Suite("Shared frames: what they hold")
struct SharedFrameMemoryTests {
  private static let size = SharedFrames.smallest
  private static let start: UInt64 = 5_000_000_000
  private var frames = SharedFrames()

  /// An answer of `count` times the same byte, in an array of its own.
  private func answer(_ byte: UInt8, count: Int = size) -> [UInt8] {
    [UInt8](repeating: byte, count: count)
  }

  private mutating func frame(
    _ update: [UInt8], board: String? = nil, after nanoseconds: UInt64 = 0
  ) -> [UInt8] {
    frame(of: .syncStep2(update: update), board: board, after: nanoseconds)
  }

  private mutating func frame(
    of message: ServerMessage, board: String? = nil, after nanoseconds: UInt64 = 0
  ) -> [UInt8] {
    frames.frame(of: message, board: board, isShared: true, now: Self.start + nanoseconds)
  }

  /// What a client must be sent.
  private func expected(_ update: [UInt8], board: String? = nil) -> [UInt8] {
    FrameWriter.binary(ServerMessage.syncStep2(update: update).encoded(board: board))
  }

  @Test mutating func oneAnswerToManyIsOneFrame() {
    let update = answer(1)
    let first = frame(update)
    #expect(first == expected(update))
    for later in [0, 1, SharedFrames.lifetime - 1] {
      frames.forget(now: Self.start + later)
      #expect(place(of: frame(update, after: later)) == place(of: first))
    }
  }

  @Test mutating func everyDialectAndBoardHasItsOwn() {
    let update = answer(1)
    let boards = [nil, "main", "two"]
    let made = boards.map { frame(update, board: $0) }
    #expect(Set(made.map(place)).count == boards.count)
    for (board, first) in zip(boards, made) {
      let again = frame(update, board: board)
      #expect(again == expected(update, board: board))
      #expect(place(of: again) == place(of: first))
    }
  }

  @Test mutating func anOldFrameIsForgottenWithItsAnswer() {
    var update = answer(1)
    let first = frame(update)
    #expect(!isAlone(&update), "it is held, so that no other array comes to lie there")
    update = answer(2)
    let second = frame(update, after: 10)
    frames.forget(now: Self.start + SharedFrames.lifetime)
    #expect(place(of: frame(update, after: 20)) == place(of: second), "this one is younger")
    frames.forget(now: Self.start + SharedFrames.lifetime + 10)
    #expect(isAlone(&update))
    #expect(place(of: frame(update, after: 30)) != place(of: second))
    #expect(first != second)
  }

  /// The same length, at the same place once the array before it is gone, or changed in place.
  @Test mutating func differentContentIsNeverShared() {
    for byte in 0...100 as ClosedRange<UInt8> {
      let update = answer(byte)
      #expect(frame(update) == expected(update))
    }
    var update = answer(1)
    for byte in 0...100 as ClosedRange<UInt8> {
      update[update.count / 2] = byte
      #expect(frame(update) == expected(update))
    }
    let prefix = answer(7, count: Self.size + 1)
    #expect(frame(prefix) == expected(prefix))
    #expect(frame(Array(prefix.dropLast())) == expected(Array(prefix.dropLast())))
  }

  @Test mutating func aHandfulOfBigAnswersIsHeldAtMost() {
    var updates = (0..<20 as Range<UInt8>).map { answer($0) }
    for update in updates { _ = frame(update) }
    let held = updates.indices.filter { !isAlone(&updates[$0]) }
    #expect(held == Array(updates.indices.suffix(SharedFrames.count)))
  }

  @Test mutating func whatIsSmallOrNoSyncAnswerIsNotHeld() {
    var small = answer(1, count: Self.size - 1)
    #expect(frame(small) == expected(small))
    #expect(isAlone(&small))
    var update = answer(1)
    let message = ServerMessage.update(update)
    #expect(frame(of: message) == FrameWriter.binary(message.encoded()))
    _ = consume message
    #expect(isAlone(&update))
  }

  /// Where the bytes lie.
  private func place(of frame: [UInt8]) -> UInt {
    unsafe frame.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
  }

  /// Whether nobody else holds the array: a change then needs no copy.
  private func isAlone(_ bytes: inout [UInt8]) -> Bool {
    let before = place(of: bytes)
    bytes[0] &+= 1
    return place(of: bytes) == before
  }
}
