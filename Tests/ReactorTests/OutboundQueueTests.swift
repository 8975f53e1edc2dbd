import TestSupport
import Testing

@testable import Reactor

@Suite("OutboundQueue")
struct OutboundQueueTests {
  /// Property: what was taken, what was dropped and what is left is exactly what went in, and
  /// neither a frame that was begun nor one that must arrive is ever dropped. Reference model: an
  /// array of frames.
  @Test(arguments: 0..<64 as Range<UInt64>)
  func agreesWithAnArrayOfFrames(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var queue = OutboundQueue()
    var frames: [(bytes: [UInt8], isKept: Bool)] = []
    var sent = 0
    for step in 0..<400 {
      switch Int.random(in: 0..<5, using: &random) {
      case 0...2:
        let count = Int.random(in: 0...30, using: &random)
        let frame = [UInt8](repeating: UInt8(truncatingIfNeeded: step), count: count)
        let isKept = Int.random(in: 0..<3, using: &random) == 0 && seed % 2 == 0
        queue.append(frame, isDroppable: !isKept)
        if !frame.isEmpty { frames.append((frame, isKept)) }
      case 3:
        let taken = Int.random(in: 0...queue.byteCount, using: &random)
        if taken > 0 { queue.advance(taken) }
        sent += taken
        while let first = frames.first, sent >= first.bytes.count {
          sent -= first.bytes.count
          frames.removeFirst()
        }
      default:
        guard step % 7 == 0 else { continue }
        let left = frames.enumerated().filter { $1.isKept || ($0 == 0 && sent > 0) }.map(\.element)
        let bytes = { (list: [(bytes: [UInt8], isKept: Bool)]) in
          list.reduce(0) { $0 + $1.bytes.count }
        }
        let dropped = queue.dropUnstarted()
        #expect(dropped.frames == frames.count - left.count)
        #expect(dropped.bytes == bytes(frames) - bytes(left))
        frames = left
      }
      let left = Array(frames.map(\.bytes).joined().dropFirst(sent))
      #expect(Array(queue.unsent().joined()) == left, "seed \(seed), step \(step)")
      #expect(queue.byteCount == left.count)
      #expect(queue.frameCount == frames.count)
      let kept = frames.enumerated().filter(\.element.isKept).reduce(0) {
        $0 + $1.element.bytes.count - ($1.offset == 0 ? sent : 0)
      }
      #expect(queue.droppableBytes == left.count - kept, "seed \(seed), step \(step)")
    }
  }
}
